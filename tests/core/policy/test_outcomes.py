"""Tables, stacking and caps for one person, with facts missing."""

from datetime import date

import pytest

from juxian.core.policy import entitlements, read_policy
from juxian.core.policy.document import Hit
from juxian.core.policy.outcomes import Outcome, of_table
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.words import DAY, SCHEMA

WAN = 1_000_000  # fen in 万元


def policy(benefits: str, head: str = "", policy_id: str = "p"):
    text = f"policy: {policy_id}\ntitle: 办法\nbasis: assumed\n{head}\nversions:\n- since: 2020-01-01\n  benefits:\n{benefits}"
    found, problems = read_policy(read_yaml(Source("p.yaml", text)), SCHEMA)
    assert problems == []
    return found


def verdicts(*policies, **person):
    found = entitlements(policies, person, DAY, SCHEMA)
    return {item.benefit.id: (item.verdict.value, item.amount_fen) for item in found}


yes, no, perhaps = (
    (lambda *ends: Outcome(True, *ends)),
    (lambda *ends: Outcome(False, *ends)),
    (lambda *ends: Outcome(None, *ends)),
)


@pytest.mark.parametrize(
    ("hit", "rows", "expected"),
    [
        (Hit.FIRST, [no(9, 9), yes(5, 5), yes(7, 7)], yes(5, 5)),
        (Hit.FIRST, [perhaps(9, 9), yes(5, 5)], yes(5, 9)),
        (Hit.FIRST, [perhaps(5, 5), yes(5, 5)], yes(5, 5)),
        (Hit.FIRST, [yes(5, 5), perhaps(9, 9)], yes(5, 5)),
        (Hit.FIRST, [perhaps(9, 9), no(5, 5)], perhaps(9, 9)),
        (Hit.FIRST, [no(9, 9)], no(0, 0)),
        (Hit.HIGHEST, [yes(5, 5), yes(7, 7), no(9, 9)], yes(7, 7)),
        (Hit.HIGHEST, [yes(5, 5), perhaps(4, 4)], yes(5, 5)),
        (Hit.HIGHEST, [yes(5, 5), perhaps(9, 9)], yes(5, 9)),
        (Hit.HIGHEST, [perhaps(5, 5), perhaps(9, 9)], perhaps(5, 9)),
        (Hit.LOWEST, [yes(5, 5), yes(7, 7)], yes(5, 5)),
        (Hit.LOWEST, [yes(5, 5), perhaps(9, 9)], yes(5, 5)),
        (Hit.LOWEST, [yes(5, 5), perhaps(4, 4)], yes(4, 5)),
        (Hit.SUM, [yes(5, 5), yes(7, 7), no(9, 9)], yes(12, 12)),
        (Hit.SUM, [yes(5, 5), perhaps(7, 7)], yes(5, 12)),
        (Hit.SUM, [perhaps(5, 5), perhaps(7, 7)], perhaps(5, 12)),
        (Hit.UNIQUE, [yes(5, 5), no(7, 7)], yes(5, 5)),
        (Hit.UNIQUE, [yes(5, 5), yes(7, 7)], yes(5, 7)),
    ],
)
def test_hit_policies(hit, rows, expected):
    assert of_table(hit, rows) == expected


TIERS = """
  - id: settle
    title: 安家补贴
    who: 全职
    amount:
      rows:
      - {when: 学历 >= 博士 or 职称 >= 正高, give: 10万元, article: 第一款}
      - {when: 学历 >= 硕士, give: 5万元}
"""


def test_an_earlier_row_that_may_hold_leaves_the_amount_open():
    assert verdicts(policy(TIERS), full_time=True, degree="master") == {"settle": ("unknown", None)}
    assert verdicts(policy(TIERS), full_time=True, degree="master", title_level="junior") == {
        "settle": ("yes", 5 * WAN)
    }
    assert verdicts(policy(TIERS), full_time=True, degree="doctor") == {"settle": ("yes", 10 * WAN)}


