"""A case that ends with a grant promises the money once, or says what stands against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from juxian.apps.funds.actions import grants as promising
from juxian.apps.funds.models import Grant
from juxian.apps.persons.models import Person
from juxian.apps.policies.queries import pack_in_force
from juxian.apps.services.actions import grants as deciding
from juxian.apps.services.actions.grants import grant_of_case
from juxian.apps.services.registry import EffectCall, EffectRefused
from juxian.core.policy.nodes import Window
from tests.apps.funds.scene import BENEFIT, DAY, POLICY, WAN, Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def call(person: Person, target: str = BENEFIT, submitted: datetime | None = None) -> EffectCall:
    case = SimpleNamespace(person=person, submitted_at=submitted)
    return EffectCall(
        case=case, key="JY2022-0001:1:grant:1", kind="grant", target=target, values={}, since=DAY
    )


def test_a_decision_becomes_a_grant_once(scene: Scene) -> None:
    person = scene.entitled("甲")

    made = [grant_of_case(call(person)) for _time in range(2)]

    grant = Grant.objects.get()
    assert made == [f"grant:{grant.pk}"] * 2
    assert (grant.source_key, grant.total_fen) == ("case:JY2022-0001:1:grant:1", 2 * WAN)


def test_what_stands_against_it_is_told_to_the_office(scene: Scene) -> None:
    with pytest.raises(EffectRefused, match="不符合所申请的待遇"):
        grant_of_case(call(scene.place.person("乙", degree="bachelor")))


def test_a_benefit_that_no_policy_gives_waits(scene: Scene) -> None:
    with pytest.raises(EffectRefused, match="没有政策"):
        grant_of_case(call(scene.entitled("甲"), "nothing"))


def test_a_benefit_without_money_needs_no_grant(scene: Scene) -> None:
    assert grant_of_case(call(scene.entitled("甲"), "card-application")) == "in_kind"
    assert not Grant.objects.exists()


def test_a_case_is_late_by_the_day_it_was_handed_in(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    pack, window = pack_in_force("jiayuguan", DAY), Window(closes=date(2022, 5, 31))
    policy = pack.policies[POLICY]
    versions = tuple(
        replace(one, benefits=tuple(replace(benefit, window=window) for benefit in one.benefits))
        for one in policy.versions
    )
    closed = replace(pack, policies={**pack.policies, POLICY: replace(policy, versions=versions)})
    for module in (deciding, promising):
        monkeypatch.setattr(module, "pack_in_force", lambda code, day: closed)

    with pytest.raises(EffectRefused, match="不符合所申请的待遇"):
        grant_of_case(call(scene.entitled("甲"), submitted=datetime(2022, 6, 1, 4, tzinfo=UTC)))
    made = grant_of_case(call(scene.entitled("乙"), submitted=datetime(2022, 5, 31, 4, tzinfo=UTC)))

    assert made == f"grant:{Grant.objects.get().pk}"
