"""The only place that asks what day it is (今天); tests and the demonstration may set it."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from django.conf import settings
from django.utils import timezone as django_timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return django_timezone.now()


def today() -> date:
    """The day in Asia/Shanghai; ``settings.JUXIAN_TODAY`` (a date) stands in for it where set."""
    return settings.JUXIAN_TODAY or now().astimezone(SHANGHAI).date()
