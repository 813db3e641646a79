from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.facts.schema import FactKind, Field, Kind, ValueType
from juxian.core.facts.values import (
    Refusal,
    check_fact,
    parse_amount,
    parse_day,
    parse_value,
    show_amount,
    show_value,
)
from juxian.core.text import Text
from tests.core.facts.vocabulary import SCHEMA, TYPES

CANONICAL = {
    Kind.TEXT: st.text("张伟Ab 1·", min_size=1).map(str.strip).filter(bool),
    Kind.INTEGER: st.integers(-(10**9), 10**9),
    Kind.MONEY: st.integers(-(10**12), 10**12),
    Kind.MONTHS: st.integers(0, 600),
    Kind.DATE: st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(date.isoformat),
    Kind.BOOLEAN: st.booleans(),
    Kind.LEVEL: st.sampled_from(["bachelor", "master", "doctor"]),
    Kind.LEVELS: st.sets(st.sampled_from(["985", "211"])).map(sorted),
    Kind.ORGANISATION: st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,5})?", fullmatch=True),
    Kind.AMOUNTS: st.dictionaries(st.sampled_from(["rent", "grant"]), st.integers(0, 10**9)),
}


@given(st.data())
def test_a_canonical_value_stays_as_it_is(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(Kind)))
    value = data.draw(CANONICAL[kind])

    assert parse_value(value, TYPES[kind], SCHEMA) == value


@given(st.one_of(st.none(), st.text(), st.integers(), st.booleans(), st.lists(st.text(), max_size=3)))
def test_anything_is_read_or_refused_and_shown(raw: object) -> None:
    for type_ in TYPES.values():
        found = parse_value(raw, type_, SCHEMA)
        if not isinstance(found, Refusal):
            assert parse_value(found, type_, SCHEMA) == found
            assert show_value(found, type_, SCHEMA, "zh")
            assert show_value(found, type_, SCHEMA, "en")


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (Kind.MONEY, "5万元", 5_000_000),
        (Kind.MONEY, "１，５００．５０元", 150_050),
        (Kind.MONEY, "0.5亿元", 5_000_000_000),
        (Kind.MONEY, "1500", 150_000),
        (Kind.MONEY, 1500, 1500),
        (Kind.MONTHS, "3年", 36),
        (Kind.MONTHS, "36个月", 36),
        (Kind.MONTHS, "12 months", 12),
        (Kind.DATE, "2022年1月31日", "2022-01-31"),
        (Kind.DATE, "2022.1.31", "2022-01-31"),
        (Kind.DATE, datetime(2022, 1, 31, 8, 0), "2022-01-31"),  # noqa: DTZ001 a cell of a spreadsheet
        (Kind.BOOLEAN, "是", True),
        (Kind.BOOLEAN, "无", False),
        (Kind.LEVEL, "研究生", "master"),
        (Kind.LEVEL, "21", "bachelor"),
        (Kind.LEVEL, 21, "bachelor"),
        (Kind.LEVEL, "ＭＡＳＴＥＲ", "master"),
        (Kind.LEVELS, "985、211", ["211", "985"]),
        (Kind.LEVELS, ["211", "985", "211"], ["211", "985"]),
        (Kind.LEVELS, 985, ["985"]),
        (Kind.LEVELS, [], []),
        (Kind.INTEGER, " 1,200 ", 1200),
        (Kind.INTEGER, "-3", -3),
        (Kind.AMOUNTS, {"rent": "1500元"}, {"rent": 150_000}),
    ],
)
def test_words_of_offices_are_read(kind: Kind, raw: object, expected: Any) -> None:
    assert parse_value(raw, TYPES[kind], SCHEMA) == expected


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        (Kind.MONEY, "五万", "不是金额"),
        (Kind.MONEY, "0.001元", "不足一分"),
        (Kind.MONEY, "99999999999亿元", "过大"),
        (Kind.MONTHS, "-1", "不是月数"),
        (Kind.MONTHS, "999年", "月数应在"),
        (Kind.DATE, "2022-02-30", "没有“2022-02-30”这一天"),
        (Kind.DATE, "1850-01-01", "不在 1900 至 2100 年之间"),
        (Kind.DATE, "2022-1/3", "不是日期"),
        (Kind.BOOLEAN, "也许", "应为是或否"),
        (Kind.LEVEL, "硕士生", "是否指“硕士”"),
        (Kind.LEVEL, "zzz", "不在“学历”代码表中"),
        (Kind.LEVELS, ["985", "C9"], "“C9”不在“院校层次”代码表中"),
        (Kind.INTEGER, "3.5", "不是整数"),
        (Kind.INTEGER, True, "不是整数"),
        (Kind.TEXT, "张\u200b伟", "控制字符"),
        (Kind.TEXT, "长" * 2001, "超过 2000 个字符"),
        (Kind.ORGANISATION, "第一 医院", "不是机构代码"),
        (Kind.AMOUNTS, {"rent": "多"}, "不是金额"),
        (Kind.TEXT, "  ", "没有填写"),
    ],
)
def test_a_refusal_says_what_is_wrong(kind: Kind, raw: object, reason: str) -> None:
    found = parse_value(raw, TYPES[kind], SCHEMA)

    assert isinstance(found, Refusal)
    assert reason in str(found)
    assert found.reason.en