def test_only_facts_that_matter_are_missing():
    found = entitlements([policy(TIERS)], {"degree": "master"}, DAY, SCHEMA).of("settle")
    assert found is not None
    assert found.missing == ("full_time", "title_level")
    assert (found.low_fen, found.high_fen) == (5 * WAN, 10 * WAN)
    refused = entitlements([policy(TIERS)], {"full_time": False}, DAY, SCHEMA).of("settle")
    assert refused is not None
    assert (refused.verdict, refused.missing) == ("no", ())


def test_the_article_of_the_row_counts_before_the_benefits():
    found = entitlements([policy(TIERS)], {"full_time": True, "degree": "doctor"}, DAY, SCHEMA).of("settle")

    assert found is not None
    assert found.article == "第一款"


def stacked(rule: str) -> str:
    return f"""
  - {{id: a, title: 甲, who: 学历 >= 硕士, amount: 10万元, stacking: {{group: 住房, rule: {rule}}}}}
  - {{id: b, title: 乙, who: 全职, amount: 20万元, stacking: {{group: 住房, rule: {rule}}}}}
  - {{id: c, title: 丙, who: 本地自有住房 == 否, amount: 10万元, stacking: {{group: 住房, rule: {rule}}}}}
"""


def test_highest_gives_only_the_greatest_and_ties_go_to_the_first_named():
    all_three = {"degree": "doctor", "full_time": True, "home_owned": False}

    assert verdicts(policy(stacked("highest")), **all_three) == {
        "a": ("no", 0),
        "b": ("yes", 20 * WAN),
        "c": ("no", 0),
    }
    assert verdicts(policy(stacked("highest")), **{**all_three, "full_time": False}) == {
        "a": ("yes", 10 * WAN), "b": ("no", 0), "c": ("no", 0),
    }  # fmt: skip


def test_highest_is_open_while_a_greater_one_may_hold():
    found = verdicts(policy(stacked("highest")), degree="doctor", home_owned=True)

    assert found == {"a": ("unknown", None), "b": ("unknown", None), "c": ("no", 0)}


def test_a_lesser_one_that_may_hold_changes_nothing():
    assert verdicts(policy(stacked("highest")), full_time=True)["b"] == ("yes", 20 * WAN)


def test_first_excludes_the_later_ones():
    assert verdicts(policy(stacked("first")), degree="doctor", full_time=True, home_owned=False) == {
        "a": ("yes", 10 * WAN), "b": ("no", 0), "c": ("no", 0),
    }  # fmt: skip
    assert verdicts(policy(stacked("first")), full_time=True, home_owned=True)["b"] == ("unknown", None)


def test_choose_one_shows_all_and_counts_the_greatest():
    person = {"degree": "doctor", "full_time": True, "home_owned": False}
    found = entitlements([policy(stacked("choose_one"))], person, DAY, SCHEMA)

    assert [(i.verdict, i.offered_fen, i.amount_fen, i.standing) for i in found] == [
        ("yes", 10 * WAN, 0, "alternative"), ("yes", 20 * WAN, 20 * WAN, "granted"), ("yes", 10 * WAN, 0, "alternative"),
    ]  # fmt: skip
    assert found.total_fen == 20 * WAN


def test_groups_reach_over_policies():
    one = policy("  - {id: a, title: 甲, amount: 10万元, stacking: {group: 住房, rule: highest}}")
    other = policy(
        "  - {id: b, title: 乙, amount: 20万元, stacking: {group: 住房, rule: highest}}", policy_id="q"
    )

    assert verdicts(one, other) == {"a": ("no", 0), "b": ("yes", 20 * WAN)}
    displaced = entitlements([one, other], {}, DAY, SCHEMA).of("a")
    assert displaced is not None
    assert (displaced.standing, [b.id for b in displaced.displaced_by]) == ("displaced", ["b"])


