"""Years between two days, parts, remainders, and so many of some conditions."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.dates import whole_months
from juxian.core.policy.circuit.leaves import monthday, monthend
from juxian.core.policy.language import parse_condition
from juxian.core.policy.rowwise import Situation, evaluate
from juxian.core.policy.wording import statement
from juxian.core.source import Rejected
from tests.core.policy.words import DAY, NAMES, SCHEMA

AT = Situation(DAY, SCHEMA)
ANY_DAY = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def answer(text, **row):
    return evaluate(parse_condition(text, NAMES).clause, row, AT)


@given(ANY_DAY, ANY_DAY)
def test_months_apart_are_one_subtraction(start, end):
    assert (monthend(end) - monthday(start)) // 32 == whole_months(start, end)


@pytest.mark.parametrize(
    ("hired", "holds"),
    [("2019-02-27", True), ("2019-02-28", False), (None, None)],
)
def test_years_between_count_to_the_day_of_the_second(hired, holds):
    row = {"birth_date": "1984-02-29", "hired_on": hired}

    assert answer("years_between(出生日期, 入职日期) < 35", **row) is holds


def test_years_up_to_the_first_of_january():
    text = "years_between(出生日期, year_start(引进日期)) < 35"

    assert answer(text, birth_date="1986-01-02", introduced_on="2021-12-31") is True
    assert answer(text, birth_date="1986-01-01", introduced_on="2021-12-31") is False


def test_months_between_may_be_below_nothing():
    assert answer("months_between(入职日期, 2024-01-31) < 0个月", hired_on="2024-02-01") is True
    assert answer("months_between(入职日期, 2024-02-29) == 1个月", hired_on="2024-01-31") is True


def test_a_third_is_exact_and_rounded_down():
    assert answer("fraction(年薪, 2, 3) == 800元", annual_pay=120_000) is True
    assert answer("fraction(年薪, 1, 3) == 0.33元", annual_pay=100) is True


@pytest.mark.parametrize(("count", "left"), [(0, 0), (4, 1), (6, 0), (5, 2)])
def test_a_remainder(count, left):
    assert answer(f"remainder(子女数, 3) == {left}", children=count) is True


def test_at_least_is_decided_by_what_is_known():
    text = "at_least(2, 全职, 本地自有住房, 子女数 >= 1)"

    assert answer(text, full_time=True, home_owned=True) is True
    assert answer(text, full_time=False, home_owned=False) is False
    assert answer(text, full_time=True) is None
    assert statement(parse_condition(text, NAMES).clause, SCHEMA).zh == (
        "至少满足 2 项：全职为是；本地自有住房为是；子女数不低于 1"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("years_between(出生日期) > 3", "P209"),
        ("years_between(年薪, 引进日期) > 3", "P205"),
        ("months_between(2020-01-01, year_start(年薪)) > 3个月", "P205"),
        ("year_start(引进日期) > 3", "P205"),
        ("fraction(年薪, 3, 2) > 1元", "P209"),
        ("fraction(年薪, 1, 1001) > 1元", "P209"),
        ("fraction(年薪, 1元, 3) > 1元", "P209"),
        ("remainder(年薪, 3) == 0", "P204"),
        ("remainder(子女数, 1) == 0", "P209"),
        ("at_least(全职)", "P209"),
        ("at_least(3, 全职, 本地自有住房)", "P209"),
        ("at_least(1, 年薪)", "P202"),
        ("at_least(1, at_least)", "P201"),
    ],
)
def test_a_wrong_use_is_told(text, code):
    with pytest.raises(Rejected) as rejected:
        parse_condition(text, NAMES)

    assert code in {problem.code for problem in rejected.value.problems}