@given(st.integers(-(10**14), 10**14))
def test_a_shown_amount_reads_back(amount_fen: int) -> None:
    assert parse_amount(show_amount(amount_fen, "zh")) == amount_fen
    assert parse_amount(show_amount(amount_fen, "en")) == amount_fen


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_reads_back_from_chinese(day: date) -> None:
    assert parse_day(f"{day.year}年{day.month}月{day.day}日") == day


@pytest.mark.parametrize(
    ("kind", "value", "zh", "en"),
    [
        (Kind.MONEY, 5_000_000, "5 万元", "50,000 yuan"),
        (Kind.MONEY, 123_456, "1,234.56 元", "1,234.56 yuan"),
        (Kind.MONEY, 15_000_000_000, "1.5 亿元", "150,000,000 yuan"),
        (Kind.MONEY, 0, "0 元", "0 yuan"),
        (Kind.MONTHS, 36, "3 年", "3 years"),
        (Kind.MONTHS, 1, "1 个月", "1 month"),
        (Kind.MONTHS, 0, "0 个月", "0 months"),
        (Kind.LEVEL, "master", "硕士", "Master"),
        (Kind.LEVEL, "no-such", "no-such", "no-such"),
        (Kind.LEVELS, ["211", "985"], "211、985", "211, 985"),
        (Kind.LEVELS, [], "无", "none"),
        (Kind.BOOLEAN, False, "否", "no"),
        (Kind.AMOUNTS, {"rent": 100_000}, "rent 1,000 元", "rent 1,000 yuan"),
        (Kind.TEXT, None, "—", "—"),
    ],
)
def test_values_are_shown_in_both_languages(kind: Kind, value: Any, zh: str, en: str) -> None:
    assert show_value(value, TYPES[kind], SCHEMA, "zh") == zh
    assert show_value(value, TYPES[kind], SCHEMA, "en") == en


def test_a_fact_is_checked_as_a_whole() -> None:
    kind = FactKind(
        "study",
        Text("学历学位", "Education"),
        {
            "degree": Field("degree", Text("学历", "Degree"), ValueType(Kind.LEVEL, "degree"), required=True),
            "school": Field("school", Text("毕业院校", "School"), ValueType(Kind.TEXT)),
            "year": Field("year", Text("年份", "Year"), ValueType(Kind.INTEGER)),
        },
    )

    assert check_fact(kind, {"degree": "研究生", "school": "", "year": "2020"}, SCHEMA) == (
        {"degree": "master", "year": 2020},
        [],
    )
    canonical, wrong = check_fact(kind, {"degree": None, "year": "去年", "city": "嘉峪关"}, SCHEMA)
    assert canonical == {}
    assert [str(text) for text in wrong] == [
        "年份：“去年”不是整数",
        "“学历学位”没有字段 city",
        "学历：必须填写",
    ]
