"""Whole years and months between days (周岁、满年、满月); the day is always an argument."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """``day`` moved by whole months; the last day of a shorter month stands in (31 Jan + 1 month = 28/29 Feb)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """``day`` moved by whole years; 29 February becomes 28 February in a common year."""
    return add_months(day, 12 * years)


def days_of_years(start: date, days: Sequence[tuple[int, int]], count: int) -> list[date]:
    """The first ``count`` of the (month, day) of each year that lie on or after ``start``; 29 February may be the 28th."""
    found: list[date] = []
    year = start.year
    while len(found) < count:
        every = sorted(date(year, month, min(day, monthrange(year, month)[1])) for month, day in days)
        found += [day for day in every if day >= start]
        year += 1
    return found[:count]


def whole_months(start: date, end: date) -> int:
    """Full months from ``start`` to ``end``; negative when ``end`` lies before."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if start.day <= end.day or _ends_month(end) else months - 1


def _ends_month(day: date) -> bool:
    return day.day > 27 and day.day == monthrange(day.year, day.month)[1]


def whole_years(start: date, end: date) -> int:
    """Full years (周岁): a person born on 29 February completes a year on 28 February of common years.

    Same rule as ``add_years``, so that a comparison of years can be folded into one of dates.
    """
    return whole_months(start, end) // 12


def latest_start(day: date, months: int) -> date:
    """The last day from which ``months`` full months have passed by ``day``.

    ``whole_months(start, day) >= months`` holds exactly for ``start <= latest_start(day, months)``; months of
    unequal length make it differ from ``add_months(day, -months)`` at the end of a month.
    """
    found = add_months(day, -months)
    while add_months(found + timedelta(days=1), months) <= day:
        found += timedelta(days=1)
    return found
