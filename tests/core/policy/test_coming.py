"""Before the day that the calendar gives, no answer changes while the facts stand still."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from juxian.core.dates import add_months
from juxian.core.packs import load_all
from juxian.core.policy import Policy, entitlements, read_policy
from juxian.core.policy.coming import Calendar, Steps, connected, next_after, steps_of, versions_on
from juxian.core.policy.rulebook import rulebook
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.people import people_of
from tests.core.policy.words import SCHEMA

DAY = date(2024, 1, 31)


def policy(who: str, amount: str = "1万元", id_: str = "p", more: str = "") -> Policy:
    text = (
        f"policy: {id_}\ntitle: 甲\nbasis: assumed\nversions:\n- since: 2020-01-01\n  benefits:\n"
        f"  - {{id: {id_}-a, title: {id_}待遇, who: '{who}', amount: '{amount}'{more}}}\n"
    )
    found, problems = read_policy(read_yaml(Source("p.yaml", text)), SCHEMA)
    assert found is not None, problems
    return found


@pytest.mark.parametrize(
    ("who", "day"),
    [
        ("年龄 <= 45", date(2024, 2, 28)),  # 45 until the birthday of 46
        ("年龄 in (46, 50)", date(2024, 2, 28)),
        ("年龄 > 60", date(2038, 2, 28)),
        ("学历 >= 硕士", None),
    ],
)
def test_the_next_day_is_that_of_a_comparison(who, day):
    assert Calendar(policy(who), DAY).next_day({"birth_date": "1978-02-28"}) == day


def test_somebody_without_the_date_has_no_day():
    assert Calendar(policy("年龄 <= 45"), DAY).next_day({}) is None


def test_time_that_is_counted_turns_with_each_unit():
    assert next_after(date(2020, 1, 31), Steps(every=1), date(2024, 1, 31)) == date(2024, 2, 29)
    assert next_after(date(2020, 1, 31), Steps(every=12), date(2024, 1, 30)) == date(2024, 1, 31)
    assert next_after(date(2030, 5, 1), Steps(every=12), date(2024, 1, 30)) == date(2024, 5, 1)


@pytest.mark.parametrize("code", ["jiayuguan", "zigui", "gallery"])
def test_no_answer_changes_before_the_day(code):
    """Every policy of a pack, persons at and around its limits: the answers on the days between are those of today."""
    pack = load_all()[code]
    policies = [p for p in pack.policies.values() if steps_of(p)][:6]
    for one in policies:
        rows = people_of(rulebook([one], DAY), pack.schema, 6)
        for row in rows:
            today = answers(one, row, DAY, pack.schema)
            following = Calendar(one, DAY).next_day(row) or add_months(DAY, 12 * 50)
            for day in days_between(DAY, following):
                if versions_on(one, day) == versions_on(one, DAY):
                    assert answers(one, row, day, pack.schema) == today, (one.id, row, day)


def answers(one, row, day, schema):
    return [
        (item.benefit.id, item.verdict, item.amount_fen) for item in entitlements([one], row, day, schema)
    ]


def days_between(first, last):
    """The day before the turn, and some on the way."""
    span = (last - first).days
    return sorted({first + timedelta(days=step) for step in (1, span // 2, span - 1) if 0 < step < span})


def test_policies_hang_together_by_groups_and_by_what_was_received():
    stacked = ", stacking: {group: 住房, rule: highest}"
    one, two = policy("全职", id_="one", more=stacked), policy("全职", id_="two", more=stacked)
    asks, apart = policy("not received(two待遇)", id_="asks"), policy("全职", id_="apart")
    every = [apart, one, two, asks]

    assert [p.id for p in connected(every, ["one"])] == ["one", "two", "asks"]
    assert [p.id for p in connected(every, ["apart"])] == ["apart"]
    assert [p.id for p in connected(every, [])] == []


def test_groups_of_the_text_before_bind_too():
    before = policy("全职", id_="one", more=", stacking: {group: 住房, rule: highest}")
    now = policy("全职", id_="one")
    other = policy("全职", id_="two", more=", stacking: {group: 住房, rule: highest}")

    assert [p.id for p in connected([now, other], ["one"], [before])] == ["one", "two"]
