"""Whole numbers and words as they come in an address or a form, read by hand (网址和表单中的整数与文字)."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_KEY = 18  # digits; every number of so many fits a column of the database


def whole_number(text: str, digits: int = LONGEST_KEY) -> int | None:
    """The number that ``text`` says in ASCII digits, at most so many; None for anything else: ``²``, signs, blanks, too long."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def whole_numbers(texts: Iterable[str]) -> list[int]:
    """Those of ``texts`` that are whole numbers."""
    return [number for text in texts if (number := whole_number(text)) is not None]


def words_in(text: str, longest: int | None = None) -> str:
    """What was typed, trimmed and cut, lines ended in one character, without zero bytes, which PostgreSQL takes in no text."""
    return text.replace("\0", "").replace("\r\n", "\n").strip()[:longest]
