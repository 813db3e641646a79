"""Which days are worked, and on which day a period ends (工作日历). The day is always an argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property

from juxian.core.text import Text
from juxian.core.workdays.terms import Deadline, Pause, Period, Term, Unit

_DAY = timedelta(days=1)
_NO_NAME = Text("")
DAYS_LIMIT = 3660  # of one period
# The notice of a year has moved days of the December before it: 29 December at the earliest (2007, 2018). A week
# before New Year is therefore not settled until the next notice is out.
_UNSETTLED_SINCE = (12, 25)


class DayKind(StrEnum):
    HOLIDAY = "holiday"  # 放假, also a weekday taken off in exchange
    WORKDAY = "workday"  # 调休上班: a Saturday or Sunday that is worked


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One day of a notice that differs from its weekday, or is named in it (放假、调休)."""

    day: date
    kind: DayKind
    name: Text = _NO_NAME


@dataclass(frozen=True)
class Calendar:
    """The announced days (放假调休安排). ``years``: those whose notice is loaded; others are never guessed at.

    Where no notice is loaded, days are counted by their weekday and what they lead to is provisional.
    """

    days: Mapping[date, SpecialDay]
    years: frozenset[int]

    @classmethod
    def of(cls, days: Iterable[SpecialDay], years: Iterable[int]) -> Calendar:
        return cls({day.day: day for day in days}, frozenset(years))

    def with_year(self, year: int, days: Iterable[SpecialDay]) -> Calendar:
        """This calendar with the notice of ``year`` in place of what was known of it."""
        kept = (day for day in self.days.values() if notice_of(day.day, self.years) != year)
        return Calendar.of((*kept, *days), self.years | {year})

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is worked; by its weekday when its notice is not loaded (see ``is_settled``)."""
        special = self.days.get(day)
        return special.kind is DayKind.WORKDAY if special else day.weekday() < 5

    def is_settled(self, day: date) -> bool:
        """Whether ``is_working(day)`` can no longer change."""
        if day.year not in self.years:
            return False
        return (day.month, day.day) < _UNSETTLED_SINCE or day.year + 1 in self.years

    @cached_property
    def settled_until(self) -> date | None:
        """The first day after the newest notice that is not settled; None when no year is loaded."""
        return date(max(self.years), *_UNSETTLED_SINCE) if self.years else None

    def next_working_day(self, day: date) -> date:
        """The first working day after ``day``."""
        day += _DAY
        while not self.is_working(day):
            day += _DAY
        return day

    def arrives_after_hours(self, moment: datetime, cut_off: time | None) -> bool:
        """Whether what arrives then counts as received on the next working day (下班后提交).

        moment: local time of the office. cut_off: end of the office day; None when the hour does not matter.
        """
        if cut_off is None:
            return False
        return moment.time() >= cut_off or not self.is_working(moment.date())

    def received(self, moment: datetime, cut_off: time | None = None) -> date:
        """The day on which something counts as received (收件日)."""
        day = moment.date()
        return self.next_working_day(day) if self.arrives_after_hours(moment, cut_off) else day

    def deadline(
        self,
        start: date,
        days: int,
        unit: Unit = Unit.WORKING,
        counts_first_day: bool = False,
        *,
        rolls: bool = False,
        pauses: Sequence[Pause] = (),
    ) -> Deadline:
        """The last of ``days`` days after ``start`` (from it, with ``counts_first_day``).

        Days inside a pause are left out; a pause that is still open counts as if it ended on its first day.
        Raises ValueError when ``days`` is not between 1 and 3660.
        """
        return self.due(Term(Period(days, unit, counts_first_day, rolls), start, pauses=tuple(pauses)))

    def due(self, term: Term) -> Deadline:
        """The deadline of a running term by what is announced now."""
        period = term.period
        if not 1 <= period.days <= DAYS_LIMIT:
            raise ValueError(f"a period has 1 to {DAYS_LIMIT} days, not {period.days}")
        settled, day = True, term.since
        if term.after_hours:
            day = self.next_working_day(day)
            settled = self._settled_between(term.since, day)
        left = period.days
        day = day if period.counts_first_day else day + _DAY
        while True:
            if period.unit is Unit.WORKING:
                settled = settled and self.is_settled(day)
            if (period.unit is Unit.CALENDAR or self.is_working(day)) and not _rests(day, term):
                left -= 1
            if not left:
                break
            day += _DAY
        if period.unit is Unit.CALENDAR and period.rolls:
            last = day if self.is_working(day) else self.next_working_day(day)
            settled, day = settled and self._settled_between(day, last), last
        return Deadline(day, not settled)

    def working_days(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before."""
        if end < start:
            return -self.working_days(end, start)
        return sum(self.is_working(start + _DAY * step) for step in range(1, (end - start).days + 1))

    def differences(self, other: Calendar) -> list[date]:
        """Days that are worked in one of the two calendars alone, in order."""
        named = self.days.keys() | other.days.keys()
        return sorted(day for day in named if self.is_working(day) != other.is_working(day))

    def _settled_between(self, start: date, end: date) -> bool:
        """Whether all days of [start, end] are settled."""
        return all(self.is_settled(start + _DAY * step) for step in range((end - start).days + 1))


def notice_of(day: date, years: Iterable[int]) -> int:
    """The year whose notice names ``day``: the last week of December belongs to the next one, once that is loaded."""
    later = (day.month, day.day) >= _UNSETTLED_SINCE and day.year + 1 in years
    return day.year + 1 if later else day.year


def _rests(day: date, term: Term) -> bool:
    for pause in term.pauses:
        until = pause.until or pause.since
        last = until - _DAY if term.period.counts_first_day else until
        if pause.since < day <= last:
            return True
    return False
