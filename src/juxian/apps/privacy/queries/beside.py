"""What is kept beside facts and has an end of its own: applications, drafts, rosters, messages, corrections (信息项之外的资料)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from juxian.apps.corrections.enums import State
from juxian.apps.corrections.models import Correction
from juxian.apps.imports.enums import BatchState
from juxian.apps.imports.models import Batch
from juxian.apps.messaging.enums import MessageState
from juxian.apps.messaging.models import Message
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Case, Draft

CASES, DRAFTS, ROSTERS, MESSAGES, CORRECTIONS = "cases", "drafts", "rosters", "messages", "corrections"
FORGOTTEN = ""  # the applicant of a case and the body of a message of which nothing is left


def ended_cases(home: Organisation) -> QuerySet[Case]:
    return Case.objects.filter(home=home, ended_at__isnull=False).exclude(applicant=FORGOTTEN)


def _drafts(home: Organisation) -> QuerySet[Draft]:
    return Draft.objects.filter(home=home)


def _rosters(home: Organisation) -> QuerySet[Batch]:
    over = (BatchState.ACCEPTED, BatchState.UNDONE, BatchState.REJECTED)
    return Batch.objects.filter(home=home, state__in=over, stored_name__isnull=False)


def _messages(home: Organisation) -> QuerySet[Message]:
    return Message.objects.filter(place=home, state=MessageState.RELEASED).exclude(body_zh=FORGOTTEN)


def _corrections(home: Organisation) -> QuerySet[Correction]:
    return Correction.objects.filter(home=home).exclude(state=State.OPEN)


# data → rows that have ended in a place, and when that was
_ENDED: dict[str, tuple[Callable[[Organisation], QuerySet[Any]], tuple[str, ...]]] = {
    CASES: (ended_cases, ("ended_at",)),
    DRAFTS: (_drafts, ("saved_at",)),
    ROSTERS: (_rosters, ("undone_at", "accepted_at", "uploaded_at")),
    MESSAGES: (_messages, ("queued_at",)),
    CORRECTIONS: (_corrections, ("decided_at", "proposed_at")),
}


def ended_beside(data: str, home: Organisation) -> QuerySet[Any]:
    """Rows of a kind of data that have ended and still say something."""
    return _ENDED[data][0](home)


def due_beside(data: str, home: Organisation, moment: datetime) -> QuerySet[Any]:
    """Those that had ended before ``moment``."""
    rows, ends = _ENDED[data]
    end = Coalesce(*ends) if len(ends) > 1 else F(ends[0])
    found: QuerySet[Any] = rows(home).alias(end=end).filter(end__lt=moment)
    return found
