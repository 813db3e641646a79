"""A couple in one flat (夫妻同住): one household, one application, one place in the queue, both on the lease."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.models import AuditEntry
from juxian.apps.housing.actions import passing
from juxian.apps.housing.actions.applying import apply_for_flat
from juxian.apps.housing.actions.households import move_in_together, move_out_of_two, record_household
from juxian.apps.housing.actions.letting import ask_renewal, renew_lease, sign_lease, start_lease
from juxian.apps.housing.actions.offering import accept_offer, make_offer
from juxian.apps.housing.actions.passing import pass_lease
from juxian.apps.housing.models import Application, Ban, Estate, Lease
from juxian.apps.housing.queries.stock import free_spaces, scheme_of
from juxian.apps.housing.queries.tenancies import grounds_of, leases_of
from juxian.apps.housing.queries.waiting import places_of
from juxian.apps.housing.rules import NotPossible
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.apps.persons.models import Person
from juxian.core.housing.snapshot import Snapshot
from juxian.core.housing.words import Cause
from tests.apps.housing.conftest import ALLOWED, APPLIED, DAY, NewPerson
from tests.factories import SourceFactory
from tests.flats import SNAPSHOT

TWO = {"household_members": 2}


@pytest.fixture
def couple(new_person: NewPerson, office: User) -> tuple[Person, Person]:
    """A master and a doctor, recorded as a household."""
    one, other = new_person("夫某"), new_person("妻某", degree="doctor")
    record_household(person=one, spouse=other, evidence="结婚证", by=office)
    return one, other


@pytest.fixture
def lease(couple: tuple[Person, Person], estate: Estate, office: User) -> Lease:
    application = apply_for_flat(estate=estate, person=couple[0], asked=TWO, day=APPLIED, by=None)
    offer = make_offer(application=application, space=free_spaces(estate)[0], day=DAY, by=office)
    return sign_lease(offer=accept_offer(offer=offer, day=DAY, by=office), first_day=DAY, by=office)


def test_one_application_holds_one_place_for_both_with_the_higher_class(
    couple: tuple[Person, Person], estate: Estate
) -> None:
    one, other = couple

    made = apply_for_flat(estate=estate, person=one, asked=TWO, day=APPLIED, by=None)

    assert (made.spouse, made.snapshot["degree"]) == (other, "doctor")
    assert [place.of for place in places_of(estate, DAY)] == [1]
    with pytest.raises(NotPossible, match="配偶已提交申请"):
        apply_for_flat(estate=estate, person=other, asked=TWO, day=DAY, by=None)
    assert Application.objects.count() == 1


def test_two_who_apply_together_are_at_least_two(couple: tuple[Person, Person], estate: Estate) -> None:
    with pytest.raises(NotPossible, match="至少为 2"):
        apply_for_flat(estate=estate, person=couple[0], asked={"household_members": 1}, day=APPLIED, by=None)


def test_both_stand_on_the_lease_and_neither_takes_another_flat(
    lease: Lease, couple: tuple[Person, Person], estate: Estate
) -> None:
    one, other = couple

    assert (lease.person, lease.spouse) == (one, other)
    assert list(leases_of(one)) == list(leases_of(other)) == [lease]
    assert lease.rents.get().monthly_fen == 0  # a doctor in the household lives free of rent
    for person in couple:
        with pytest.raises(NotPossible, match="正在租住"):
            apply_for_flat(estate=estate, person=person, asked=TWO, day=DAY, by=None)
        with pytest.raises(NotPossible, match="已有租约"):
            start_lease(
                person=person,
                space=free_spaces(estate)[0],
                estate=estate,
                first_day=DAY,
                asked=TWO,
                snapshot=Snapshot(DAY, SNAPSHOT),
                by=None,
            )


def test_a_ban_of_one_is_a_ban_of_the_household(couple: tuple[Person, Person], estate: Estate) -> None:
    one, other = couple
    Ban.objects.create(person=other, home=estate.home, cause="sublet", since=APPLIED, until=date(2025, 1, 1))

    with pytest.raises(NotPossible, match="配偶在"):
        apply_for_flat(estate=estate, person=one, asked=TWO, day=DAY, by=None)


def test_a_home_that_the_spouse_bought_is_a_ground(lease: Lease, couple: tuple[Person, Person]) -> None:
    assert grounds_of(lease, DAY) == []

    bought = FactDraft("home", {"owned": True}, date(2022, 9, 1))
    record_facts(person=couple[1], facts=[bought], source=SourceFactory())

    assert [(one.cause, one.since) for one in grounds_of(lease, date(2022, 10, 1))] == [
        (Cause.BOUGHT_HOME, date(2022, 9, 1))
    ]


def test_tenants_who_marry_hold_two_flats_until_one_is_given_back(
    new_person: NewPerson, estate: Estate, office: User
) -> None:
    people = [new_person(name) for name in ("甲", "乙")]
    leases = [
        start_lease(
            person=person,
            space=free_spaces(estate)[0],
            estate=estate,
            first_day=day,
            asked={},
            snapshot=Snapshot(DAY, SNAPSHOT),
            by=None,
        )
        for person, day in zip(people, (date(2022, 1, 1), date(2022, 3, 1)), strict=True)
    ]
    assert grounds_of(leases[0], date(2022, 4, 1)) == []

    record_household(person=people[0], spouse=people[1], evidence="结婚证", by=office)

    assert [(one.cause, one.since, one.told) for one in grounds_of(leases[0], date(2022, 4, 1))] == [
        (Cause.SECOND_FLAT, date(2022, 3, 1), leases[1].number)
    ]
    with pytest.raises(NotPossible, match="一户限租一套"):
        move_in_together(lease=leases[0], spouse=people[1], evidence="结婚证", day=DAY, by=office)


def test_a_spouse_moves_in_and_out_and_the_tenant_stays(
    new_person: NewPerson, estate: Estate, office: User
) -> None:
    tenant, spouse = new_person("甲"), new_person("乙", degree="doctor")
    lease = start_lease(
        person=tenant,
        space=free_spaces(estate)[0],
        estate=estate,
        first_day=date(2022, 1, 1),
        asked={},
        snapshot=Snapshot(DAY, SNAPSHOT),
        by=None,
    )

    lease = move_in_together(lease=lease, spouse=spouse, evidence="结婚证", day=DAY, by=office)
    with pytest.raises(NotPossible, match="已有共同承租人"):
        move_in_together(lease=lease, spouse=new_person("丙"), evidence="x", day=DAY, by=office)
    ask_renewal(lease=lease, day=date(2022, 12, 1), by=office)
    lease = renew_lease(lease=lease, day=date(2022, 12, 1), by=office)

    assert lease.rents.get(term=2).monthly_fen == 0  # the higher class of the two counts from the new term
    lease = move_out_of_two(lease=lease, day=DAY, by=office, reason="离婚")
    assert lease.spouse is None
    assert (list(leases_of(spouse)), list(leases_of(tenant))) == ([], [lease])
    with pytest.raises(NotPossible, match="没有共同承租人"):
        move_out_of_two(lease=lease, day=DAY, by=office, reason="离婚")


def test_the_database_keeps_a_spouse_on_one_lease(
    lease: Lease, new_person: NewPerson, estate: Estate
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Lease.objects.create(
            person=new_person("另一人"),
            spouse=lease.spouse,
            space=free_spaces(estate)[0],
            estate=estate,
            first_day=DAY,
            until=date(2023, 1, 1),
        )


def test_the_lease_passes_to_the_spouse_with_deposit_bills_and_rent(
    lease: Lease, couple: tuple[Person, Person], office: User
) -> None:
    one, other = couple
    before = (list(lease.bills.values("pk", "amount_fen", "paid_fen")), list(lease.rents.values()))
    owed = sum(bill.open_fen for bill in lease.bills.all())

    passed = pass_lease(lease=lease, day=DAY, by=office, reason="调往外地")

    passed.refresh_from_db()
    assert (passed.person, passed.spouse, passed.state) == (other, None, "running")
    assert passed.asked == {"household_members": 1}
    assert (list(passed.bills.values("pk", "amount_fen", "paid_fen")), list(passed.rents.values())) == before
    assert (list(leases_of(one)), list(leases_of(other))) == ([], [passed])
    assert not Ban.objects.exists()
    entry = AuditEntry.objects.get(action="housing.lease_passed")
    assert (entry.reason, entry.detail["from"], entry.detail["to"]) == ("调往外地", one.number, other.number)
    assert entry.detail["open_fen"] == owed
    with pytest.raises(NotPossible, match="没有共同承租人"):
        pass_lease(lease=lease, day=DAY, by=office, reason="再办")


def test_whoever_left_may_apply_anew_and_who_stays_may_not(
    lease: Lease, couple: tuple[Person, Person], estate: Estate, office: User
) -> None:
    pass_lease(lease=lease, day=DAY, by=office, reason="调往外地")

    with pytest.raises(NotPossible, match="正在租住"):
        apply_for_flat(estate=estate, person=couple[1], asked=TWO, day=DAY, by=None)
    with pytest.raises(NotPossible, match="配偶已有人才公寓"):  # still one household on record
        apply_for_flat(estate=estate, person=couple[0], asked=TWO, day=DAY, by=None)


def test_a_spouse_who_may_not_rent_does_not_take_the_lease_over(
    lease: Lease, couple: tuple[Person, Person], office: User
) -> None:
    facts = [FactDraft("home", {"owned": True}, DAY)]
    record_facts(person=couple[1], facts=facts, source=SourceFactory())

    with pytest.raises(NotPossible, match="目前不符合条件"):
        pass_lease(lease=lease, day=DAY, by=office, reason="调往外地")

    lease.refresh_from_db()
    assert (lease.person, lease.spouse) == couple


def test_what_is_not_known_of_the_spouse_is_named(new_person: NewPerson, lease: Lease, office: User) -> None:
    stranger = new_person("缺住房信息", facts=ALLOWED[:1])
    Lease.objects.filter(pk=lease.pk).update(spouse=stranger)

    with pytest.raises(NotPossible, match=r"缺：.*住房"):
        pass_lease(lease=lease, day=DAY, by=office, reason="调往外地")


def test_where_the_scheme_ends_the_tenancy_nothing_passes(
    lease: Lease, office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = replace(scheme_of(lease.estate), passes_to_spouse=False)
    monkeypatch.setattr(passing, "scheme_of", lambda estate: scheme)

    with pytest.raises(NotPossible, match="请通知腾退"):
        pass_lease(lease=lease, day=DAY, by=office, reason="调往外地")
