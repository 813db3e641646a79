"""Working days of China (工作日): a table of announced days, and the deadlines counted over it."""

from __future__ import annotations

from juxian.core.workdays.announced import from_chinesecalendar
from juxian.core.workdays.calendar import Calendar, DayKind, SpecialDay
from juxian.core.workdays.terms import Deadline, Pause, Period, Term, Unit
from juxian.core.workdays.upload import AnnouncedYear, read_year

__all__ = [
    "AnnouncedYear",
    "Calendar",
    "DayKind",
    "Deadline",
    "Pause",
    "Period",
    "SpecialDay",
    "Term",
    "Unit",
    "from_chinesecalendar",
    "read_year",
]
