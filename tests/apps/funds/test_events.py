"""Payments counted from a day, payments that wait for an event, payments that stop, payers with days of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juxian.apps.audit.models import AuditEntry
from juxian.apps.funds.actions import grants as promising
from juxian.apps.funds.actions.events import follow_events
from juxian.apps.funds.actions.grants import suspend_grant
from juxian.apps.funds.models import Grant, Instalment
from juxian.apps.funds.queries.due import due_instalments, due_lines
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.core.funds.book import CoPayment
from juxian.core.packs.schema import Pack
from tests.apps.funds.scene import BENEFIT, DAY, POLICY, WAN, Scene, make_scene
from tests.apps.funds.test_published import publish
from tests.factories import SourceFactory

pytestmark = pytest.mark.django_db
DUTY = "obligation: {serve: 5年, from: 引进日期}"
PLAIN = "amount: 2万元\n    pay: {instalments: 1, every: once}"


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def granted(scene: Scene, paid: str, duty: str = DUTY, **values: object) -> Grant:
    publish(scene, date(2022, 5, 1), f"{PLAIN}\n    {DUTY}", f"amount: 2万元\n    {paid}\n    {duty}")
    person = scene.entitled("甲", **values)
    scene.account(person)
    return scene.grant(person)


def dues(grant: Grant) -> list[date]:
    return list(grant.instalments.order_by("number").values_list("due", flat=True))


def test_payments_are_counted_from_the_latest_of_the_days(scene: Scene) -> None:
    insured = FactDraft("insurance", {}, date(2022, 3, 15))

    grant = granted(
        scene,
        "pay: {instalments: 2, every: month, from: [引进日期, 首次参保日期], due: next_quarter}",
        facts=[insured],
    )

    assert dues(grant) == [date(2022, 4, 1), date(2022, 7, 1)]


def test_without_one_of_the_days_it_is_not_granted(scene: Scene) -> None:
    with pytest.raises(NotPossible, match="首次参保日期"):
        granted(scene, "pay: {instalments: 2, every: month, from: [引进日期, 首次参保日期]}")


def test_the_second_half_falls_due_with_the_event(scene: Scene) -> None:
    grant = granted(scene, "pay: {ratio: [1, 1], every: year, upon: 首次参保日期}")
    assert dues(grant) == [DAY, date(2023, 6, 1)]
    root = scene.place.root

    assert follow_events(home=root, day=date(2022, 9, 1)) == (0, 0)
    [item] = grant.instalments.filter(number=2)
    Instalment.objects.filter(pk=item.pk).update(budget=grant.instalments.get(number=1).budget)
    [waiting] = due_lines(due_instalments(root, date(2023, 6, 2)).filter(number=2), root)
    assert waiting.hold == "发放条件待核：首次参保日期之后"

    insured = FactDraft("insurance", {}, date(2022, 10, 8))
    record_facts(person=grant.person, facts=[insured], source=SourceFactory())
    assert follow_events(home=root, day=date(2022, 10, 7)) == (0, 0)
    assert follow_events(home=root, day=date(2022, 10, 9)) == (1, 0)
    assert follow_events(home=root, day=date(2022, 10, 9)) == (0, 0)

    assert dues(grant) == [DAY, date(2022, 10, 8)]
    [told] = AuditEntry.objects.filter(action="funds.instalment_due")
    assert told.detail["planned"] == "2023-06-01"


def test_an_event_before_the_payment_before_it_does_not_count(scene: Scene) -> None:
    insured = FactDraft("insurance", {}, date(2022, 5, 8))
    grant = granted(scene, "pay: {ratio: [1, 1], every: year, upon: 首次参保日期}", facts=[insured])

    assert follow_events(home=scene.place.root, day=date(2022, 9, 1)) == (0, 0)
    assert dues(grant)[1] == date(2023, 6, 1)


def test_what_stops_holds_the_grant_for_the_office(scene: Scene) -> None:
    grant = granted(scene, "pay: {instalments: 3, every: month, stops_if: 本地自有住房}")
    root = scene.place.root
    home = FactDraft("home", {"owned": True}, date(2022, 7, 5))
    no_home = FactDraft("home", {"owned": False}, date(2022, 5, 1))
    record_facts(person=grant.person, facts=[no_home], source=SourceFactory())

    [first, second] = due_lines(due_instalments(root, date(2022, 7, 2)), root)
    assert (first.hold, second.hold) == ("", "")
    assert follow_events(home=root, day=date(2022, 7, 4)) == (0, 0)
    record_facts(person=grant.person, facts=[home], source=SourceFactory())
    held = due_lines(due_instalments(root, date(2022, 8, 2)).filter(number=3), root)
    assert held[0].hold.startswith("未达到发放条件：未出现停发情形")

    assert follow_events(home=root, day=date(2022, 7, 6)) == (0, 1)
    grant.refresh_from_db()
    assert grant.state == "suspended"
    assert follow_events(home=root, day=date(2022, 7, 7)) == (0, 0)


def ending(scene: Scene) -> Grant:
    no_home = FactDraft("home", {"owned": False}, date(2022, 5, 1))
    terms = "pay: {instalments: 3, every: month, ends_if: 本地自有住房}"
    grant = granted(scene, terms, facts=[no_home])
    bought = FactDraft("home", {"owned": True}, date(2022, 7, 5))
    record_facts(person=grant.person, facts=[bought], source=SourceFactory())
    return grant


def states(grant: Grant) -> list[str]:
    return list(grant.instalments.order_by("number").values_list("state", flat=True))


def test_what_ends_gives_up_what_is_left_and_frees_the_money(scene: Scene) -> None:
    grant = ending(scene)
    grant.instalments.filter(number__lte=2).update(state="paid")  # due on 1 June and 1 July

    assert follow_events(home=scene.place.root, day=date(2022, 7, 4)) == (0, 0)
    assert follow_events(home=scene.place.root, day=date(2022, 7, 5)) == (0, 1)

    grant.refresh_from_db()
    assert (grant.state, grant.ended_on, grant.end_reason) == ("ended", date(2022, 7, 5), "本地自有住房")
    assert states(grant) == ["paid", "paid", "void"]
    [told] = AuditEntry.objects.filter(action="funds.grant_ended")
    assert (told.actor, told.reason, told.detail["freed_fen"]) == (
        None,
        "本地自有住房",
        grant.instalments.last().amount_fen,
    )
    assert follow_events(home=scene.place.root, day=date(2022, 7, 6)) == (0, 0)


def test_what_fell_due_before_it_was_over_is_paid_first(scene: Scene) -> None:
    grant, root = ending(scene), scene.place.root
    grant.instalments.filter(number=1).update(state="paid")

    assert follow_events(home=root, day=date(2022, 7, 20)) == (0, 0)  # 1 July is owed still
    lines = due_lines(due_instalments(root, date(2022, 8, 2)), root)
    assert [(line.instalment.number, bool(line.hold)) for line in lines] == [(2, False), (3, True)]
    assert "未出现终止情形" in lines[1].hold
    grant.instalments.filter(number=2).update(state="paid")

    assert follow_events(home=root, day=date(2022, 8, 20)) == (0, 1)
    assert states(grant) == ["paid", "paid", "void"]


def test_a_grant_that_the_office_holds_ends_too(scene: Scene) -> None:
    grant = ending(scene)
    grant.instalments.filter(number__lte=2).update(state="paid")
    suspend_grant(grant=grant, suspended=True, reason="核实", by=scene.maker)

    assert follow_events(home=scene.place.root, day=date(2022, 7, 6)) == (0, 1)

    grant.refresh_from_db()
    assert grant.state == "ended"


def test_a_benefit_of_several_payers_needs_to_know_which_is_ours(scene: Scene) -> None:
    payers = (
        "payers: [{id: city, title: 市, share: 1, pay: {ratio: [1, 1], every: year}},"
        " {id: county, title: 县, share: 1}]"
    )

    with pytest.raises(NotPossible, match="本级是哪一方"):
        granted(scene, payers)


def test_our_part_is_paid_on_our_days(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    payers = (
        "payers: [{id: city, title: 市, share: 1, pay: {ratio: [1, 1], every: year}},"
        " {id: county, title: 县, share: 3, pay: {instalments: 12, every: month}}]"
    )
    in_force = promising.pack_in_force

    def with_shares(code: str, day: date) -> Pack:
        pack = in_force(code, day)
        ours = CoPayment((f"{POLICY}/{BENEFIT}",), {"city": 1, "county": 3}, "city", "assumed")
        return replace(pack, funds=replace(pack.funds, shared=(ours,)))

    monkeypatch.setattr(promising, "pack_in_force", with_shares)

    grant = granted(scene, payers)

    assert (grant.whole_fen, grant.total_fen, grant.here) == (2 * WAN, WAN // 2, "city")
    assert list(grant.instalments.order_by("number").values_list("due", "amount_fen")) == [
        (DAY, WAN // 4),
        (date(2023, 6, 1), WAN // 4),
    ]


def test_a_missing_year_costs_what_the_policy_says(scene: Scene) -> None:
    penalty = "penalty: {rows: [{when: 学历 >= 博士, give: 1万元}, {give: 3000元}]}"

    duty = f"obligation: {{serve: 3年, from: 引进日期, clawback: {{kind: full, {penalty}}}}}"
    grant = granted(scene, "pay: {instalments: 1}", duty)

    assert grant.obligation.penalty_year_fen == 3000_00


def test_the_number_of_queries_is_that_of_one_grant(scene: Scene) -> None:
    granted(scene, "pay: {ratio: [1, 1], every: year, upon: 首次参保日期}")
    counts = []
    for name in ("乙", "丙"):
        with CaptureQueriesContext(connection) as asked:
            follow_events(home=scene.place.root, day=date(2022, 9, 1))
        counts.append(len(asked))
        scene.grant(scene.entitled(name))

    assert counts[0] == counts[1]
    assert Instalment.objects.filter(number=2).count() == 3
