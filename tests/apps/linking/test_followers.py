"""Cases, money, flats and accounts go with the person on a merge, come back, and stop a merge that would double them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.models import Grant, PayeeAccount, PaymentLine
from juxian.apps.funds.queries.due import due_instalments, due_lines
from juxian.apps.housing.actions.stock import install_estates
from juxian.apps.housing.models import Application, Estate, Lease
from juxian.apps.linking.actions import CannotMerge, merge_persons, unmerge
from juxian.apps.persons.models import Person
from tests.apps.funds.scene import DAY, Scene, make_scene
from tests.apps.services.stage import Stage, set_stage
from tests.factories import UserFactory
from tests.flats import _let, few_flats, waiting


@pytest.fixture
def scene(db: None, settings: Any) -> Scene:
    settings.JUXIAN_TODAY = DAY
    return make_scene()


@pytest.fixture
def estate(scene: Scene) -> Estate:
    install_estates(book=few_flats(scene.place.pack.housing, 4), home=scene.place.root)
    return Estate.objects.get(home=scene.place.root)


def people(scene: Scene) -> tuple[Person, Person]:
    """Two records of one name."""
    return scene.entitled("赵甲"), scene.entitled("赵甲")


def test_a_running_case_goes_on_under_the_kept_record_and_comes_back(
    db: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.JUXIAN_TODAY = date(2026, 1, 5)
    stage: Stage = set_stage(monkeypatch)
    case, keep = stage.submitted(), stage.place.person("测试乙")

    merge = merge_persons(keep=keep, drop=stage.person, by=stage.office)
    case = stage.does(case, stage.employer, "endorse")

    assert (case.person, case.state) == (keep, "checks")
    assert not keep.cases.exclude(pk=case.pk).exists()
    unmerge(merge=merge, by=stage.office, reason="两个人")
    case.refresh_from_db()
    assert (case.person, case.state, case.version) == (stage.person, "checks", 3)


def test_a_grant_is_paid_once_to_the_account_that_goes_with_it(scene: Scene) -> None:
    keep, drop = people(scene)
    account, grant = scene.account(drop), scene.grant(drop)

    merge = merge_persons(keep=keep, drop=drop, by=scene.maker)
    run = scene.run("sealed")

    line = PaymentLine.objects.get(run=run)
    account.refresh_from_db()
    assert (line.instalment.grant, account.person) == (grant, keep)
    unmerge(merge=merge, by=scene.maker, reason="两个人")
    assert Grant.objects.get().person == PayeeAccount.objects.get().person == drop


def test_two_standing_grants_of_one_benefit_are_held_until_one_is_ended(scene: Scene) -> None:
    keep, drop = people(scene)
    scene.account(keep)
    grants = [scene.grant(keep), scene.grant(drop)]

    merge_persons(keep=keep, drop=drop, by=scene.maker)

    lines = due_lines(due_instalments(scene.place.root, DAY), scene.place.root)
    assert [line.person for line in lines] == [keep, keep]
    assert all("须先终止一项" in line.hold for line in lines)
    assert [Grant.objects.get(pk=grant.pk).person for grant in grants] == [keep, drop]


def test_of_two_confirmed_accounts_the_kept_record_uses_its_own(scene: Scene) -> None:
    keep, drop = people(scene)
    own, other = scene.account(keep), scene.account(drop, "6222020200199999999")

    merge_persons(keep=keep, drop=drop, by=scene.maker)

    own.refresh_from_db(), other.refresh_from_db()
    assert (own.person, other.person) == (keep, drop)


def test_a_place_in_the_queue_and_a_lease_go_along(scene: Scene, estate: Estate) -> None:
    keep, drop = people(scene)
    application, lease = waiting(estate, DAY, drop), _let(drop, estate, DAY)

    merge = merge_persons(keep=keep, drop=drop, by=scene.maker)

    assert (Application.objects.get(pk=application.pk).person, Lease.objects.get(pk=lease.pk).person) == (
        keep,
        keep,
    )
    unmerge(merge=merge, by=scene.maker, reason="两个人")
    assert (Application.objects.get(pk=application.pk).person, Lease.objects.get(pk=lease.pk).person) == (
        drop,
        drop,
    )


def test_two_leases_stop_the_merge(scene: Scene, estate: Estate) -> None:
    keep, drop = people(scene)
    _let(keep, estate, DAY), _let(drop, estate, DAY)

    with pytest.raises(CannotMerge, match="租约"):
        merge_persons(keep=keep, drop=drop, by=scene.maker)


def test_an_account_leads_to_the_kept_record_unless_that_has_one(scene: Scene) -> None:
    keep, drop = people(scene)
    user = UserFactory(role=Role.PERSON, organisation=scene.place.root, person=drop)

    merge = merge_persons(keep=keep, drop=drop, by=scene.maker)
    user.refresh_from_db()
    assert user.person == keep

    unmerge(merge=merge, by=scene.maker, reason="两个人")
    user.refresh_from_db()
    assert user.person == drop
    UserFactory(role=Role.PERSON, organisation=scene.place.root, person=keep)
    merge_persons(keep=keep, drop=drop, by=scene.maker)
    user.refresh_from_db()
    assert user.person == drop
