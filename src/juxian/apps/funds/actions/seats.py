"""Taking a post of a pool, and giving it back (用编、人走编收)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.funds.actions.budgets import pool_name
from juxian.apps.funds.actions.posting import open_accounts, post
from juxian.apps.funds.models import Seat
from juxian.apps.funds.queries.grants import living, records_of_person
from juxian.apps.funds.queries.ledger import balance_of
from juxian.apps.funds.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft, record_facts, refresh_profiles
from juxian.apps.persons.enums import SourceKind
from juxian.apps.persons.models import Fact, Person, Source
from juxian.core.dates import add_months
from juxian.core.funds.book import PostPool
from juxian.core.ledger.accounts import Unit
from juxian.core.ledger.flows import occupancy_accounts, occupy, reserve, vacate


@transaction.atomic
def take_seat(
    *,
    home: Organisation,
    pool: PostPool,
    person: Person,
    unit: Organisation,
    document: str,
    since: date,
    by: User | None,
) -> Seat:
    """A named person takes a post (实名用编); a second one at the same time, or one that is not there, is refused.

    Raises ``NotPossible``; ``OutOfBounds`` when others took the last one at this moment.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.merged_into_id:
        raise NotPossible(_("该档案已并入其他档案，请在保留的档案上办理。"))
    if Seat.objects.filter(person__in=records_of_person(person), left_on=None).exists():
        raise NotPossible(_("%(name)s 已在用编。") % {"name": person.name})
    name = pool_name(home.pack, pool.id)
    if balance_of(f"budget:{name}") < 1:
        raise NotPossible(_("“%(title)s”没有空编。") % {"title": pool.title.zh})
    seat = Seat.objects.create(
        home=home,
        pool=pool.id,
        person=person,
        unit=unit,
        document=document,
        since=since,
        due_on=add_months(since, pool.longest_months) if pool.longest_months else None,
        taken_by=by,
    )
    open_accounts(occupancy_accounts(seat.holder, Unit(pool.unit)), home)
    post(reserve(name, seat.holder, 1, since, seat.pk), occupy(seat.holder, since, seat.paper), by=by)
    _state(seat, pool, by)
    _record("funds.seat_taken", seat, by, document)
    return seat


def _state(seat: Seat, pool: PostPool, by: User | None) -> None:
    """Say so on the person's record; what a roster has said already is taken over."""
    if not pool.fact:
        return
    value = {"unit": seat.unit.code}
    known = Fact.objects.current_on(seat.since).filter(person=seat.person, kind=pool.fact, value=value)
    fact = known.filter(until=None).order_by("-pk").first()
    if fact is None:
        source, _created = Source.objects.get_or_create(
            kind=SourceKind.FORM,
            reference=f"seat:{seat.pk}",
            defaults={"title": seat.document, "organisation": seat.home, "day": seat.since},
        )
        draft = FactDraft(pool.fact, value, seat.since, evidence=seat.document)
        [fact] = record_facts(person=seat.person, facts=[draft], source=source, by=by, reason=seat.document)
    Seat.objects.filter(pk=seat.pk).update(fact=fact)


@transaction.atomic
def return_seat(*, seat: Seat, day: date, reason: str, by: User | None) -> None:
    """The post goes back to the pool (收回); raises ``NotPossible`` when it did already, or on a day before it was taken."""
    seat = (
        Seat.objects.select_for_update(of=("self",), no_key=True)
        .select_related("home", "person")
        .get(pk=seat.pk)
    )
    if seat.left_on is not None:
        raise NotPossible(_("这个编制已收回。"))
    if day <= seat.since:
        raise NotPossible(_("收回日应晚于用编日 %(day)s。") % {"day": seat.since})
    Seat.objects.filter(pk=seat.pk).update(left_on=day, left_reason=reason, left_by=by)
    post(vacate(pool_name(seat.home.pack, seat.pool), seat.holder, day, seat.paper), by=by)
    if seat.fact_id and Fact.objects.filter(pk=seat.fact_id, until=None, since__lt=day).update(until=day):
        refresh_profiles([living(seat.person)])
    _record("funds.seat_returned", seat, by, reason)


@transaction.atomic
def return_seats_of_the_left(*, home: Organisation, day: date, by: User | None = None) -> int:
    """Posts of persons who have left since they took them go back (人走编收); returns how many."""
    open_ = list(
        Seat.objects.filter(home=home, left_on=None).select_related(
            "person__merged_into__merged_into", "home"
        )
    )
    people = {seat.pk: living(seat.person).pk for seat in open_}
    left: dict[int, date] = {}
    rows = Fact.objects.standing().filter(person__in=set(people.values()), kind="departure", since__lte=day)
    for person, since in rows.order_by("-since").values_list("person_id", "since"):
        left[person] = since
    gone = [seat for seat in open_ if (when := left.get(people[seat.pk])) is not None and when > seat.since]
    for seat in gone:
        return_seat(seat=seat, day=left[people[seat.pk]], reason=str(_("离岗，编制收回")), by=by)
    return len(gone)


def _record(action: str, seat: Seat, by: User | None, reason: str) -> None:
    record(
        action,
        actor=by,
        subject=seat,
        organisation_path=seat.home.path,
        detail={"pool": seat.pool, "person": seat.person.number},
        reason=reason,
    )
