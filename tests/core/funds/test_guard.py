"""Nobody receives the same thing twice; execution is measured against time."""

from __future__ import annotations

from datetime import date

import pytest

from juxian.core.funds.book import SameThing
from juxian.core.funds.guard import Claim, conflicts
from juxian.core.funds.outlook import Execution, Pace, due_by_year, time_passed
from juxian.core.text import Text

HOUSEHOLD = SameThing(
    "home",
    Text("安家一户一次", "once for a household"),
    ("settlement", "city:home/flat"),
    "household",
    "assumed",
)
PERSON = SameThing("rent", Text("租购不重复"), ("rent/rent", "settlement/base"), "person", "assumed")
ASKED = Claim("settlement/base", "district", "安家补贴", key="g2")


def found(*others: Claim, rules: tuple[SameThing, ...] = (HOUSEHOLD, PERSON)) -> list[str | None]:
    return [one.rule and one.rule.id for one in conflicts(ASKED, others, rules)]


def test_another_policy_of_the_same_group() -> None:
    assert found(Claim("rent/rent", "district", "租房补贴")) == ["rent"]


def test_another_level_of_administration() -> None:
    assert found(Claim("home/flat", "city", "市级住房补贴")) == ["home"]
    assert found(Claim("home/flat", "elsewhere", "外地住房补贴")) == []


def test_the_spouse_counts_where_the_rule_is_for_households() -> None:
    assert found(Claim("settlement/top", "district", "安家补贴", household=True)) == ["home"]
    assert found(Claim("rent/rent", "district", "租房补贴", household=True)) == []


def test_the_very_same_benefit_and_a_bare_id_of_a_statement() -> None:
    assert found(Claim("settlement/base", "district", "安家补贴"), rules=()) == [None]
    assert found(Claim("base", "district", "已享受"), rules=()) == [None]
    assert found(Claim("rent", "district", "已享受")) == ["rent"]


def test_a_claim_is_not_in_conflict_with_itself_and_names_what_stands_against_it() -> None:
    assert found(Claim("settlement/base", "district", "安家补贴", key="g2")) == []
    [conflict] = conflicts(ASKED, [Claim("home/flat", "city", "购房补贴", household=True)], [HOUSEHOLD])
    assert conflict.message.zh == "配偶已在 city 享受“购房补贴”，按“安家一户一次”不重复享受"
    assert (
        conflict.message.en == "the spouse has received “购房补贴” at city (not twice: once for a household)"
    )


@pytest.mark.parametrize(
    ("paid", "pace"),
    [
        (600, Pace.AHEAD),
        (549, Pace.ON_TIME),
        (500, Pace.ON_TIME),
        (400, Pace.SLIGHTLY_BEHIND),
        (399, Pace.BEHIND),
    ],
)
def test_execution_against_time(paid: int, pace: Pace) -> None:
    made = Execution(1_000, 300, paid, 500)

    assert (made.pace, made.free_fen) == (pace, 700 - paid)


def test_nothing_is_said_of_a_budget_of_nothing() -> None:
    assert (Execution(0, 0, 0, 500).pace, Execution(0, 0, 0, 500).paid_per_mille) == (None, None)


def test_how_much_of_a_year_has_passed() -> None:
    days = (date(2023, 12, 31), date(2024, 1, 1), date(2024, 7, 1), date(2024, 12, 31), date(2025, 1, 1))

    assert [time_passed(2024, day) for day in days] == [0, 2, 500, 1000, 1000]


def test_what_falls_due() -> None:
    due = [(date(2027, 1, 5), 30), (date(2026, 3, 1), 10), (date(2026, 3, 31), 5)]

    assert due_by_year(due) == {2026: 15, 2027: 30}
