"""Payments that wait for an event, and grants whose payments stop (随事件发放、停发)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef

from juxian.apps.audit.actions import record
from juxian.apps.funds.actions.grants import suspend_grant
from juxian.apps.funds.enums import GrantState, InstalmentState
from juxian.apps.funds.models import Grant, Instalment, PaymentLine
from juxian.apps.funds.queries.due import LIVE, due_before, event_after, pay_of
from juxian.apps.funds.queries.grants import living
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.queries import organisation_attributes, profiles_of
from juxian.apps.policies.queries import packs_in_force
from juxian.core.policy.rowwise import evaluate
from juxian.core.policy.rulebook import rulebook


@transaction.atomic
def follow_events(*, home: Organisation, day: date) -> tuple[int, int]:
    """What happened by ``day``: (payments that fall due with an event, grants whose payments stop).

    The next payment of a grant moves to the day of the event it waits for. A grant that stops is held, so that the office ends
    it or lets it go on.
    """
    waiting = _waiting(home)
    if not waiting:
        return 0, 0
    packs = packs_in_force(home.pack, [day, *(item.grant.as_of for item in waiting)])
    people = {item.pk: living(item.grant.person) for item in waiting}
    profiles = profiles_of(list(people.values()), packs[day].schema, day, organisation_attributes())
    at = rulebook(tuple(packs[day].policies.values()), day).situation(packs[day].schema)
    before, moved, stopped = due_before(waiting), 0, 0
    for item in waiting:
        pay, profile = pay_of(packs[item.grant.as_of], item.grant), profiles.get(people[item.pk].pk, {})
        if pay is None:
            continue
        event = event_after(pay, profile, before.get(item.pk)) if pay.upon else None
        if event is not None and event != item.due:
            _move(item, event)
            moved += 1
        if pay.stops_if is not None and evaluate(pay.stops_if.clause, profile, at) is True:
            suspend_grant(grant=item.grant, suspended=True, reason=pay.stops_if.text[:200], by=None)
            stopped += 1
    return moved, stopped


def _waiting(home: Organisation) -> list[Instalment]:
    """The next payment of each grant that runs, where it needs something and is in no live payment."""
    live = PaymentLine.objects.filter(instalment=OuterRef("pk"), state__in=LIVE)
    rows = (
        Instalment.objects.filter(
            ~Exists(live), state=InstalmentState.PLANNED, grant__home=home, grant__state=GrantState.ACTIVE
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
