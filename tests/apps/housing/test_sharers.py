"""Three sharers of one flat (合租): a room, a lease, a rent and a deposit each; one leaves, the others stay."""

from __future__ import annotations

from datetime import date

import pytest

from juxian.apps.accounts.models import User
from juxian.apps.funds.queries.ledger import balance_of
from juxian.apps.funds.queries.proof import verify
from juxian.apps.housing.actions.billing import bill_months, receive
from juxian.apps.housing.actions.letting import end_lease, give_notice, sign_lease
from juxian.apps.housing.actions.offering import accept_offer, make_offer, offer_next
from juxian.apps.housing.actions.stock import close_unit
from juxian.apps.housing.enums import BillKind, LeaseState
from juxian.apps.housing.models import Building, Estate, Lease, Space, Unit
from juxian.apps.housing.queries.stock import free_spaces, occupancy_of, totals_of, who_lives_in
from juxian.apps.housing.queries.tenancies import sharers_of
from juxian.apps.housing.rules import NotPossible
from juxian.core.housing.words import Cause
from tests.apps.housing.conftest import DAY, NewApplication

ROOMS = {"A": 3_000, "B": 2_500, "C": 2_000}  # 0.01 m²
RENTS = {"A": 18_000, "B": 15_000, "C": 12_000}  # 6 yuan a m²
NOTICE, KEYS = date(2022, 9, 1), date(2022, 9, 11)


@pytest.fixture
def rooms(estate: Estate) -> dict[str, Space]:
    """A flat of three rooms, let one by one."""
    building = Building.objects.filter(estate=estate).first()
    unit = Unit.objects.create(
        building=building, number="1301", floor=13, layout="shared", rooms=3, halls=1, area_dm2=9_000
    )
    return {
        code: Space.objects.create(unit=unit, code=code, kind="room", area_dm2=area)
        for code, area in ROOMS.items()
    }


@pytest.fixture
def leases(rooms: dict[str, Space], new_application: NewApplication, office: User) -> dict[str, Lease]:
    """Three sharers with everything paid on signing."""
    made = {}
    for code, space in rooms.items():
        application = new_application(f"合租{code}", members=1)
        offer = make_offer(application=application, space=space, day=DAY, by=office)
        made[code] = sign_lease(offer=accept_offer(offer=offer, day=DAY, by=office), first_day=DAY, by=office)
        for bill in made[code].bills.all():
            receive(bill=bill, amount_fen=bill.amount_fen, day=DAY, reference=f"押 {code}", by=office)
    return made


def test_each_sharer_has_a_lease_a_rent_by_the_room_and_a_deposit(leases: dict[str, Lease]) -> None:
    assert {code: lease.rents.get().monthly_fen for code, lease in leases.items()} == RENTS
    assert {balance_of(f"deposit:{lease.number}") for lease in leases.values()} == {
        -200_000
    }  # held for the tenant
    assert len({lease.number for lease in leases.values()}) == 3
    assert [one.person.name for one in sharers_of(leases["A"])] == ["合租B", "合租C"]


def test_the_leaving_of_one_leaves_the_others_as_they_are(
    leases: dict[str, Lease], estate: Estate, office: User
) -> None:
    for lease in leases.values():
        bill_months(lease=lease, day=NOTICE)
    before = {
        code: list(leases[code].bills.order_by("pk").values_list("kind", "amount_fen", "paid_fen"))
        for code in "AC"
    }

    give_notice(lease=leases["B"], cause=Cause.OWN_WISH, day=NOTICE, by=office)
    end_lease(lease=leases["B"], day=KEYS, by=office)

    found = {code: Lease.objects.get(pk=lease.pk) for code, lease in leases.items()}
    assert [found[code].state for code in "ABC"] == [
        LeaseState.RUNNING,
        LeaseState.ENDED,
        LeaseState.RUNNING,
    ]
    assert before == {
        code: list(found[code].bills.order_by("pk").values_list("kind", "amount_fen", "paid_fen"))
        for code in "AC"
    }
    # ten of thirty days at 90 % of the market: 25 m² × 12 yuan = 300 yuan
    assert found["B"].bills.get(kind=BillKind.EXIT).amount_fen == 9_000
    assert balance_of(f"deposit:{found['B'].number}") == 0
    assert balance_of(f"deposit:{found['A'].number}") == -200_000
    assert [place.lease and place.lease.person.name for place in who_lives_in(found["A"].space.unit)] == [
        "合租A",
        None,
        "合租C",
    ]
    assert totals_of(estate)["sharers"] == 2
    assert verify().difference is None


def test_the_freed_room_is_offered_to_the_next_and_to_nobody_twice(
    leases: dict[str, Lease], estate: Estate, office: User, new_application: NewApplication
) -> None:
    room = leases["B"].space
    assert room not in free_spaces(estate)
    give_notice(lease=leases["B"], cause=Cause.OWN_WISH, day=NOTICE, by=office)
    assert room not in free_spaces(estate)
    end_lease(lease=leases["B"], day=KEYS, by=office)
    assert room in free_spaces(estate)
    first, _second = new_application("先到", members=4), new_application("后到", members=1)

    offer = offer_next(estate=estate, space=room, day=KEYS, by=office)

    assert (offer.application, offer.space) == (first, room)
    with pytest.raises(NotPossible, match="现在不能配租"):
        offer_next(estate=estate, space=room, day=KEYS, by=office)
    signed = sign_lease(offer=accept_offer(offer=offer, day=KEYS, by=office), first_day=KEYS, by=office)
    assert signed.space == room
    assert sorted(one.person.name for one in sharers_of(leases["A"])) == ["先到", "合租C"]
    assert occupancy_of(estate).let == 3


def test_equal_points_at_the_head_are_for_a_draw(
    estate: Estate, office: User, new_application: NewApplication
) -> None:
    for name in ("同分甲", "同分乙"):
        new_application(name)

    with pytest.raises(NotPossible, match="前 2 位同分"):
        offer_next(estate=estate, space=free_spaces(estate)[0], day=DAY, by=office)
    with pytest.raises(NotPossible, match="现在不能配租"):
        offer_next(
            estate=estate, space=Space(pk=0, unit=Unit(building=Building(name="x"))), day=DAY, by=office
        )


def test_nobody_waits_and_a_closed_flat_are_told(
    estate: Estate, office: User, new_application: NewApplication
) -> None:
    space = free_spaces(estate)[0]
    with pytest.raises(NotPossible, match="没有人在轮候"):
        offer_next(estate=estate, space=space, day=DAY, by=office)
    close_unit(unit=space.unit, reason="漏水", by=office)
    space.unit.refresh_from_db()

    with pytest.raises(NotPossible, match="停用"):
        make_offer(application=new_application(), space=space, day=DAY, by=office)
