"""A tenancy from signing to the return of the keys, to the fen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from juxian.apps.accounts.models import User
from juxian.apps.funds.queries.ledger import balance_of
from juxian.apps.funds.queries.proof import verify
from juxian.apps.housing.actions import letting
from juxian.apps.housing.actions.billing import bill_months, receive
from juxian.apps.housing.actions.inspecting import inspect
from juxian.apps.housing.actions.letting import ask_renewal, end_lease, give_notice, renew_lease, sign_lease
from juxian.apps.housing.actions.offering import accept_offer, make_offer
from juxian.apps.housing.enums import ApplicationState, BillKind, Condition, Finding, LeaseState
from juxian.apps.housing.models import Ban, Bill, Estate, Item, Lease, Offer
from juxian.apps.housing.queries.stock import free_spaces, occupancy_of, scheme_of
from juxian.apps.housing.queries.tenancies import due_for_inspection, grounds_of, income_of
from juxian.apps.housing.rules import NotPossible
from juxian.apps.housing.tasks import nightly
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.core.housing.scheme import Tenure
from juxian.core.housing.words import Cause
from tests.apps.housing.conftest import DAY, NewApplication
from tests.factories import SourceFactory

RENT = 31_200  # 52 m² at 6 yuan


@pytest.fixture
def lease(estate: Estate, new_application: NewApplication, office: User) -> Lease:
    application = new_application()
    offer = make_offer(application=application, space=free_spaces(estate)[0], day=DAY, by=office)
    return sign_lease(offer=accept_offer(offer=offer, day=DAY, by=office), first_day=DAY, by=office)


def told(bills: Any) -> list[tuple[str, str, date, date, int]]:
    return [(bill.kind, bill.payer, bill.since, bill.until, bill.amount_fen) for bill in bills]


def test_signing_sets_term_rent_and_deposit(lease: Lease, estate: Estate) -> None:
    assert (lease.until, lease.state) == (date(2023, 6, 1), LeaseState.RUNNING)
    [rent] = lease.rents.all()
    assert (rent.monthly_fen, rent.parts) == (
        RENT, {"person": 10_400, "employer": 10_400, "government": 10_400},
    )  # fmt: skip
    assert told(lease.bills.all()) == [("deposit", "employer", DAY, date(2023, 6, 1), 200_000)]
    lease.offer.application.refresh_from_db()
    assert lease.offer.application.state == ApplicationState.HOUSED
    assert occupancy_of(estate).let == 1


def test_a_term_is_chosen_among_those_of_the_scheme(
    lease: Lease, estate: Estate, office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = scheme_of(estate)
    tenure = Tenure(12, total_months=60, longer=(24, 36))
    monkeypatch.setattr(letting, "scheme_of", lambda _estate: replace(scheme, tenure=tenure))
    day = date(2023, 5, 15)
    ask_renewal(lease=lease, day=day, by=office)

    with pytest.raises(NotPossible, match="没有这种租期"):
        renew_lease(lease=lease, day=day, by=office, months=18)
    lease = renew_lease(lease=lease, day=day, by=office, months=36)

    assert (lease.term, lease.until) == (2, date(2026, 6, 1))
    ask_renewal(lease=lease, day=date(2026, 5, 15), by=office)
    lease = renew_lease(lease=lease, day=date(2026, 5, 15), by=office, months=24)
    assert lease.until == date(2027, 6, 1)  # sixty months are the longest


def test_what_was_not_accepted_is_not_signed(
    estate: Estate, new_application: NewApplication, office: User
) -> None:
    offer = make_offer(application=new_application(), space=free_spaces(estate)[0], day=DAY, by=office)

    with pytest.raises(NotPossible, match="已接受"):
        sign_lease(offer=offer, first_day=DAY, by=office)

    assert Lease.objects.count() == 0


def test_a_month_is_billed_when_it_is_over_once_and_to_each_payer(lease: Lease) -> None:
    assert bill_months(lease=lease, day=date(2022, 6, 30)) == []

    made = bill_months(lease=lease, day=date(2022, 8, 1))

    assert told(made) == [
        ("rent", payer, since, until, 10_400)
        for since, until in ((DAY, date(2022, 7, 1)), (date(2022, 7, 1), date(2022, 8, 1)))
        for payer in ("person", "employer", "government")
    ]
    assert bill_months(lease=lease, day=date(2022, 8, 1)) == []
    assert balance_of(f"receivable:{lease.number}") == 6 * 10_400


def test_a_receipt_pays_a_bill_and_never_more(lease: Lease, office: User) -> None:
    bill = bill_months(lease=lease, day=date(2022, 7, 1))[0]

    receive(bill=bill, amount_fen=10_000, day=date(2022, 7, 9), reference="收 1", by=office)
    with pytest.raises(NotPossible, match="不超过"):
        receive(bill=bill, amount_fen=401, day=date(2022, 7, 9), reference="收 2", by=office)
    with pytest.raises(NotPossible, match="凭证号"):
        receive(bill=bill, amount_fen=400, day=date(2022, 7, 9), reference="收 1", by=office)

    bill.refresh_from_db()
    assert (bill.paid_fen, bill.open_fen) == (10_000, 400)
    assert balance_of(f"receivable:{lease.number}") == 3 * 10_400 - 10_000
    assert verify().difference is None


def test_leaving_is_charged_to_the_fen_and_the_deposit_settles_it(
    lease: Lease, estate: Estate, office: User
) -> None:
    """Notice on 16 June, keys on 31 July; market 52 m² × 12 yuan = 624 yuan.

    16–30 June (15 of 30 days) 90 %: 280.80; 1–15 July (15 of 31) 90 %: 271.74; 16–30 July (15 of 31) 100 %: 301.94.
    """
    [deposit] = lease.bills.all()
    receive(bill=deposit, amount_fen=200_000, day=DAY, reference="押", by=office)

    give_notice(lease=lease, cause=Cause.OWN_WISH, day=date(2022, 6, 16), by=office)
    ended = end_lease(lease=lease, day=date(2022, 7, 31), by=office)

    assert ended.leave_by == date(2022, 7, 16)
    bills = lease.bills.exclude(kind=BillKind.DEPOSIT).order_by("pk")
    assert told(bills) == [
        ("rent", "person", DAY, date(2022, 6, 16), 5_200),
        ("rent", "employer", DAY, date(2022, 6, 16), 5_200),
        ("rent", "government", DAY, date(2022, 6, 16), 5_200),
        ("exit", "person", date(2022, 6, 16), date(2022, 7, 31), 28_080 + 27_174 + 30_194),
    ]
    assert [bill.open_fen for bill in bills] == [0, 5_200, 5_200, 0]
    assert balance_of(f"deposit:{lease.number}") == 0
    assert balance_of(f"held:{estate.code}") == 5_200 + 85_448
    assert verify().difference is None
    assert (Ban.objects.get().cause, Ban.objects.get().until) == ("left_early", date(2023, 7, 31))
    assert occupancy_of(estate).let == 0


def test_keys_before_a_notice_are_refused(lease: Lease, office: User) -> None:
    with pytest.raises(NotPossible, match="先通知"):
        end_lease(lease=lease, day=DAY, by=office)


def test_a_term_that_ends_without_renewal_is_given_notice_at_night(lease: Lease) -> None:
    found = nightly(date(2023, 6, 20))

    lease.refresh_from_db()
    assert (lease.state, lease.cause, lease.notice_on) == ("leaving", "expired", date(2023, 6, 1))
    assert found == {"offers": 0, "bills": 0, "terms": 1, "grounds": 0}
    assert lease.bills.filter(kind=BillKind.RENT).count() == 36
    assert nightly(date(2023, 6, 20)) == {"offers": 0, "bills": 0, "terms": 0, "grounds": 0}


def test_renewal_within_its_window_until_the_longest_stay(lease: Lease, office: User) -> None:
    with pytest.raises(NotPossible, match="没到"):
        ask_renewal(lease=lease, day=date(2023, 2, 1), by=office)

    for day in (date(2023, 5, 1), date(2024, 5, 1)):
        ask_renewal(lease=lease, day=day, by=office)
        lease = renew_lease(lease=lease, day=day, by=office)

    assert (lease.term, lease.until) == (3, date(2025, 6, 1))
    assert [rent.since for rent in lease.rents.all()] == [DAY, date(2023, 6, 1), date(2024, 6, 1)]
    with pytest.raises(NotPossible, match="最长"):
        ask_renewal(lease=lease, day=date(2025, 5, 1), by=office)


def test_three_months_empty_is_a_ground_unless_somebody_was_seen(lease: Lease, office: User) -> None:
    def seen(day: date, finding: Finding) -> None:
        inspect(unit=lease.space.unit, lease=lease, day=day, finding=finding, by=office)

    seen(date(2022, 7, 1), Finding.EMPTY)
    seen(date(2022, 8, 1), Finding.NO_ACCESS)
    assert grounds_of(lease, date(2022, 9, 30)) == []
    assert [(one.cause, one.since) for one in grounds_of(lease, date(2022, 10, 1))] == [
        (Cause.EMPTY, date(2022, 7, 1))
    ]
    seen(date(2022, 10, 2), Finding.IN_ORDER)
    assert grounds_of(lease, date(2022, 10, 2)) == []


def test_a_home_bought_and_rent_not_paid_are_grounds(lease: Lease) -> None:
    bought = FactDraft("home", {"owned": True}, date(2022, 9, 1))
    record_facts(person=lease.person, facts=[bought], source=SourceFactory())
    bill_months(lease=lease, day=date(2022, 7, 1))

    found = grounds_of(lease, date(2023, 2, 1))

    assert [(one.cause, one.since) for one in found] == [
        (Cause.BOUGHT_HOME, date(2022, 9, 1)),
        (Cause.ARREARS, date(2022, 7, 31)),
    ]


def test_a_cause_is_found_at_night_and_gone_when_it_no_longer_holds(lease: Lease, office: User) -> None:
    for day in (date(2022, 7, 1), date(2022, 9, 1)):
        inspect(unit=lease.space.unit, lease=lease, day=day, finding=Finding.EMPTY, by=office)

    assert nightly(date(2022, 10, 1))["grounds"] == 1
    lease.refresh_from_db()
    assert lease.grounds == ["empty"]
    assert nightly(date(2022, 10, 2))["grounds"] == 0  # nothing new
    inspect(unit=lease.space.unit, lease=lease, day=date(2022, 10, 3), finding=Finding.IN_ORDER, by=office)
    nightly(date(2022, 10, 3))

    lease.refresh_from_db()
    assert lease.grounds == []


@pytest.mark.parametrize(
    "values", [{"state": "open"}, {"answered_at": None}, {"answer_by": date(2022, 5, 1)}]
)
def test_the_database_keeps_answers_and_days_of_offers_together(lease: Lease, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=lease.offer_id).update(**values)


def test_a_breach_closes_the_list_for_its_months(lease: Lease, office: User) -> None:
    give_notice(lease=lease, cause=Cause.SUBLET, day=date(2022, 12, 1), by=office, reason="检查发现")

    end_lease(lease=lease, day=date(2022, 12, 10), by=office)

    assert Ban.objects.get().until == date(2025, 12, 10)


def test_a_cause_that_the_scheme_does_not_name_is_refused(lease: Lease, office: User) -> None:
    with pytest.raises(NotPossible, match="没有这种"):
        give_notice(lease=lease, cause=Cause.CRIME, day=DAY, by=office)


def test_flats_with_tenants_are_due_for_inspection(lease: Lease, estate: Estate, office: User) -> None:
    unit = lease.space.unit
    assert list(due_for_inspection(estate, DAY)) == [unit]
    bed = Item.objects.filter(unit=unit).first()

    inspect(
        unit=unit,
        lease=lease,
        day=DAY,
        finding=Finding.DAMAGED,
        by=office,
        conditions={bed.pk: Condition.WORN},
    )

    assert list(due_for_inspection(estate, date(2022, 11, 30))) == []
    assert list(due_for_inspection(estate, date(2022, 12, 1))) == [unit]
    bed.refresh_from_db()
    assert (bed.condition, bed.seen_on) == (Condition.WORN, DAY)


def test_income_counts_what_was_billed_and_paid(lease: Lease, estate: Estate, office: User) -> None:
    bills = bill_months(lease=lease, day=date(2022, 8, 1))
    receive(bill=bills[0], amount_fen=10_400, day=date(2022, 8, 2), reference="1", by=office)

    found = income_of(estate, date(2022, 7, 1), date(2022, 8, 1))

    assert (found.billed_fen, found.paid_fen, found.open_fen) == (RENT, 10_400, RENT - 10_400)


@pytest.mark.parametrize("values", [{"paid_fen": 200_001}, {"amount_fen": 0}])
def test_the_database_refuses_a_bill_that_is_paid_above(lease: Lease, values: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Bill.objects.update(**values)


def test_the_database_keeps_one_tenant_of_a_flat(lease: Lease, new_application: NewApplication) -> None:
    other = new_application("承租乙").person

    with pytest.raises(IntegrityError), transaction.atomic():
        Lease.objects.create(
            person=other, space=lease.space, estate=lease.estate, first_day=DAY, until=date(2023, 1, 1)
        )
