"""Money follows the text that is in force on the day, one published at the desk included."""

from __future__ import annotations

from datetime import date

import pytest

from juxian.apps.funds.queries.due import pay_of
from juxian.apps.policies.actions.publishing import publish_text
from juxian.apps.policies.queries import packs_in_force
from juxian.core.policy import read_policy
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.apps.funds.scene import DAY, POLICY, WAN, Scene, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def publish(scene: Scene, effective: date, before: str, after: str) -> None:
    pack = scene.place.pack
    text = pack.policies[POLICY].origin.source.text
    assert before in text
    changed = text.replace(before, after)
    policy, _problems = read_policy(read_yaml(Source(f"policies/{POLICY}.yaml", changed)), pack.schema)
    assert policy is not None
    publish_text(pack=pack.code, policy=policy, text=changed, effective_on=effective)


@pytest.mark.parametrize(
    ("effective", "amount_fen"), [(date(2022, 5, 1), 3 * WAN), (DAY, 3 * WAN), (date(2022, 6, 2), 2 * WAN)]
)
def test_a_grant_is_of_the_amount_in_force(scene: Scene, effective: date, amount_fen: int) -> None:
    publish(scene, effective, "amount: 2万元", "amount: 3万元")

    assert scene.grant(scene.entitled("甲")).total_fen == amount_fen


def test_what_was_promised_keeps_its_condition(scene: Scene) -> None:
    """A condition that is published later binds only grants made from then on."""
    base = "amount: 2万元\n    pay: {instalments: 1, every: once}"
    later = "amount: 2万元\n    pay: {instalments: 2, every: year, each_if: 年度考核 >= 合格}"
    grant = scene.grant(scene.entitled("甲"))
    publish(scene, date(2022, 7, 1), base, later)

    packs = packs_in_force(scene.place.pack.code, [DAY, date(2022, 7, 1)])

    before, after = pay_of(packs[grant.as_of], grant), pay_of(packs[date(2022, 7, 1)], grant)
    assert before is not None
    assert after is not None
    assert before.each_if is None
    assert after.each_if is not None