def test_what_was_received_under_the_group_is_taken_off():
    both = policy("""
  - {id: a, title: 甲, amount: 10万元, stacking: {group: 住房, rule: deduct_earlier}}
  - {id: b, title: 乙, amount: 2万元, stacking: {group: 住房, rule: deduct_earlier}}
""")

    assert verdicts(both, received={"b": 3 * WAN}) == {"a": ("yes", 7 * WAN), "b": ("yes", 0)}
    assert verdicts(both, received={"甲": 1 * WAN, "x": WAN}) == {
        "a": ("yes", 9 * WAN),
        "b": ("yes", 1 * WAN),
    }
    assert verdicts(both) == {"a": ("unknown", None), "b": ("unknown", None)}


def test_once_in_life_gives_nothing_again():
    once = policy("  - {id: a, title: 甲, amount: 10万元, stacking: {group: 住房, rule: once_in_life}}")

    assert verdicts(once, received={"a": 1}) == {"a": ("no", 0)}
    assert verdicts(once, received={}) == {"a": ("yes", 10 * WAN)}
    assert verdicts(once) == {"a": ("unknown", None)}
    found = entitlements([once], {}, DAY, SCHEMA).of("a")
    assert found is not None
    assert found.missing == ("received",)


CAPPED = """
  - {id: a, title: 甲, amount: 30万元}
  - {id: b, title: 乙, who: 全职, amount: 40万元, cap: 35万元}
  - {id: c, title: 丙, amount: 20万元}
"""
CAPS = "caps:\n- {amount: 60万元, unless: 学历 >= 博士}"


def test_a_cap_keeps_the_first_named_whole():
    person = {"full_time": True, "degree": "master"}

    assert verdicts(policy(CAPPED, CAPS), **person) == {
        "a": ("yes", 30 * WAN),
        "b": ("yes", 30 * WAN),
        "c": ("yes", 0),
    }
    assert verdicts(policy(CAPPED, CAPS), full_time=True, degree="doctor") == {
        "a": ("yes", 30 * WAN), "b": ("yes", 35 * WAN), "c": ("yes", 20 * WAN),
    }  # fmt: skip


def test_an_open_cap_leaves_only_the_counted_amount_open():
    found = entitlements([policy(CAPPED, CAPS)], {"full_time": True}, DAY, SCHEMA)

    assert [(i.verdict, i.amount_fen, i.offered_fen) for i in found] == [
        ("yes", 30 * WAN, 30 * WAN), ("yes", None, 35 * WAN), ("yes", None, 20 * WAN),
    ]  # fmt: skip


def test_the_parts_of_a_payment_add_up():
    paid = policy(
        "  - {id: a, title: 甲, amount: 10万元, pay: {ratio: [4, 3, 3], every: year, each_if: 全职}}"
    )
    found = entitlements([paid], {}, DAY, SCHEMA).of("a")

    assert found is not None
    assert [(p.amount_fen, p.after_months, p.needs) for p in found.payments] == [
        (4 * WAN, 0, ""), (3 * WAN, 12, "全职"), (3 * WAN, 24, "全职"),
    ]  # fmt: skip


def test_an_amount_of_one_payment_is_multiplied():
    rent = policy(
        "  - {id: a, title: 甲, amount: 1000元, per_payment: true, pay: {instalments: 36, every: month}}"
    )

    assert verdicts(rent) == {"a": ("yes", 36 * 100_000)}


def test_an_amount_is_never_negative_and_a_missing_one_is_unknown():
    share = policy('  - {id: a, title: 甲, amount: "min((年薪 - 5万元) * 40%, 100万元)"}')

    assert verdicts(share, annual_pay=4 * WAN) == {"a": ("yes", 0)}
    assert verdicts(share, annual_pay=5 * WAN + 7) == {"a": ("yes", 2)}
    assert verdicts(share) == {"a": ("unknown", None)}


