"""What a condition says of the spouse: read like any field, nothing where there is none, told to nobody who may not see it."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from juxian.core.facts.profile import with_spouse
from juxian.core.policy import entitlements, read_policy
from juxian.core.policy.language import evaluate_condition, parse_condition
from juxian.core.policy.nodes import fields_of
from juxian.core.positioned import read_yaml
from juxian.core.source import Rejected, Source
from tests.core.policy.words import DAY, NAMES, SCALES, SCHEMA

POLICY = """policy: p
title: 办法
basis: assumed
versions:
- since: 2020-01-01
  benefits:
  - {{id: a, title: 甲, who: "{who}", amount: "{amount}"}}
"""
RANKS = {code: level.rank for code, level in SCALES["degree"].levels.items()}
SIGNS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def holds(text: str, **row: Any) -> bool | None:
    known = with_spouse(row, SCHEMA, None)
    return evaluate_condition(parse_condition(text, NAMES), known, DAY, SCHEMA)


def asked(who: str, row: dict[str, Any], amount: str = "1元", *, spouse_shown: bool = False) -> Any:
    found, problems = read_policy(read_yaml(Source("p.yaml", POLICY.format(who=who, amount=amount))), SCHEMA)
    assert problems == []
    assert found is not None
    (item,) = entitlements([found], with_spouse(row, SCHEMA, None), DAY, SCHEMA, spouse_shown=spouse_shown)
    return item


@pytest.mark.parametrize(
    "text",
    [
        "spouse.degree >= 硕士",
        "配偶.学历 >= 硕士",
        "配偶的学历 >= 硕士",
        "配偶．学历≥硕士",
        "全职且配偶.学历>=硕士",
        "not 配偶.学历 < 硕士",
    ],
)
def test_it_is_one_word(text: str) -> None:
    assert "spouse.degree" in fields_of(parse_condition(text, NAMES).clause)


@pytest.mark.parametrize(
    "text", ["配偶.出生日期 < 2000-01-01", "配偶.年龄 > 40", "本人.学历 >= 硕士", "配偶."]
)
def test_only_what_is_read_of_a_spouse_is_a_word(text: str) -> None:
    with pytest.raises(Rejected):
        parse_condition(text, NAMES)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("配偶.本地自有住房", False),
        ("not 配偶.本地自有住房", True),
        ("配偶.学历 >= 大专", False),
        ("配偶.学历 < 大专", True),  # below all levels, as who reaches no class
        ("配偶.学历 == 大专", False),
        ("配偶.学历 != 大专", True),
        ("配偶.学历 not in (大专, 本科)", True),
        ("配偶.学历 > 学历", False),
        ("学历 > 配偶.学历", True),
        ("配偶.年薪 + 年薪 == 5万元", True),
    ],
)
def test_somebody_without_a_spouse_has_nothing_of_one(text: str, answer: bool) -> None:
    assert holds(text, has_spouse=False, degree="college", annual_pay=5_000_000) is answer


@pytest.mark.parametrize("row", [{}, {"has_spouse": True}], ids=["nobody knows", "a spouse not recorded"])
@pytest.mark.parametrize(
    "text",
    ["配偶.本地自有住房", "配偶.学历 >= 大专", "配偶.学历 < 博士", "配偶.学历 > 学历", "配偶.年薪 > 0元"],
)
def test_what_is_not_known_of_a_spouse_is_unknown(text: str, row: dict[str, Any]) -> None:
    assert holds(text, degree="college", annual_pay=5_000_000, **row) is None


@pytest.mark.parametrize("sign", SIGNS)
def test_two_levels_compare_by_their_rank(sign: str) -> None:
    expression = parse_condition(f"配偶.学历 {sign} 学历", NAMES)

    for one, other in product(RANKS, RANKS):
        row = {"has_spouse": True, "spouse.degree": one, "degree": other}
        answer = evaluate_condition(expression, row, DAY, SCHEMA)

        assert answer is SIGNS[sign](RANKS[one], RANKS[other]), (one, other)


def test_what_is_known_decides_before_the_rest_is_asked() -> None:
    assert holds("配偶.学历 > 学历", has_spouse=True, degree="doctor") is False
    assert holds("配偶.学历 <= 学历", has_spouse=True, degree="doctor") is True
    assert holds("配偶.学历 > 学历", has_spouse=True, degree="master") is None


def test_two_fields_of_different_scales_or_without_order_do_not_compare() -> None:
    for text in ("学历 > 职称", "配偶.学历 > 单位"):
        with pytest.raises(Rejected) as refused:
            parse_condition(text, NAMES)
        assert [problem.code for problem in refused.value.problems] == ["P206"]


def told(item: Any) -> list[tuple[str, str]]:
    """(what is asked, what the person has) of every step."""

    def steps(reasons: Any) -> Any:
        for reason in reasons:
            yield reason.statement.en, reason.own.en if reason.own else ""
            yield from steps(reason.parts)

    return list(steps(item.reasons))


WHO = "not 配偶.本地自有住房 and 配偶.学历 <= 学历 and 年薪 + 配偶.年薪 < 20万元"
ROW = {
    "has_spouse": True, "degree": "master", "annual_pay": 3_000_000,
    "spouse.degree": "bachelor", "spouse.home_owned": True, "spouse.annual_pay": 7_654_300,
}  # fmt: skip


def test_reasons_say_whether_a_condition_is_met_and_no_value_of_the_spouse() -> None:
    words = told(asked(WHO, ROW))

    text = str(words)
    assert [word for word in ("7,654", "76,543", "bachelor") if word in text] == []
    assert ("Spouse: Degree at most Degree", "of the spouse, not shown") in words
    assert sum(own == "of the spouse, not shown" for _asked, own in words) == 3


def test_who_may_see_the_record_of_the_spouse_is_told_the_values() -> None:
    words = dict(told(asked(WHO, ROW, spouse_shown=True)))

    assert words["Spouse: Degree at most Degree"] == "bachelor; master"


def test_nobody_is_told_to_change_the_record_of_the_spouse() -> None:
    item = asked("not 配偶.本地自有住房 and 全职", ROW | {"full_time": True})

    assert item.verdict == "no"
    assert item.changes == ()


def test_an_amount_takes_off_what_the_spouse_has() -> None:
    row = {"annual_pay": 5_000_000}

    assert asked("年薪 > 0元", row | {"has_spouse": False}, "年薪 - 配偶.年薪").amount_fen == 5_000_000
    assert asked("年薪 > 0元", row, "年薪 - 配偶.年薪").missing == ("spouse.annual_pay",)
    assert (
        asked("年薪 > 0元", row | {"spouse.annual_pay": 1_000_000}, "年薪 - 配偶.年薪").amount_fen
        == 4_000_000
    )
