"""Payments that wait for an event, and grants whose payments stop (随事件发放、停发)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef

from juxian.apps.audit.actions import record
from juxian.apps.funds.actions.grants import end_grant, suspend_grant
from juxian.apps.funds.enums import GrantState, InstalmentState
from juxian.apps.funds.models import Grant, Instalment, PaymentLine
from juxian.apps.funds.models.grants import STANDING
from juxian.apps.funds.queries.due import LIVE, due_before, event_after, pay_of
from juxian.apps.funds.queries.grants import living
from juxian.apps.funds.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import organisation_attributes, profiles_of
from juxian.apps.policies.queries import packs_in_force
from juxian.core.policy.language import Expression
from juxian.core.policy.rowwise import evaluate
from juxian.core.policy.rulebook import rulebook


@transaction.atomic
def follow_events(*, home: Organisation, day: date) -> tuple[int, int]:
    """What happened by ``day``: (payments that fall due with an event, grants whose payments stop or end).

    The next payment of a grant moves to the day of the event it waits for. A grant that stops is held, so that the office ends
    it or lets it go on; one that ends gives up what is left, held ones too, once what fell due before is paid and no payment of it
    is with the bank: until then it is looked at again each night.
    """
    waiting = _waiting(home)
    if not waiting:
        return 0, 0
    packs = packs_in_force(home.pack, [day, *(item.grant.as_of for item in waiting)])
    people = {item.pk: living(item.grant.person) for item in waiting}
    profiles = profiles_of(list(people.values()), packs[day].schema, day, organisation_attributes())
    at = rulebook(tuple(packs[day].policies.values()), day).situation(packs[day].schema)
    before, moved, stopped = due_before(waiting), 0, 0
    over: dict[int, tuple[Grant, Person, Expression]] = {}
    for item in waiting:
        pay, profile = pay_of(packs[item.grant.as_of], item.grant), profiles.get(people[item.pk].pk, {})
        if pay is None:
            continue
        if pay.ends_if is not None and evaluate(pay.ends_if.clause, profile, at) is True:
            over[item.grant_id] = (item.grant, people[item.pk], pay.ends_if)
            continue
        if item.grant.state != GrantState.ACTIVE:
            continue
        event = event_after(pay, profile, before.get(item.pk)) if pay.upon else None
        if event is not None and event != item.due:
            _move(item, event)
            moved += 1
        if pay.stops_if is not None and evaluate(pay.stops_if.clause, profile, at) is True:
            suspend_grant(grant=item.grant, suspended=True, reason=pay.stops_if.text[:200], by=None)
            stopped += 1
    for pk in over.keys() - _owed(over, home, day):
        grant, _person, condition = over[pk]
        stopped += _end(grant, day, condition.text)
    return moved, stopped


def _owed(over: Mapping[int, tuple[Grant, Person, Expression]], home: Organisation, day: date) -> set[int]:
    """Grants of which a payment that fell due by ``day`` is owed all the same: the first, or one due before it was over."""
    rows = Instalment.objects.filter(grant__in=over, state=InstalmentState.PLANNED, due__lte=day)
    found: set[int] = set()
    due: dict[date, list[int]] = {}
    for pk, number, on in rows.order_by().values_list("grant_id", "number", "due"):
        if number == 1:
            found.add(pk)
        else:
            due.setdefault(on, []).append(pk)
    packs = packs_in_force(home.pack, list(due)) if due else {}
    for on, grants in due.items():
        schema = packs[on].schema
        profiles = profiles_of([over[pk][1] for pk in grants], schema, on, organisation_attributes())
        at = rulebook(tuple(packs[on].policies.values()), on).situation(schema)
        for pk in grants:
            _grant, person, condition = over[pk]
            if evaluate(condition.clause, profiles.get(person.pk, {}), at) is not True:
                found.add(pk)
    return found


def _end(grant: Grant, day: date, condition: str) -> int:
    """1 when it ended, 0 while a payment is on its way."""
    try:
        with transaction.atomic():
            end_grant(grant=grant, day=day, reason=condition[:200], by=None)
    except NotPossible:
        return 0
    return 1


def _waiting(home: Organisation) -> list[Instalment]:
    """The next payment of each grant that runs or is held, where it needs something and is in no live payment."""
    live = PaymentLine.objects.filter(instalment=OuterRef("pk"), state__in=LIVE)
    rows = (
        Instalment.objects.filter(
            ~Exists(live), state=InstalmentState.PLANNED, grant__home=home, grant__state__in=STANDING
        )
        .exclude(needs="")
        .select_related("grant__home", "grant__person__merged_into__merged_into")
        .order_by("grant", "number")
    )
    first: dict[int, Instalment] = {}
    for item in rows:
        first.setdefault(item.grant_id, item)
    return list(first.values())


def _move(item: Instalment, day: date) -> None:
    Instalment.objects.filter(pk=item.pk).update(due=day)
    record(
        "funds.instalment_due",
        actor=None,
        subject=Grant.objects.get(pk=item.grant_id),
        organisation_path=item.grant.home.path,
        detail={"number": item.number, "planned": item.due.isoformat(), "due": day.isoformat()},
    )