TWO = """policy: p
title: 办法
basis: assumed
versions:
- since: 2019-01-01
  applies_by: 引进日期
  benefits: [{id: a, title: 甲, amount: 5万元}]
- since: 2022-04-13
  applies_by: 引进日期
  benefits: [{id: a, title: 甲, amount: 20万元}, {id: b, title: 乙, amount: 1万元}]
"""


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2018-12-31", {"a": ("no", 0), "b": ("no", 0)}),
        ("2019-01-01", {"a": ("yes", 5 * WAN), "b": ("no", 0)}),
        ("2022-04-12", {"a": ("yes", 5 * WAN), "b": ("no", 0)}),
        ("2022-04-13", {"a": ("yes", 20 * WAN), "b": ("yes", 1 * WAN)}),
        (None, {"a": ("unknown", None), "b": ("unknown", None)}),
    ],
)
def test_a_date_of_the_person_picks_the_version(day, expected):
    found, problems = read_policy(read_yaml(Source("p.yaml", TWO)), SCHEMA)

    assert problems == []
    assert verdicts(found, introduced_on=day) == expected


def test_an_unknown_date_is_what_is_missing():
    found, _ = read_policy(read_yaml(Source("p.yaml", TWO)), SCHEMA)

    item = entitlements([found], {}, DAY, SCHEMA).of("a")

    assert item is not None
    assert (item.missing, item.low_fen, item.high_fen) == (("introduced_on",), 5 * WAN, 20 * WAN)


def test_without_such_a_date_the_day_of_asking_picks_the_version():
    found, _ = read_policy(read_yaml(Source("p.yaml", TWO.replace("  applies_by: 引进日期\n", ""))), SCHEMA)

    assert verdicts(found) == {"a": ("yes", 20 * WAN), "b": ("yes", 1 * WAN)}


@pytest.mark.parametrize(
    ("pay", "first", "due"),
    [
        ("{instalments: 3, on: 6-30}", date(2022, 6, 30), ["2022-06-30", "2023-06-30", "2024-06-30"]),
        ("{instalments: 3, on: 6-30}", date(2022, 7, 1), ["2023-06-30", "2024-06-30", "2025-06-30"]),
        ("{instalments: 3, on: [12-31, 3-1]}", date(2022, 4, 1), ["2022-12-31", "2023-03-01", "2023-12-31"]),
        ("{ratio: [40, 15, 15], on: 12-1, first: at_once}", date(2022, 4, 1), ["2022-04-01", "2022-12-01", "2023-12-01"]),
        ("{instalments: 2, on: 12-1, first: at_once}", date(2022, 12, 1), ["2022-12-01", "2023-12-01"]),
        ("{instalments: 3, on: 2-29}", date(2023, 1, 1), ["2023-02-28", "2024-02-29", "2025-02-28"]),
        ("{instalments: 2, every: year}", date(2024, 2, 29), ["2024-02-29", "2025-02-28"]),
    ],
)  # fmt: skip
def test_payments_fall_on_the_days_of_a_year_that_are_named(pay, first, due):
    [benefit] = policy(f"  - {{id: a, title: 甲, amount: 9万元, pay: {pay}}}\n").benefits.values()

    assert [day.isoformat() for day in benefit.pay.due_days(first)] == due


def test_a_payment_says_on_which_day_of_the_year_it_falls():
    one = policy(
        "  - {id: a, title: 甲, amount: 10万元, pay: {ratio: [40, 30, 30], on: 12-1, first: at_once}}\n"
    )

    [item] = entitlements([one], {}, DAY, SCHEMA)

    assert [(p.amount_fen, p.after_months, p.on) for p in item.payments] == [
        (4 * WAN, 0, ()), (3 * WAN, 12, ("12-1",)), (3 * WAN, 24, ("12-1",)),
    ]  # fmt: skip
