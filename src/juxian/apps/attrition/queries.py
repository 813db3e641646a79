"""What there is to warn of on a day (流失信号), and reading warnings for a user."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.attrition.models import AttritionWarning, WarningQuerySet
from juxian.apps.attrition.rules import READERS
from juxian.apps.clock import SHANGHAI, today
from juxian.apps.funds.enums import InstalmentState
from juxian.apps.funds.models import Instalment
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.conditions import as_filter
from juxian.apps.persons.models import Fact, Person, Profile
from juxian.apps.persons.queries import schema_for
from juxian.apps.services.models import Case
from juxian.apps.stocktake.queries import SERVING
from juxian.core.dates import add_months
from juxian.core.packs.attrition import Signal
from juxian.core.policy import names_of_schema, parse_condition

CHUNK = 2000
LONGEST_TERM = 1200  # months; more is no term


@dataclass(frozen=True, slots=True)
class Sign:
    """A signal at a person: the day on which it comes true, what it rests on."""

    person: int
    day: date | None
    facts: tuple[int, ...] = ()
    reference: str = ""


def signs_of(signal: Signal, home: Organisation, day: date) -> dict[int, Sign]:
    """Person → sign on the day, of people who are known to be at work; what is not recorded warns of nothing."""
    serving = Profile.objects.filter(home=home, status=SERVING, person__merged_into=None)
    match signal.source:
        case "term" | "end" | "event":
            found = _of_facts(signal, serving, day)
        case "instalments":
            found = _of_grants(serving, _between(signal, day))
        case "services":
            found = _of_cases(signal, serving)
        case "condition":
            schema = schema_for(home)
            condition = parse_condition(signal.condition, names_of_schema(schema), signal.id)
            people = serving.filter(as_filter(condition, schema, day)).values_list("person_id", flat=True)
            found = (Sign(person, None) for person in people.iterator(chunk_size=CHUNK))
        case _:
            return {}
    return {sign.person: sign for sign in found}


def _between(signal: Signal, day: date) -> tuple[date, date]:
    """Days of which the warning tells, seen from ``day``."""
    return add_months(day, -signal.past), add_months(day, signal.within)


def _of_facts(signal: Signal, serving: QuerySet[Profile], day: date) -> Iterator[Sign]:
    """By the newest fact of the kind alone: an earlier contract does not warn when there is a later one."""
    earliest, latest = _between(signal, day)
    facts = Fact.objects.standing().filter(
        kind=signal.kind, since__lte=day, person__in=serving.values("person")
    )
    if signal.source != "event":
        facts = facts.filter(Q(until=None) | Q(until__gte=earliest))
    newest: dict[int, tuple[int, date, date | None, Any]] = {}
    rows = facts.order_by("since", "pk").values_list("person_id", "pk", "since", "until", "value")
    for person, pk, since, until, value in rows.iterator(chunk_size=CHUNK):
        newest[person] = (pk, since, until, value.get(signal.field) if signal.field else None)
    for person, (pk, since, until, months) in newest.items():
        at: date | None = since
        if signal.source == "end":
            at = until
        elif signal.source == "term":
            known = isinstance(months, int) and not isinstance(months, bool)
            at = add_months(since, months) if known and 0 < months <= LONGEST_TERM else None
        if at is not None and earliest <= at <= latest:
            yield Sign(person, at, (pk,))


def _of_grants(serving: QuerySet[Profile], between: tuple[date, date]) -> Iterator[Sign]:
    """The last instalment of the grant that runs longest."""
    rows = Instalment.objects.filter(grant__person__in=serving.values("person")).exclude(
        state=InstalmentState.VOID
    )
    last = rows.order_by().values_list("grant__person", "grant").annotate(last=Max("due"))
    longest: dict[int, tuple[date, int]] = {}
    for person, grant, due in last.iterator(chunk_size=CHUNK):
        longest[person] = max(longest.get(person, (date.min, 0)), (due, grant))
    for person, (due, grant) in longest.items():
        if between[0] <= due <= between[1]:
            yield Sign(person, due, (), str(grant))


def _of_cases(signal: Signal, serving: QuerySet[Profile]) -> Iterator[Sign]:
    rows = Case.objects.running().filter(service__in=signal.services, person__in=serving.values("person"))
    for person, number, opened in rows.order_by("pk").values_list("person_id", "number", "opened_at"):
        yield Sign(person, opened.astimezone(SHANGHAI).date(), (), number)


def warnings_visible_to(user: User) -> WarningQuerySet:
    """Of the places where the user is the talent office or a leader."""
    return AttritionWarning.objects.under(*user.paths_for(READERS, on=today()))


def standing_figures(home: Organisation) -> dict[str, int]:
    """Signal → warnings that stand; one query."""
    merged = Person.objects.filter(merged_into__isnull=False).values("pk")  # few: the others are not read
    rows = AttritionWarning.objects.filter(home=home, cleared_on=None).exclude(person__in=merged)
    return dict(rows.order_by().values_list("signal").annotate(number=Count("pk")))
