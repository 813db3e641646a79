"""Consent as it stands, what is due to be erased (查询)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.timezone import get_current_timezone

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.attrition.models import AttritionWarning
from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import now, today
from juxian.apps.collectives.queries import ended_before
from juxian.apps.organisations.models import Organisation
from juxian.apps.packs.queries import pack_of
from juxian.apps.persons.models import Fact, Person
from juxian.apps.privacy.models import Consent, ErasureRequest, RetentionRun
from juxian.apps.privacy.queries.beside import due_beside, ended_beside, months_before
from juxian.apps.privacy.queries.leaving import facts_after_leaving, not_the_last_post, records_after_leaving
from juxian.apps.sets import among, ask
from juxian.core.packs.purposes import Purpose, months_kept

EXPORTED = "privacy.exported"
EXPORTS_A_DAY = 5
# beside the kinds of facts in a report
STAYS, PAIRINGS, WARNINGS = "collectives.stay", "collectives.pairing", "attrition.warning"
RECORDS = "persons.record"


@dataclass(frozen=True, slots=True)
class Standing:
    """A purpose and the last word of the person on it. given: None when nothing was ever said."""

    purpose: Purpose
    given: bool | None
    at: datetime | None


def standings_of(person: Person) -> list[Standing]:
    """Every purpose of the person's place; one query."""
    last: dict[str, Consent] = {}
    for consent in person.consents.order_by("pk"):
        last[consent.purpose] = consent
    return [
        Standing(purpose, last[key].given if key in last else None, last[key].at if key in last else None)
        for key, purpose in pack_of(person.home).purposes.items()
    ]


_WITHDRAWN = """
SELECT person_id, purpose FROM privacy_consent said WHERE NOT given AND {people} AND id =
(SELECT max(id) FROM privacy_consent later WHERE later.person_id = said.person_id AND later.purpose = said.purpose)
"""


def withdrawn_by(people: Iterable[Person]) -> dict[int, set[str]]:
    """Person → purposes whose consent the person has withdrawn; persons who have not are left out. One query."""
    condition, parameters = among("person_id", sorted({person.pk for person in people}))
    found: dict[int, set[str]] = {}
    for person, purpose in ask(_WITHDRAWN.format(people=condition), parameters):
        found.setdefault(person, set()).add(purpose)
    return found


def requests_visible_to(user: User) -> QuerySet[ErasureRequest]:
    """Requests of the places where the user works for the talent office."""
    homes = Organisation.objects.under(*user.paths_for([Role.OFFICE], on=today()))
    return ErasureRequest.objects.filter(person__home__in=homes)


def runs_visible_to(user: User) -> QuerySet[RetentionRun]:
    homes = Organisation.objects.under(*user.paths_for([Role.OFFICE], on=today()))
    return RetentionRun.objects.filter(home__in=homes)


def consent_figures(home: Organisation) -> dict[str, tuple[int, int]]:
    """Purpose → (persons who agree, persons who have withdrawn) in a place; one query."""
    latest = Consent.objects.filter(person__home=home).values("person", "purpose").annotate(last=Max("pk"))
    rows = (
        Consent.objects.filter(pk__in=latest.values("last"))
        .order_by()
        .values("purpose")
        .annotate(yes=Count("pk", filter=Q(given=True)), no=Count("pk", filter=Q(given=False)))
    )
    return {row["purpose"]: (row["yes"], row["no"]) for row in rows}


def ended_facts(home: Organisation, kind: str) -> QuerySet[Fact]:
    """Facts of a kind that have ended or were taken back."""
    over = Q(withdrawn_at__isnull=False) | Q(until__isnull=False, until__lte=today())
    return Fact.objects.filter(over, person__home=home, kind=kind)


def due_facts(home: Organisation, kind: str, months: int, day: date) -> QuerySet[Fact]:
    """Those whose time of keeping is over on ``day``; the last post of a person goes with the record."""
    limit, moment = months_before(day, months), _until(day, months)
    over = Q(until__isnull=False, until__lte=limit) | Q(withdrawn_at__isnull=False, withdrawn_at__lt=moment)
    found, leaving = Fact.objects.filter(over, person__home=home, kind=kind), pack_of(home).leaving
    return found.filter(not_the_last_post(leaving)) if leaving and kind in leaving.posts else found


def retention_of(home: Organisation, day: date) -> dict[str, dict[str, int | None]]:
    """What the retention job would do: kind → months, facts to erase, facts that have ended and still wait."""
    pack = pack_of(home)
    report: dict[str, dict[str, int | None]] = {}
    for kind in pack.schema.kinds:
        months = months_kept(kind, pack.purposes.values())
        ended = ended_facts(home, kind).count()
        due = due_facts(home, kind, months, day).count() if months is not None else 0
        if ended or due:
            report[kind] = {"months": months, "erased": due, "waiting": max(ended - due, 0)}
    for months_after, facts in facts_after_leaving(home, day):
        for kind, gone in facts.order_by().values_list("kind").annotate(Count("pk")):
            row = report.setdefault(kind, {"months": months_after, "erased": 0, "waiting": 0})
            row["erased"] = (row["erased"] or 0) + gone
    kept_for, left, forgotten = records_after_leaving(home, day)
    if people := left.count():
        going = forgotten.count()
        report[RECORDS] = {"months": kept_for, "erased": going, "waiting": people - going}
    for name, rows, over, kept in beside_facts(home, day):
        if ended := rows.count():
            erased = over.count()
            report[name] = {"months": kept, "erased": erased, "waiting": ended - erased}
    return report


def beside_facts(home: Organisation, day: date) -> list[tuple[str, QuerySet[Any], QuerySet[Any], int | None]]:
    """What is kept beside facts: name, rows that have ended, those whose time of keeping is over on ``day``, months."""
    pack = pack_of(home)
    teams, warned = pack.collectives.keep_months, pack.attrition.keep_months
    limit = months_before(day, teams) if teams is not None else date.min
    last = months_before(day, warned) if warned is not None else date.min
    cleared = AttritionWarning.objects.filter(home=home, cleared_on__isnull=False)
    (stays, pairs), (old_stays, old_pairs) = ended_before(home, today()), ended_before(home, limit)
    return [
        (STAYS, stays, old_stays, teams),
        (PAIRINGS, pairs, old_pairs, teams),
        (WARNINGS, cleared, cleared.filter(cleared_on__lte=last), warned),
        *(
            (
                item.data,
                ended_beside(item.data, home),
                due_beside(item.data, home, _until(day, item.months)),
                item.months,
            )
            for item in pack.keeping.values()
        ),
    ]


def _until(day: date, months: int) -> datetime:
    """The moment before which something must have ended so that it has been kept for ``months``."""
    return datetime.combine(months_before(day, months) + timedelta(days=1), time.min, get_current_timezone())


def exports_today(user: User) -> int:
    since = now() - timedelta(days=1)
    return AuditEntry.objects.filter(action=EXPORTED, actor=user, at__gt=since).count()
