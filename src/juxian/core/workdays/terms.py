"""What is counted: a length of time, where it began, and when it rested (期限)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Unit(StrEnum):
    WORKING = "working"  # 工作日
    CALENDAR = "calendar"  # 日, 自然日


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as a policy gives it (期限规定).

    counts_first_day: the day itself is day one (公示当日计入); else counting begins on the next day.
    rolls: a last day that is no working day moves to the next one (末日顺延); of CALENDAR only, WORKING always ends on one.
    """

    days: int
    unit: Unit = Unit.WORKING
    counts_first_day: bool = False
    rolls: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Counting rests after the day ``since`` up to and including ``until`` (中止); an open pause has no ``until``.

    The day of the request has been worked on and counts; the day on which the answer arrives is like the day on
    which the case arrived: it counts only where the period counts its first day.
    """

    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a period (到期日). ``provisional``: days on the way are not announced yet (待定)."""

    day: date
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A period that runs (计时). Its deadline is always derived, so that a new notice re-dates it.

    since: the day on which it began; after_hours: it began after the cut-off hour, so the next working day counts.
    """

    period: Period
    since: date
    after_hours: bool = False
    pauses: tuple[Pause, ...] = ()

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1].until is None

    def pause(self, day: date) -> Term:
        """Rest from ``day`` on; nothing changes when it rests already."""
        return self if self.paused else self._with((*self.pauses, Pause(day)))

    def resume(self, day: date) -> Term:
        """Count again after ``day``; nothing changes when it does not rest."""
        if not self.paused:
            return self
        last = self.pauses[-1]
        return self._with((*self.pauses[:-1], Pause(last.since, max(last.since, day))))

    def _with(self, pauses: Sequence[Pause]) -> Term:
        return Term(self.period, self.since, self.after_hours, tuple(pauses))
