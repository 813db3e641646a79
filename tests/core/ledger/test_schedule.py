from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.ledger.schedule import instalments
from juxian.core.money import split_by_share

FIRST = date(2026, 1, 31)


def test_three_payers_share_each_of_five_payments() -> None:
    found = instalments(100_000_00, [1] * 5, FIRST, 12, {"市": 5, "区": 3, "单位": 2})

    assert [(one.number, one.due, one.amount_fen) for one in found][:2] == [
        (1, date(2026, 1, 31), 20_000_00),
        (2, date(2027, 1, 31), 20_000_00),
    ]
    assert {tuple(one.parts.items()) for one in found} == {
        (("市", 10_000_00), ("区", 6_000_00), ("单位", 4_000_00))
    }


def test_the_last_day_of_a_month_stays_the_last() -> None:
    assert [one.due for one in instalments(300, [1, 1, 1], FIRST, 1, {"市": 1})] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
    ]


def test_payments_may_fall_on_named_days() -> None:
    days = [date(2026, 1, 31), date(2026, 12, 1), date(2027, 12, 1)]

    assert [one.due for one in instalments(300, [1, 1, 1], FIRST, 12, {"市": 1}, days)] == days


def test_fen_left_over_go_to_the_payer_furthest_behind() -> None:
    """100 fen in 34, 33, 33, half each: 17/17, 17/16, 16/17; over the whole 50/50."""
    found = instalments(100, [1, 1, 1], FIRST, 12, {"市": 1, "区": 1})

    assert [tuple(one.parts.values()) for one in found] == [(17, 17), (17, 16), (16, 17)]


payers = st.dictionaries(st.sampled_from("市区县镇企"), st.integers(1, 100), min_size=1)
shares = st.lists(st.integers(1, 50), min_size=1, max_size=12)


@given(st.integers(0, 10**13), shares, payers)
def test_every_way_of_adding_up_gives_the_whole(total: int, parts: list[int], paying: dict[str, int]) -> None:
    found = instalments(total, parts, FIRST, 6, paying)

    assert [one.amount_fen for one in found] == split_by_share(total, parts)
    assert all(sum(one.parts.values()) == one.amount_fen for one in found)
    assert all(part >= 0 for one in found for part in one.parts.values())
    for payer, share in paying.items():
        exact, whole = total * share, sum(paying.values())
        assert abs(sum(one.parts[payer] for one in found) * whole - exact) < whole * len(paying)


@given(st.integers(0, 10**13), payers)
def test_a_single_payment_is_split_as_money_is(total: int, paying: dict[str, int]) -> None:
    (only,) = instalments(total, [1], FIRST, 0, paying)

    assert list(only.parts.values()) == split_by_share(total, list(paying.values()))


@pytest.mark.parametrize(
    ("total", "parts", "paying"),
    [(-1, [1], {"市": 1}), (1, [0], {"市": 1}), (1, [1], {}), (1, [1], {"市": 0})],
)
def test_a_schedule_without_meaning_is_refused(total: int, parts: list[int], paying: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"negative|at least 1"):
        instalments(total, parts, FIRST, 12, paying)
