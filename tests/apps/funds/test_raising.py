"""Who rises to a higher class is given the difference over the payments that are left."""

from __future__ import annotations

from datetime import date

import pytest

from juxian.apps.funds.actions.raising import raise_grant
from juxian.apps.funds.models import Grant
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.actions import FactDraft, record_facts
from tests.apps.funds.scene import WAN, Scene, make_scene
from tests.apps.funds.test_events import DUTY, PLAIN
from tests.apps.funds.test_payments import paid, told
from tests.apps.funds.test_published import publish
from tests.factories import SourceFactory

pytestmark = pytest.mark.django_db
GROUP = "stacking: {group: 安家, rule: highest}"
BY_TITLE = "amount: {rows: [{when: 职称 >= 中级, give: 10万元}, {give: 2万元}]}\n    pay: {instalments: 5, every: year}"
RISEN = date(2022, 9, 1)


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def granted(scene: Scene, stacking: str) -> Grant:
    """Five yearly payments of 4,000 yuan, of which the first is paid."""
    before, after = (f"{DUTY}\n    {rule}" for rule in (GROUP, stacking))
    publish(scene, date(2022, 5, 1), f"{PLAIN}\n    {before}", f"{BY_TITLE}\n    {after}")
    person = scene.entitled("甲")
    scene.account(person)
    grant = scene.grant(person)
    told(scene, *[paid(line, "4000.00") for line in scene.run().lines.all()])
    return grant


def rise(grant: Grant) -> None:
    title = FactDraft("title", {"level": "intermediate"}, date(2022, 8, 1))
    record_facts(person=grant.person, facts=[title], source=SourceFactory())


def test_what_was_paid_is_taken_off_and_the_rest_goes_over_what_is_left(scene: Scene) -> None:
    grant = granted(scene, "stacking: {group: 补差, rule: deduct_earlier}")
    rise(grant)

    made = raise_grant(grant=grant, day=RISEN, reason="评为中级", by=scene.maker)

    grant.refresh_from_db()
    assert (grant.state, made.whole_fen, made.source_key) == (
        "ended",
        10 * WAN - 400_000,
        f"raise:{grant.pk}",
    )
    assert list(made.instalments.order_by("number").values_list("due", "amount_fen")) == [
        (date(year, 6, 1), 24 * WAN // 10) for year in (2023, 2024, 2025, 2026)
    ]


def test_the_rest_goes_on_the_days_that_were_left(scene: Scene) -> None:
    """From 31 May on: the day of a shorter month does not become that of all months after it."""
    insured = FactDraft("insurance", {}, date(2022, 5, 31))
    monthly = BY_TITLE.replace("every: year", "every: month, from: 首次参保日期")
    before, after = (
        f"{DUTY}\n    {rule}" for rule in (GROUP, "stacking: {group: 补差, rule: deduct_earlier}")
    )
    publish(scene, date(2022, 5, 1), f"{PLAIN}\n    {before}", f"{monthly}\n    {after}")
    grant = scene.grant(scene.entitled("甲", facts=[insured]))
    grant.instalments.filter(number__lte=2).update(state="paid")
    rise(grant)

    made = raise_grant(grant=grant, day=date(2022, 8, 10), reason="评为中级", by=scene.maker)

    assert list(made.instalments.order_by("number").values_list("due", flat=True)) == [
        date(2022, 8, 10), date(2022, 8, 31), date(2022, 9, 30),
    ]  # fmt: skip


def test_who_did_not_rise_keeps_the_grant(scene: Scene) -> None:
    grant = granted(scene, "stacking: {group: 补差, rule: deduct_earlier}")

    with pytest.raises(NotPossible, match="没有增加"):
        raise_grant(grant=grant, day=RISEN, reason="x", by=scene.maker)

    grant.refresh_from_db()
    assert grant.state == "active"
    assert Grant.objects.count() == 1


def test_a_benefit_that_takes_nothing_off_is_not_given_anew(scene: Scene) -> None:
    grant = granted(scene, GROUP)
    rise(grant)

    with pytest.raises(NotPossible, match="扣除已享受"):
        raise_grant(grant=grant, day=RISEN, reason="x", by=scene.maker)
