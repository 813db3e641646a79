"""The style sheet and its colours."""

import gzip
import re

import pytest

from juxian.web.kit.tokens import BEGIN, END, PALETTE, SHEET, with_colours

TEXT_ON_GROUND = [
    (text, ground)
    for text, grounds in {
        "ink": ("bg", "surface", "sunken", "pribg"),
        "ink2": ("bg", "surface", "sunken", "mutebg"),
        "ink3": ("bg", "surface", "sunken"),
        "prit": ("bg", "surface", "sunken", "pribg"),
        "ok": ("surface", "okbg"),
        "warn": ("surface", "warnbg"),
        "bad": ("surface", "badbg"),
        "mute": ("surface", "mutebg"),
        "onpri": ("pri", "prih"),
        "onq": ("q4", "q5"),
    }.items()
    for ground in grounds
]
AA_TEXT = 4.5
MOST_BYTES = 12_000  # as it is sent, with gzip


def test_the_colour_blocks_are_those_of_the_palette():
    sheet = SHEET.read_text(encoding="utf-8")

    assert sheet == with_colours(sheet)


def test_components_hold_no_colour_of_their_own():
    sheet = SHEET.read_text(encoding="utf-8")
    components = sheet.split(END)[1]

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;},)])|rgba?\(|hsla?\(", components) == []


def test_every_variable_is_a_token():
    sheet = SHEET.read_text(encoding="utf-8")

    assert set(re.findall(r"var\(--([a-z0-9]+)\)", sheet)) - set(PALETTE) == set()


def test_the_sheet_stays_small():
    assert len(gzip.compress(SHEET.read_bytes())) <= MOST_BYTES


def test_a_sheet_without_marks_is_refused():
    with pytest.raises(ValueError, match="not enough values"):
        with_colours("body{}")


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_words_can_be_read_on_their_ground(text, ground, theme):
    assert contrast(PALETTE[text][theme], PALETTE[ground][theme]) >= AA_TEXT


def test_the_sheet_opens_with_its_mark():
    assert SHEET.read_text(encoding="utf-8").startswith(BEGIN)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours ``#rrggbb``."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
