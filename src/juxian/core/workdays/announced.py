"""The announced days that ``chinesecalendar`` holds, as rows of our own table (已公布的放假调休安排)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import chinese_calendar
from chinese_calendar.constants import holidays, workdays

from juxian.core.text import Text
from juxian.core.workdays.calendar import Calendar, DayKind, SpecialDay

_NAMES = {item.value: Text(item.chinese, item.value) for item in chinese_calendar.Holiday}


class NotAnnounced(LookupError):
    """No notice is known for these years (尚未公布); upload them when they come."""

    def __init__(self, years: Iterable[int]) -> None:
        self.years = tuple(sorted(years))
        shown = "、".join(str(year) for year in self.years)
        self.reason = Text(
            f"{shown} 年的放假安排尚未收录，公布后请上传",
            f"no notice of holidays is held for {shown}; upload it once it is published",
        )
        super().__init__(str(self.reason))


def announced_years() -> range:
    """The years that the library knows, e.g. 2004 to 2026."""
    return range(min(holidays).year, max(holidays).year + 1)


def from_chinesecalendar(years: Iterable[int] | None = None) -> Calendar:
    """The calendar of ``years``, of all known ones by default. Raises ``NotAnnounced`` for any other year.

    Of the table of the library, days of December that a later notice moved come with the year they lie in.
    """
    wanted = frozenset(announced_years() if years is None else years)
    unknown = wanted.difference(announced_years())
    if unknown:
        raise NotAnnounced(unknown)
    days = [_special(day, name) for day, name in {**holidays, **workdays}.items() if day.year in wanted]
    return Calendar.of(days, wanted)


def _special(day: date, name: str) -> SpecialDay:
    kind = DayKind.WORKDAY if day in workdays else DayKind.HOLIDAY
    return SpecialDay(day, kind, _NAMES.get(name, Text(name)))
