"""The pieces every chart is drawn from: elements, scales, widths of words (绘图基础)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

HAN_PX, LATIN_PX = 12.0, 6.8  # of a character at 12 px
MOST_GRID_LINES = 5
BROAD_PX = 400  # a drawing below this is for a third of the page and does not grow much


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing counted; ``href`` leads to those it counts."""

    label: str
    value: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its figures as a table: ``heads`` and ``rows`` of words. finding: the sentence it proves."""

    title: str
    drawing: SafeString
    heads: Sequence[str | Promise]
    rows: Sequence[Sequence[str]]
    finding: str = ""


def element(tag: str, content: str = "", **attributes: object) -> SafeString:
    """One SVG element, its text escaped; ``class_`` becomes ``class``, ``stroke_width`` ``stroke-width``."""
    pairs = (
        (name.rstrip("_").replace("_", "-"), _short(value))
        for name, value in attributes.items()
        if value is not None and value != ""
    )
    attrs = format_html_join("", ' {}="{}"', pairs)
    return format_html("<{0}{1}>{2}</{0}>", tag, attrs, content)


def joined(parts: Iterable[str]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def canvas(
    width: int, height: int, parts: Iterable[str], *, finding: str, linked: bool, class_: str = ""
) -> SafeString:
    """The ``<svg>``: a picture for screen readers, or a group of links where marks lead on."""
    return element(
        "svg",
        joined(parts),
        class_=f"ch {class_ or ('small' if width < BROAD_PX else '')}".strip(),
        viewBox=f"0 0 {width} {height}",
        role="group" if linked else "img",
        aria_label=finding,
    )


def mark(words: str, parts: Iterable[str], href: str = "") -> SafeString:
    """A mark with its title; a link where ``href`` is given."""
    content = joined([element("title", words), *parts])
    return element("a", content, href=href, aria_label=words) if href else element("g", content)


def words_px(words: str) -> float:
    """Estimated width at 12 px."""
    return sum(HAN_PX if unicodedata.east_asian_width(char) in "WF" else LATIN_PX for char in words)


def cut_to(words: str, width_px: float) -> str:
    """``words`` shortened with an ellipsis to fit."""
    if words_px(words) <= width_px:
        return words
    while words and words_px(words) + HAN_PX > width_px:
        words = words[:-1]
    return words.rstrip() + "…"


def nice_step(most: int) -> int:
    """1, 2 or 5 × 10ⁿ so that at most five grid lines, zero included, reach over ``most``."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * (MOST_GRID_LINES - 1) >= most:
                return step * factor
        step *= 10


def axis(most: int) -> list[int]:
    """Values of the grid lines from 0 to the first at or over ``most``."""
    step = nice_step(most)
    return (
        list(range(0, max(most, 1) + step, step))
        if most % step
        else list(range(0, max(most, step) + 1, step))
    )


def _short(value: object) -> object:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
