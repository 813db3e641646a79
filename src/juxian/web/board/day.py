"""The day that the board's figures speak of (数据截至日)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpRequest

from juxian.web.kit.scope import Scope

PUBLISHED, TODAY = "published", "today"


@dataclass(frozen=True, slots=True)
class BoardDay:
    """choice: ``published`` (the day up to which the pack's published figures reach) or ``today``."""

    day: date
    choice: str


def board_day(request: HttpRequest, scope: Scope) -> BoardDay:
    """``?on=published|today``; a demonstration opens on the published day, because its people end there."""
    choice = request.GET.get("on", "")
    if choice not in (PUBLISHED, TODAY):
        choice = PUBLISHED if settings.JUXIAN_DEMO else TODAY
    return BoardDay(scope.pack.as_of if choice == PUBLISHED else scope.as_of, choice)
