"""The announced days that hold now (工作日历): those of the library, then what was uploaded."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.conf import settings

from juxian.apps.clock import SHANGHAI, now
from juxian.apps.services.models import CalendarYear
from juxian.core.source import Rejected, Source
from juxian.core.workdays import Calendar, from_chinesecalendar, read_year


def current_calendar() -> Calendar:
    """One query; the calendar itself is kept until another year is uploaded."""
    newest = dict(CalendarYear.objects.order_by("id").values_list("year", "text"))
    return _calendar(tuple(sorted(newest.items())))


def office_time() -> datetime:
    """Local time of the office; the day is that of ``settings.JUXIAN_TODAY`` where it is set."""
    moment = now().astimezone(SHANGHAI)
    if settings.JUXIAN_TODAY:
        return datetime.combine(settings.JUXIAN_TODAY, moment.timetz())
    return moment


@lru_cache(maxsize=4)
def _calendar(uploads: tuple[tuple[int, str], ...]) -> Calendar:
    calendar = from_chinesecalendar()
    for year, text in uploads:
        read, problems = read_year(Source(str(year), text), year)
        if read is None:
            raise Rejected(problems)
        calendar = calendar.with_year(read.year, read.days)
    return calendar
