"""The values of a field on which something turns."""

from datetime import date

import pytest

from juxian.core.dates import whole_years
from juxian.core.policy.language import parse_condition
from juxian.core.policy.lint.axes import Rules, axes_of
from juxian.core.policy.names import names_of_schema
from juxian.core.policy.rowwise import Situation
from tests.core.policy.lint.policies import DAY, SCHEMA

AT = Situation(DAY, SCHEMA)


def values(text: str, field: str) -> tuple[object, ...]:
    clause = parse_condition(text, names_of_schema(SCHEMA)).clause
    (axis,) = [axis for axis in axes_of(Rules((clause,)), AT) if axis.field == field]
    return axis.values


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("学历 >= 硕士", "degree", ("bachelor", "master")),
        ("学历 >= 硕士 and 学历 != 博士", "degree", ("bachelor", "master", "doctor")),
        ("全职", "full_time", (False, True)),
        ("合同期限 >= 36个月", "contract_months", (35, 36)),
        ("合同期限 in 12个月..24个月", "contract_months", (11, 12, 25)),
        ("年薪 > 5万元", "annual_pay", (5_000_000, 5_000_100)),
        ("院校 has 双一流", "school_tags", ([], ["double_first_class"])),
        ("known(学历)", "degree", ("primary", None)),
        ("引进日期 >= 2022-01-01", "introduced_on", ("2021-12-31", "2022-01-01")),
    ],
)
def test_neighbours_of_what_is_written_are_enough(text, field, expected):
    assert values(text, field) == expected


def test_ages_stand_at_the_birthday():
    ages = [whole_years(date.fromisoformat(day), DAY) for day in values("年龄 <= 45", "birth_date")]

    assert ages == [46, 45]


def test_a_day_that_lies_ahead_is_not_tried():
    assert all(
        day <= DAY.isoformat()
        for day in values("引进日期 >= 2030-01-01 or years_since(引进日期) > 3", "introduced_on")
    )


def test_what_facts_never_say_is_not_tried():
    assert values("在岗状态 == 在岗", "status") == ("serving", "left")
