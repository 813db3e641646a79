"""Dates as offices write them (日期): ``1985.7``, ``85年7月``, ``19850701``, serial numbers, date cells."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from juxian.core.tables.workbook import Cell

FIRST_YEAR, LAST_YEAR = 1900, 2100
_EXCEL_EPOCH = date(1899, 12, 30)  # serial 61 = 1 March 1900; earlier ones are off by one and not used
_SERIALS = range(10_000, 80_000)  # 1927 to 2119: smaller numbers are years or months


class Precision(StrEnum):
    """How exactly a date was written; a month stands for its first day, a year for 1 January (精度)."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class ReadDate:
    """``rule`` names the form it was written in."""

    day: date
    precision: Precision
    rule: str


_YEAR_MONTH_DAY = re.compile(r"(\d{4}|\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\d{1,2}:\d{2}(?::\d{2})?)?")
_YEAR_MONTH = re.compile(r"(\d{4}|\d{2})(?:[-/.年](\d{1,2})月?|年(\d{1,2})月份?)")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})")
_YEAR = re.compile(r"(\d{4})年?")
_TAIL = re.compile(r"[(（].{0,80}[)）]$|[日月]?(?:生|出生|毕业|入职)$|(?<!\d)\d+岁$|[.、。]$")
_CHINESE = str.maketrans("〇零○一二三四五六七八九", "000123456789")


def read_date(raw: Cell, as_of: date) -> ReadDate | None:
    """The date that a cell means, None when it is none.

    Years of two digits lie in the hundred years up to ``as_of`` (``85年7月`` → 1985-07).
    """
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return _bounded(raw.year, raw.month, raw.day, Precision.DAY, "date_cell")
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    if isinstance(raw, str):
        return _from_text(_plain(raw), as_of)
    return _from_number(raw, as_of)


def is_ambiguous_month(raw: Cell) -> bool:
    """``1985.1`` as a number: a spreadsheet drops the zero of ``1985.10``, so January and October look the same."""
    return isinstance(raw, float) and FIRST_YEAR <= raw <= LAST_YEAR and repr(raw).endswith(".1")


def _plain(text: str) -> str:
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(_CHINESE)
    if "十" in plain:
        plain = re.sub(r"(?<=[年月])十(?=[月日])", "10", plain)
        plain = re.sub(r"(?<=[年月])十(?=\d)", "1", plain)
    while (shorter := _TAIL.sub("", plain)) != plain:
        plain = shorter
    return plain


def _from_number(raw: float, as_of: date) -> ReadDate | None:
    if raw == int(raw) and int(raw) in _SERIALS:
        day = _EXCEL_EPOCH + timedelta(days=int(raw))
        return _bounded(day.year, day.month, day.day, Precision.DAY, "serial")
    if raw == int(raw):
        return _from_text(str(int(raw)), as_of)
    return _from_text(repr(raw), as_of)


def _from_text(text: str, as_of: date) -> ReadDate | None:
    if found := _YEAR_MONTH_DAY.fullmatch(text):
        return _bounded(
            _year(found.group(1), as_of),
            int(found.group(2)),
            int(found.group(3)),
            Precision.DAY,
            "written_day",
        )
    if found := _COMPACT_DAY.fullmatch(text):
        year, month, day = map(int, found.groups())
        return _bounded(year, month, day, Precision.DAY, "digits")
    if found := _YEAR_MONTH.fullmatch(text):
        digits = found.group(2) or found.group(3)
        return _bounded(_year(found.group(1), as_of), int(digits), 1, Precision.MONTH, "month")
    if (found := _COMPACT_MONTH.fullmatch(text)) and 1 <= int(found.group(2)) <= 12:
        return _bounded(int(found.group(1)), int(found.group(2)), 1, Precision.MONTH, "month")
    if found := _YEAR.fullmatch(text):
        return _bounded(int(found.group(1)), 1, 1, Precision.YEAR, "year")
    if text.isdigit() and len(text) == 5 and int(text) in _SERIALS:
        return _from_number(int(text), as_of)
    return None


def _year(text: str, as_of: date) -> int:
    """Two digits: the latest such year that is not after ``as_of``."""
    if len(text) == 4:
        return int(text)
    year = as_of.year // 100 * 100 + int(text)
    return year if year <= as_of.year else year - 100


def _bounded(year: int, month: int, day: int, precision: Precision, rule: str) -> ReadDate | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return ReadDate(date(year, month, day), precision, rule)
    except ValueError:
        return None
