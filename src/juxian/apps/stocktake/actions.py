"""Making a take, and saying what units need (盘点、登记需求)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import DateField, Max

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact, Person
from juxian.apps.persons.queries import schema_for
from juxian.apps.stocktake.models import Need, Take, TakeRow
from juxian.apps.stocktake.queries import known_on
from juxian.core.facts.profile import FactRecord, derive_profile
from juxian.core.facts.schema import Schema

CHUNK = 2000
KEPT = 24  # takes of one jurisdiction; the oldest go
AT_ONCE = 3000  # persons that are counted within a request


@dataclass(frozen=True, slots=True)
class NeedDraft:
    """One line of a unit's needs: a level of a field and how many people."""

    unit: str
    field: str
    level: str
    number: int
    basis: str = ""


def ask_for_take(*, home: Organisation, day: date, knowledge: str, by: User) -> Take:
    """The take of a day, to be made (again) by ``make_take``; asking twice asks once."""
    take, _new = Take.objects.update_or_create(
        home=home, day=day, knowledge=knowledge, defaults={"asked_at": now(), "made_at": None}
    )
    record(
        "stocktake.asked",
        actor=by,
        subject=take,
        organisation_path=home.path,
        detail={"day": day.isoformat(), "knowledge": str(knowledge)},
    )
    return take


def make_take(*, take: Take) -> Take:
    """Derive every person's row for the day, a chunk in each transaction; a run that broke off is begun again.

    The same derivation as the profile of a person, over the facts that count by the take's knowledge.
    """
    schema = _reduced(schema_for(take.home))
    last_fact = Fact.objects.aggregate(last=Max("pk"))["last"] or 0
    TakeRow.objects.filter(take=take).delete()
    last, total = 0, 0
    while True:
        people = list(
            Person.objects.living_records()
            .filter(home=take.home, pk__gt=last)
            .order_by("pk")
            .values_list("pk", flat=True)[:CHUNK]
        )
        if not people:
            break
        rows = _rows(take, people, schema)
        with transaction.atomic():
            TakeRow.objects.bulk_create(rows, batch_size=500)
        last, total = people[-1], total + len(rows)
    take.people, take.last_fact, take.made_at = total, last_fact, now()
    take.save(update_fields=["people", "last_fact", "made_at"])
    _forget_oldest(take.home)
    return take


@transaction.atomic
def state_needs(
    *, home: Organisation, needs: Sequence[NeedDraft], day: date, by: User, reason: str
) -> list[Need]:
    """Replace what the units needed at the levels named (登记需求); 0 takes a need away. What stood stays readable.

    Raises KeyError for a unit that is not below ``home``.
    """
    units = {unit.code: unit for unit in Organisation.objects.under(home.path)}
    made = []
    for need in needs:
        open_ = Need.objects.filter(unit=units[need.unit], field=need.field, level=need.level, until=None)
        open_.filter(since__gt=day).delete()  # stated for later: the new word counts
        open_.update(until=day)
        if need.number:
            made.append(
                Need(
                    home=home,
                    unit=units[need.unit],
                    field=need.field,
                    level=need.level,
                    number=need.number,
                    basis=need.basis[:200],
                    since=day,
                    entered_by=by,
                    entered_at=now(),
                )
            )
    Need.objects.bulk_create(made)
    record(
        "stocktake.needs_stated",
        actor=by,
        subject=home,
        organisation_path=home.path,
        detail={"needs": len(needs), "units": sorted({need.unit for need in needs})[:50]},
        reason=reason,
    )
    return made


def forget_people(people: Collection[Person]) -> None:
    """Nothing of these persons stays in any take (删除个人信息)."""
    TakeRow.objects.filter(person__in=people).delete()


def forget_takes(home: Organisation) -> None:
    """Facts were deleted for good: what was derived of them goes as well; a take can be made again."""
    Take.objects.filter(home=home).delete()


def _rows(take: Take, people: Sequence[int], schema: Schema) -> list[TakeRow]:
    records: dict[int, list[FactRecord]] = {}
    kinds = {rule.kind for field in schema.profile.values() for rule in field.derive}
    facts = Fact.objects.filter(known_on(take.day, take.knowledge), person__in=people, since__lte=take.day)
    found = facts.order_by().values_list("person_id", "kind", "value", "since", "until", "id")
    for pk, kind, *rest in found:
        held = records.setdefault(pk, [])
        if kind in kinds:
            held.append(FactRecord(kind, *rest))
    return [
        TakeRow(
            take=take,
            person_id=pk,
            **{name: _column(name, value) for name, value in derive_profile(held, schema, take.day).items()},
        )
        for pk, held in sorted(records.items())
    ]


def _reduced(schema: Schema) -> Schema:
    """Only the fields that a row holds, so that a million persons cost no more than they must."""
    return replace(
        schema, profile={name: field for name, field in schema.profile.items() if name in TakeRow.COLUMNS}
    )


def _column(name: str, value: Any) -> Any:
    is_day = isinstance(TakeRow._meta.get_field(name), DateField)
    return date.fromisoformat(value) if is_day and value is not None else value


def _forget_oldest(home: Organisation) -> None:
    kept = Take.objects.filter(home=home).order_by("-asked_at", "-pk").values_list("pk", flat=True)[:KEPT]
    Take.objects.filter(home=home).exclude(pk__in=list(kept)).delete()
