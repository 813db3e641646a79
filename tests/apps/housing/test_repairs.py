"""A tenant reports what is broken, and the case writes the history of the flat (报修与维修记录)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.clock import SHANGHAI
from juxian.apps.housing.actions.letting import start_lease
from juxian.apps.housing.actions.offering import make_offer
from juxian.apps.housing.models import Estate, Lease, Repair
from juxian.apps.housing.queries.repairs import repair_of, repair_service, repairs_of
from juxian.apps.housing.queries.stock import free_spaces, occupancy_of
from juxian.apps.housing.rules import NotPossible
from juxian.apps.services.actions import Wanted, act_on_case, submit_application
from juxian.apps.services.models import Case, CaseEffect
from juxian.core.housing.snapshot import Snapshot
from tests.apps.housing.conftest import DAY, NewApplication, NewPerson
from tests.factories import UserFactory
from tests.flats import SNAPSHOT
from tests.web.places import Place

AT = datetime(2022, 6, 1, 9, tzinfo=SHANGHAI)
ANSWERS = {
    "mobile": "13800138000",
    "flat": "1 栋 0101",
    "kind": "水管",
    "detail": "厨房水管爆裂",
    "urgent": "是",
    "unfit": "是",
    "at_home": "随时",
    "enter_alone": "是",
}


@pytest.fixture
def lease(estate: Estate, new_person: NewPerson) -> Lease:
    return start_lease(
        person=new_person("报修人"),
        space=free_spaces(estate)[0],
        estate=estate,
        first_day=DAY,
        asked={},
        snapshot=Snapshot(DAY, SNAPSHOT),
        by=None,
    )


@pytest.fixture
def tenant(lease: Lease, place: Place) -> User:
    return UserFactory(role=Role.PERSON, organisation=place.root, person=lease.person)


@pytest.fixture
def crew(place: Place) -> User:
    return place.user(Role.DEPARTMENT)


def reported(place: Place, tenant: User, **answers: Any) -> Case:
    service = repair_service(place.pack)
    assert service is not None
    return submit_application(
        home=place.root,
        service=service.id,
        by=tenant,
        answers=ANSWERS | answers,
        person=tenant.person,
        at=AT,
    )


def acted(case: Case, action: str, by: User, reason: str = "") -> Case:
    return act_on_case(case=case, wanted=Wanted(action, reason=reason), by=by, at=AT)


def test_from_the_report_to_the_history_of_the_flat(
    place: Place, lease: Lease, tenant: User, crew: User, estate: Estate
) -> None:
    unit = lease.space.unit
    case = reported(place, tenant)

    repair = Repair.objects.get()
    assert (repair.case, repair.unit, repair.lease, repair.kind) == (case, unit, lease, "水管")
    assert repair_of(case) == repair
    unit.refresh_from_db()
    assert not unit.in_repair  # nobody has taken it in hand
    acted(case, "pass", crew)
    unit.refresh_from_db()
    assert unit.in_repair
    acted(case, "done", crew)
    unit.refresh_from_db()
    assert unit.in_repair  # until the tenant says that it is mended
    acted(case, "done", tenant)

    unit.refresh_from_db()
    repair.refresh_from_db()
    assert not unit.in_repair
    assert (repair.result, repair.begun_on, repair.ended_on) == ("granted", DAY, DAY)
    assert list(repairs_of(unit)) == [repair]
    assert not CaseEffect.objects.filter(state="waiting").exists()


def test_a_flat_in_repair_is_offered_to_nobody(
    place: Place, lease: Lease, tenant: User, crew: User, estate: Estate, new_application: NewApplication
) -> None:
    Lease.objects.filter(pk=lease.pk).update(state="ended", notice_on=DAY, keys_on=DAY)
    free, space = free_spaces(estate).count(), lease.space
    assert space in free_spaces(estate)

    acted(reported(place, tenant), "pass", crew)

    space.unit.refresh_from_db()
    assert (free_spaces(estate).count(), occupancy_of(estate).closed) == (free - 1, 1)
    assert space not in free_spaces(estate)
    with pytest.raises(NotPossible, match="停用"):
        make_offer(application=new_application(), space=space, day=DAY, by=None)


@pytest.mark.parametrize("unfit", ["是", "否"])
def test_a_refused_report_never_takes_the_flat_out_of_use(
    place: Place, lease: Lease, tenant: User, crew: User, unfit: str
) -> None:
    case = reported(place, tenant, unfit=unfit)

    acted(case, "fail", crew, "自购家电")

    lease.space.unit.refresh_from_db()
    assert not lease.space.unit.in_repair
    assert (Repair.objects.get().result, Repair.objects.get().begun_on) == ("refused", None)


def test_a_second_repair_keeps_the_flat_out_of_use(
    place: Place, lease: Lease, tenant: User, crew: User
) -> None:
    first, second = reported(place, tenant), reported(place, tenant)
    for case in (first, second):
        acted(case, "pass", crew)
    for by in (crew, tenant):
        acted(first, "done", by)

    unit = lease.space.unit
    unit.refresh_from_db()
    assert unit.in_repair
    for by in (crew, tenant):
        acted(second, "done", by)
    unit.refresh_from_db()
    assert not unit.in_repair


def test_who_has_no_lease_reports_without_a_flat(place: Place, new_person: NewPerson) -> None:
    visitor = UserFactory(role=Role.PERSON, organisation=place.root, person=new_person("无租约"))

    case = reported(place, visitor)

    assert Repair.objects.count() == 0
    assert [effect.made for effect in case.effects.all()] == ["no lease"]
