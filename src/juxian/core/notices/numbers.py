"""Finding numbers of persons in a text (查找证件号码、手机号、银行卡号), however they are written.

Digits may be full-width, parted by blanks, hyphens, dots or invisible characters. Resident IDs count when their checksum
(18 digits) or their date (15 digits) is right, bank cards by the Luhn digit, mobile numbers by their beginning.
Source: GB 11643-1999; ISO/IEC 7812-1 annex B.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from juxian.core.identity.masking import mask_middle
from juxian.core.identity.resident_id import check_digit

RESIDENT_ID, MOBILE, BANK_CARD = "resident_id", "mobile", "bank_card"
LONGEST_NUMBER, LONGEST_RUN = 19, 2_000
_GAPS = frozenset(" -.·_\t\u00a0\u3000\u2010\u2011\u2012\u2013\u2014")
_MOST_GAPS = 3  # characters between two groups of one number


@dataclass(frozen=True, slots=True)
class Sighting:
    """A number found. position: of its first character in the text, from 0. digits: how many. masked: safe to show."""

    kind: str
    position: int
    masked: str
    digits: int


def sightings(text: str) -> list[Sighting]:
    """Every number of a person in ``text``, in order."""
    return [found for groups in _runs(text) for found in _in_run(groups)]


def masked_text(text: str) -> str:
    """The text with every number of a person masked; what stands around it stays."""
    parts, end = [], 0
    for found in sightings(text):
        if found.position < end:
            continue
        parts += [text[end : found.position], found.masked]
        end = _after(text, found.position, found.digits)
    return "".join([*parts, text[end:]])


def _after(text: str, start: int, digits: int) -> int:
    """Where a number of so many digits ends that begins at ``start``, with the gaps inside it."""
    position = start
    while digits and position < len(text):
        plain = unicodedata.normalize("NFKC", text[position])
        digits -= len(plain) == 1 and (plain.isdecimal() or plain in ("X", "x"))
        position += 1
    return position


Group = tuple[int, str]  # position of the first character, digits


def _runs(text: str) -> Iterator[list[Group]]:
    """Groups of digits that stand close enough to be one number."""
    groups: list[Group] = []
    digits, start, gap = "", 0, 0
    for position, char in enumerate(text):
        plain = unicodedata.normalize("NFKC", char)
        if len(plain) == 1 and plain.isdecimal():
            if not digits and groups and gap > _MOST_GAPS:
                yield groups
                groups = []
            digits, start = digits + str(int(plain)), start if digits else position
            gap = 0
        elif plain in ("X", "x") and len(digits) >= 17:
            groups.append((start, digits + "X"))
            digits = ""
        elif unicodedata.category(char) == "Cf":
            continue
        else:
            if digits:
                groups.append((start, digits))
                digits = ""
            gap = gap + 1 if plain in _GAPS or char in _GAPS else _MOST_GAPS + 1
            if gap > _MOST_GAPS and groups:
                yield groups
                groups = []
    if digits:
        groups.append((start, digits))
    if groups:
        yield groups


def _in_run(groups: list[Group]) -> Iterator[Sighting]:
    """Numbers made of whole groups; in a longer row of digits, resident IDs at any place."""
    first = 0
    while first < len(groups):
        found, used = _beginning_at(groups, first)
        if found:
            yield found
        else:
            yield from _inside(*groups[first])
        first += used


def _beginning_at(groups: list[Group], first: int) -> tuple[Sighting | None, int]:
    """The number that begins with group ``first``, and how many groups it takes (1 where there is none)."""
    number, position = "", groups[first][0]
    for count, (_start, digits) in enumerate(groups[first:], start=1):
        number += digits
        if len(number) > LONGEST_NUMBER:
            break
        kind = kind_of(number)
        if kind:
            return Sighting(kind, position, masked(number, kind), len(number)), count
    return None, 1


def _inside(position: int, digits: str) -> Iterator[Sighting]:
    for step in range(min(len(digits), LONGEST_RUN) - 17 if len(digits) > 18 else 0):
        window = digits[step : step + 18]
        if _is_resident_id(window):
            yield Sighting(RESIDENT_ID, position + step, masked(window, RESIDENT_ID), len(window))


def kind_of(number: str) -> str:
    """The kind of a row of digits (and a final X); empty for any other."""
    if _is_resident_id(number):
        return RESIDENT_ID
    if len(number) == 11 and number[0] == "1" and number[1] in "3456789" and number.isdigit():
        return MOBILE
    if len(number) == 13 and number.startswith("86") and kind_of(number[2:]) == MOBILE:
        return MOBILE
    if 16 <= len(number) <= 19 and number.isdigit() and number[0] in "3456" and _luhn(number):
        return BANK_CARD
    return ""


def masked(number: str, kind: str) -> str:
    head, tail = {RESIDENT_ID: (4, 2), MOBILE: (3, 2), BANK_CARD: (4, 4)}[kind]
    return mask_middle(number, head, tail)


def _is_resident_id(number: str) -> bool:
    if len(number) == 18 and number[:17].isdigit():
        return _is_day(number[6:14]) and check_digit(number[:17]) == number[17]
    return len(number) == 15 and number.isdigit() and number[0] in "123456" and _is_day(f"19{number[6:12]}")


def _is_day(text: str) -> bool:
    try:
        return 1900 <= date(int(text[:4]), int(text[4:6]), int(text[6:8])).year <= 2100
    except ValueError:
        return False


def _luhn(number: str) -> bool:
    doubled = [int(digit) * 2 if place % 2 else int(digit) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
