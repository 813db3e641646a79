"""What is kept beside facts and has an end of its own: applications, drafts, rosters, screenings, promises (信息项之外的资料)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from juxian.apps.cards.models import Card
from juxian.apps.clock import today
from juxian.apps.corrections.enums import State
from juxian.apps.corrections.models import Correction
from juxian.apps.funds.enums import AccountState, GrantState
from juxian.apps.funds.models import Grant, Instalment, PayeeAccount
from juxian.apps.housing.enums import LIVE_APPLICATIONS, LeaseState
from juxian.apps.housing.models import Application, Lease
from juxian.apps.imports.enums import BatchState
from juxian.apps.imports.models import Batch
from juxian.apps.messaging.enums import MessageState
from juxian.apps.messaging.models import Message
from juxian.apps.notices.models import Notice
from juxian.apps.organisations.models import Organisation
from juxian.apps.policies.models import Found, RunPerson, SweepRun
from juxian.apps.services.models import Case, Draft

CASES, DRAFTS, ROSTERS, MESSAGES, CORRECTIONS = "cases", "drafts", "rosters", "messages", "corrections"
SCREENINGS, GRANTS, FLATS, LEASES, CARDS, ACCOUNTS = (
    "screenings",
    "grants",
    "flats",
    "leases",
    "cards",
    "accounts",
)
FOUND, NOTICES = "found", "notices"
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


def screened(home: Organisation) -> QuerySet[RunPerson]:
    """What finished runs answered about people, with the profile that decided."""
    return RunPerson.objects.filter(run__pack=home.pack, run__finished_at__isnull=False)


def _earlier_screenings(home: Organisation) -> QuerySet[RunPerson]:
    """All but those of the newest run, which is what stands."""
    finished = SweepRun.objects.filter(pack=home.pack, finished_at__isnull=False)
    newest = finished.order_by("-finished_at", "-pk").values("pk")[:1]
    return screened(home).exclude(run__in=list(newest.values_list("pk", flat=True)))


def ended_grants(home: Organisation) -> QuerySet[Grant]:
    """Promises that were paid out or ended, whose profile still stands beside the sums."""
    last = Instalment.objects.filter(grant=OuterRef("pk")).order_by("-due").values("due")[:1]
    over = (GrantState.DONE, GrantState.ENDED)
    return Grant.objects.filter(home=home, state__in=over).exclude(profile={}).alias(last_due=Subquery(last))


def closed_applications(home: Organisation) -> QuerySet[Application]:
    told = ~Q(asked={}) | ~Q(snapshot={}) | ~Q(wish="")
    return Application.objects.filter(told, estate__home=home).exclude(state__in=LIVE_APPLICATIONS)


def ended_leases(home: Organisation) -> QuerySet[Lease]:
    return Lease.objects.filter(estate__home=home, state=LeaseState.ENDED).exclude(asked={})


def ended_cards(home: Organisation) -> QuerySet[Card]:
    return Card.objects.filter(home=home, ended_on__isnull=False).exclude(reason="")


def unpaid_accounts(home: Organisation) -> QuerySet[PayeeAccount]:
    """Bank details that were replaced or denied and to which nothing was ever paid: no voucher names them."""
    over = (AccountState.REPLACED, AccountState.REFUSED)
    return PayeeAccount.objects.filter(person__home=home, state__in=over, lines=None)


def past_findings(home: Organisation) -> QuerySet[Found]:
    """What somebody was found entitled to without asking, and is not any more."""
    return Found.objects.filter(home=home, ended_on__isnull=False)


def past_notices(home: Organisation) -> QuerySet[Notice]:
    """Public notices whose period is over, with an attachment or, never published, with the people they were to name."""
    told = ~Q(rows=[]) | ~Q(numbers=[]) | Q(attachment__removed_at=None, attachment__isnull=False)
    places = Organisation.objects.under(home.path)
    return Notice.objects.filter(told, home__in=places, until__lte=today())


# data → rows that have ended in a place, and when that was
_ENDED: dict[str, tuple[Callable[[Organisation], QuerySet[Any]], tuple[str, ...]]] = {
    CASES: (ended_cases, ("ended_at",)),
    DRAFTS: (_drafts, ("saved_at",)),
    ROSTERS: (_rosters, ("undone_at", "accepted_at", "uploaded_at")),
    MESSAGES: (_messages, ("queued_at",)),
    CORRECTIONS: (_corrections, ("decided_at", "proposed_at")),
    SCREENINGS: (_earlier_screenings, ("run__finished_at",)),
    GRANTS: (ended_grants, ("ended_on", "last_due", "granted_on")),
    FLATS: (closed_applications, ("snapshot_on",)),
    LEASES: (ended_leases, ("keys_on",)),
    CARDS: (ended_cards, ("ended_on",)),
    ACCOUNTS: (unpaid_accounts, ("confirmed_at", "proposed_at")),
    FOUND: (past_findings, ("ended_on",)),
    NOTICES: (past_notices, ("until",)),
}
_BY_DAY = (GRANTS, FLATS, LEASES, CARDS, FOUND, NOTICES)  # whose end is a day, not a moment


def ended_beside(data: str, home: Organisation) -> QuerySet[Any]:
    """Rows of a kind of data that have ended and still say something."""
    return _ENDED[data][0](home)


def due_beside(data: str, home: Organisation, moment: datetime) -> QuerySet[Any]:
    """Those that had ended before ``moment``."""
    rows, ends = _ENDED[data]
    end = Coalesce(*ends) if len(ends) > 1 else F(ends[0])
    limit = localdate(moment) if data in _BY_DAY else moment
    found: QuerySet[Any] = rows(home).alias(end=end).filter(end__lt=limit)
    return found


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, the last of the month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(last, day.day))
        except ValueError:
            continue
    raise ValueError(day)
