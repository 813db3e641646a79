"""The two palettes, once (色板); writes the colour blocks at the top of ``static/kit/juxian.css``.

Run ``python -m juxian.web.kit.tokens`` after a change of a colour.
"""

from __future__ import annotations

from pathlib import Path

SHEET = Path(__file__).parent / "static" / "kit" / "juxian.css"
BEGIN, END = "/* colours: written by tokens.py */\n", "/* end of colours */\n"

# token: (light, dark)
PALETTE: dict[str, tuple[str, str]] = {
    "bg": ("#f3f5f8", "#0f1520"),
    "surface": ("#ffffff", "#171f2c"),
    "sunken": ("#f7f9fb", "#131a26"),
    "line": ("#e4e8ee", "#273243"),
    "line2": ("#cfd6df", "#3a4860"),
    "ink": ("#17212f", "#e8edf4"),
    "ink2": ("#46556a", "#b3bfce"),
    "ink3": ("#5f6d80", "#93a1b5"),
    "pri": ("#1b4f9c", "#2f6bc2"),
    "prih": ("#153f7d", "#2860b3"),
    "onpri": ("#ffffff", "#ffffff"),
    "prit": ("#1b4f9c", "#7db1ff"),
    "pribg": ("#eaf1fb", "#1a2b45"),
    "ok": ("#15704f", "#5fd0a2"),
    "okbg": ("#e4f4ed", "#12322a"),
    "warn": ("#8f5200", "#f0b65c"),
    "warnbg": ("#fdf1dc", "#3a2a10"),
    "bad": ("#b3261e", "#ff938a"),
    "badbg": ("#fcebe9", "#401d1b"),
    "mute": ("#55637a", "#a9b6c7"),
    "mutebg": ("#edf0f4", "#232d3c"),
    "accent": ("#d9442f", "#f0705d"),
    "c1": ("#2f6fc9", "#4f8ce8"),
    "c2": ("#d98a1f", "#e5a64a"),
    "s0": ("#2f6fc9", "#4f8ce8"),
    "s1": ("#1d9a8f", "#35b8ab"),
    "s2": ("#7a64c9", "#9a86e6"),
    "s3": ("#c9822b", "#e0a04d"),
    "s4": ("#4c9f5a", "#6bbf79"),
    "s5": ("#b8567f", "#d67aa0"),
    "q0": ("#f0f2f6", "#1b2432"),
    "q1": ("#dce8f8", "#1d2f4b"),
    "q2": ("#b4cff0", "#24457a"),
    "q3": ("#7ba9e2", "#2f5fa8"),
    "q4": ("#3872c6", "#5c94de"),
    "q5": ("#1b4f9c", "#a9cdff"),
    "onq": ("#ffffff", "#0f1520"),
    "shade": ("#0f15201f", "#00000066"),
    "ghost": ("#e6ebf2", "#222c3b"),
    "grid": ("#edf0f4", "#232d3c"),
}


def declarations(theme: str) -> str:
    """``--bg:#…;…`` of ``light`` or ``dark``."""
    column = ("light", "dark").index(theme)
    return f"color-scheme:{theme};" + "".join(f"--{name}:{pair[column]};" for name, pair in PALETTE.items())


def colour_blocks() -> str:
    """Light, dark by the system, dark by choice, light on paper."""
    light, dark = declarations("light"), declarations("dark")
    return (
        f":root{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n"
        f"@media print{{:root,:root:not([data-theme=light]),:root[data-theme=dark]{{{light}}}}}\n"
    )


def with_colours(sheet: str) -> str:
    """The style sheet with its colour blocks written anew; raises ValueError without the two marks."""
    before, rest = sheet.split(BEGIN)
    after = rest.split(END)[1]
    return before + BEGIN + colour_blocks() + END + after


def main() -> None:
    SHEET.write_text(with_colours(SHEET.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
