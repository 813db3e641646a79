"""What is no whole number is none, whatever Python makes of its characters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse

import juxian
from juxian.web.kit.typed import whole_number, whole_numbers, words_in
from tests.web.places import Place, make_place

WEB = Path(juxian.__file__).parent / "web"
NO_NUMBERS = ["", " 1", "-1", "+1", "1.0", "²", "٣", "１", "1_0", "9" * 19, "9" * 5000]


@pytest.fixture
def place(db, settings, tmp_path: Path) -> Place:
    settings.STATIC_ROOT = tmp_path
    return make_place()


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_anything_else_is_none(text: str) -> None:
    assert whole_number(text) is None


def test_whole_numbers_are_read() -> None:
    assert whole_numbers(["0", "007", "²", "9" * 18]) == [0, 7, 10**18 - 1]


def test_no_page_takes_every_digit_of_unicode_for_a_number() -> None:
    """``"²".isdigit()`` holds, and ``int("²")`` raises: one look is never enough."""
    asks = re.compile(r"\.is(?:digit|decimal|numeric)\(\)")
    alone = [
        f"{module.relative_to(WEB)}: {line.strip()}"
        for module in WEB.rglob("*.py")
        for line in module.read_text(encoding="utf-8").splitlines()
        if asks.search(line) and "int(" in line and not ("isascii()" in line and "len(" in line)
    ]

    assert alone == []


@pytest.mark.parametrize("year", ["²", "9" * 5000])
def test_a_year_that_is_none_shows_the_newest(place: Place, year: str) -> None:
    person = place.person()

    office = place.client("office").get(reverse("desk:funds"), {"year": year})
    own = place.client("person", person=person).get(reverse("portal:payments"), {"year": year})

    assert (office.status_code, own.status_code) == (200, 200)


def test_words_are_trimmed_and_cut_and_hold_no_zero_byte() -> None:
    assert words_in(" a\0b c ", 3) == "ab "
    assert words_in("\0") == ""
