"""Reasons, what is missing, the day on which time decides, and the nearest change."""

from datetime import date

from hypothesis import given, settings

from juxian.core.policy import entitlements, read_policy
from juxian.core.policy.reasons import Reason
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.test_outcomes import TWO, policy
from tests.core.policy.words import DAY, SCHEMA, policies, rows

SETTLE = """
  - id: settle
    title: 安家补贴
    article: 第五条
    who: 全职 and 合同期限 >= 5年 and 年龄 >= 30岁
    amount:
      rows:
      - {when: 学历 >= 博士 or 职称 >= 正高, give: 10万元}
      - {when: 学历 >= 硕士 and 院校 has 双一流, give: 5万元}
"""
PERSON = {
    "full_time": True, "contract_months": 48, "birth_date": "1990-02-03", "degree": "master", "title_level": "junior",
    "school_tags": ["985"],
}  # fmt: skip


def of(**changes):
    found = entitlements([policy(SETTLE)], {**PERSON, **changes}, DAY, SCHEMA).of("settle")
    assert found is not None
    return found


def told(reason: Reason, depth: int = 0) -> list[str]:
    mark = "·" if reason.not_evaluated else {True: "yes", False: "no", None: "?"}[reason.holds]
    own = f" [{reason.own.zh}]" if reason.own else ""
    return [f"{'  ' * depth}{mark} {reason.statement.zh}{own}"] + [
        line for part in reason.parts for line in told(part, depth + 1)
    ]


def test_reasons_show_threshold_own_value_and_what_was_not_looked_at():
    assert [line for reason in of().reasons for line in told(reason)] == [
        "yes 2020-01-01 起施行的规定 [2024-02-29]",
        "no 全职为是，且合同期限不低于 5 年，且年龄不低于 30 周岁",
        "  yes 全职为是 [是]",
        "  no 合同期限不低于 5 年 [4 年]",
        "  yes 年龄不低于 30 周岁 [34 周岁（出生日期 1990-02-03）]",
        "· 学历不低于博士，或职称不低于正高：10 万元",
        "· 学历不低于硕士，且院校含双一流：5 万元",
    ]


def test_reasons_of_another_day_speak_of_that_day():
    rules, day = [policy(SETTLE)], date(2024, 3, 1)

    today, later = (entitlements(rules, PERSON, on, SCHEMA).of("settle") for on in (DAY, day))

    assert [item and item.reasons[0].own.zh for item in (today, later)] == ["2024-02-29", "2024-03-01"]


def test_reasons_after_the_chosen_row_are_not_looked_at():
    reasons = of(contract_months=60, degree="doctor").reasons

    assert [line for reason in reasons[2:] for line in told(reason)] == [
        "yes 学历不低于博士，或职称不低于正高：10 万元",
        "  yes 学历不低于博士 [博士]",
        "  no 职称不低于正高 [初级]",
        "· 学历不低于硕士，且院校含双一流：5 万元",
    ]
    assert (reasons[1].article, reasons[1].written) == ("第五条", "全职 and 合同期限 >= 5年 and 年龄 >= 30岁")


def test_reasons_read_in_english():
    assert [part.statement.en for part in of().reasons[1].parts] == [
        "Full time: yes", "Contract months at least 5 years", "Age at least 30 years",
    ]  # fmt: skip


def test_only_unknown_leaves_under_unknown_nodes_are_missing():
    found = of(contract_months=None, title_level=None, school_tags=["double_first_class"], full_time=None)

    assert found.missing == ("full_time", "contract_months", "title_level")
    assert found.reasons[1].missing == ("full_time", "contract_months")
    assert found.reasons[3].missing == ()


def test_time_alone_decides_on_a_day():
    young = of(contract_months=60, birth_date="1996-02-29", degree="doctor")

    assert (young.verdict, young.turns_on) == ("no", date(2026, 2, 28))


def test_time_alone_never_decides_when_something_else_is_amiss():
    assert of(birth_date="2000-01-01", degree="doctor").turns_on is None
    assert of(contract_months=60).turns_on is None


def test_a_version_that_is_still_to_come_decides():
    text = TWO.replace("  applies_by: 引进日期\n", "").replace("2022-04-13", "2025-01-01")
    found, _ = read_policy(
        read_yaml(
            Source(
                "p.yaml",
                text.replace(
                    "{id: a, title: 甲, amount: 5万元}", "{id: a, title: 甲, who: 全职, amount: 5万元}"
                ),
            )
        ),
        SCHEMA,
    )

    item = entitlements([found], {"full_time": False}, DAY, SCHEMA).of("a")

    assert item is not None
    assert (item.verdict, item.turns_on) == ("no", date(2025, 1, 1))


def test_the_nearest_change_of_one_field():
    found = of(degree="doctor")

    assert [(c.field, c.own.zh, c.needed.zh, c.amount_fen) for c in found.changes] == [
        ("contract_months", "4 年", "5 年", 10_000_000)
    ]


def test_the_nearest_level_comes_before_a_farther_one():
    found = of(contract_months=60)

    assert [(c.field, c.value, c.amount_fen) for c in found.changes] == [
        ("degree", "doctor", 10_000_000),
        ("title_level", "senior", 10_000_000),
        ("school_tags", ["985", "double_first_class"], 5_000_000),
    ]


def test_of_a_list_that_holds_something_only_what_comes_to_it_is_told():
    with_some = next(
        c for c in of(contract_months=60, school_tags=["985"]).changes if c.field == "school_tags"
    )
    with_none = next(c for c in of(contract_months=60, school_tags=[]).changes if c.field == "school_tags")

    assert (with_some.needed.zh, with_some.more and with_some.more.zh, with_some.less) == (
        "985、双一流",
        "双一流",
        None,
    )
    assert (with_none.more, with_none.less) == (None, None)


def test_points_that_ask_for_a_list_nobody_recorded_still_have_a_nearest_change():
    found = policy("""
  - {id: a, title: 甲, who: 分数 >= 20, amount: 1万元}
  points:
  - id: marks
    title: 分数
    rows:
    - {when: 院校 has 985, give: 5}
    - {when: 学历 >= 博士, give: 20}
""")

    item = entitlements([found], {"degree": "bachelor"}, DAY, SCHEMA).of("a")

    assert item.verdict == "no"
    assert [(change.field, change.value) for change in item.changes] == [("degree", "doctor")]


def test_two_things_amiss_have_no_single_change():
    assert of(full_time=False).changes == ()


@settings(max_examples=60, deadline=None)
@given(policies(), rows)
def test_explanations_hold_for_any_policy(policies, row):
    """Each explanation can be made; what it promises comes true; what is missing is not recorded."""
    found = entitlements(policies, row, DAY, SCHEMA)

    for item in found:
        assert all(row.get(name) is None for name in item.missing)
        assert (item.verdict == "unknown") == bool(item.missing) or item.verdict == "unknown"
        assert item.reasons
        assert sum(p.amount_fen for p in item.payments) in (0, item.amount_fen, item.offered_fen)
        if item.turns_on:
            later = entitlements(policies, row, item.turns_on, SCHEMA)
            assert [
                i.verdict for i in later if i.benefit.id == item.benefit.id and i.policy is item.policy
            ] == ["yes"]
        for change in item.changes:
            changed = entitlements(policies, {**row, change.field: change.value}, DAY, SCHEMA)
            assert [
                i.verdict for i in changed if i.benefit.id == item.benefit.id and i.policy is item.policy
            ] == ["yes"]
