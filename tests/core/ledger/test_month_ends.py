"""Payments, service and what is owed back at 29 February and the ends of months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.dates import add_months, whole_months
from juxian.core.ledger.clawback import Formula, Terms, owed_back
from juxian.core.ledger.service import Period, complete_on, served_months
from juxian.core.policy.document import Pay
from juxian.core.policy.reading import read_policy
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from tests.core.policy.words import SCHEMA

LEAP, JANUARY, AUGUST = date(2024, 2, 29), date(2024, 1, 31), date(2023, 8, 30)
days = st.dates(date(2019, 1, 1), date(2026, 12, 31)) | st.sampled_from(
    [LEAP, JANUARY, AUGUST, date(2020, 2, 29), date(2023, 2, 28), date(2023, 12, 31)]
)


def iso(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


@pytest.mark.parametrize(
    ("first", "pay", "dues"),
    [
        (JANUARY, Pay((1,) * 4, "month"), iso("2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30")),
        (AUGUST, Pay((1,) * 4, "quarter"), iso("2023-08-30", "2023-11-30", "2024-02-29", "2024-05-30")),
        (LEAP, Pay((1,) * 5, "year"), iso("2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29")),
        (JANUARY, Pay((1,) * 3, "month", due="next_month"), iso("2024-02-01", "2024-03-01", "2024-04-01")),
        (LEAP, Pay((1,) * 2, "year", due="next_month"), iso("2024-03-01", "2025-03-01")),
        (date(2023, 12, 31), Pay((1,) * 2, "month", due="next_quarter"), iso("2024-01-01", "2024-04-01")),
        (LEAP, Pay((1,) * 2, "year", due="next_quarter"), iso("2024-04-01", "2025-04-01")),
        (date(2023, 3, 1), Pay((1,) * 3, days=((2, 29),)), iso("2024-02-29", "2025-02-28", "2026-02-28")),
        (date(2023, 2, 28), Pay((1,) * 3, days=((2, 29),), first_at_once=True), iso("2023-02-28", "2024-02-29", "2025-02-28")),
        (LEAP, Pay((1,) * 3, days=((2, 29), (8, 31))), iso("2024-02-29", "2024-08-31", "2025-02-28")),
    ],
)  # fmt: skip
def test_days_of_payments(first: date, pay: Pay, dues: list[date]) -> None:
    assert pay.due_days(first) == dues


@given(
    days,
    st.sampled_from(["month", "quarter", "year"]),
    st.sampled_from(["on_day", "next_month", "next_quarter"]),
    st.integers(1, 60),
)
def test_each_payment_falls_due_in_its_own_time(first: date, every: str, due: str, count: int) -> None:
    pay = Pay((1,) * count, every, due=due)

    found = pay.due_days(first)

    assert len(found) == count
    assert found == sorted(found)
    for number, day in enumerate(found):
        counted = first.year * 12 + first.month + number * pay.months_between
        months = day.year * 12 + day.month - counted
        if due == "on_day":
            assert months == 0
            assert day.day == first.day or (day.day < first.day and (day + timedelta(days=1)).day == 1)
        else:
            assert day.day == 1
            assert months == 1 if due == "next_month" else (1 <= months <= 3 and day.month in (1, 4, 7, 10))


@given(
    days,
    st.lists(st.sampled_from([(2, 28), (2, 29), (6, 30), (12, 31), (1, 1)]), min_size=1, unique=True),
    st.integers(1, 12),
)
def test_days_of_each_year_come_one_after_the_other(
    first: date, on: list[tuple[int, int]], count: int
) -> None:
    if {(2, 28), (2, 29)} <= set(on):
        on.remove((2, 28))

    found = Pay((1,) * count, days=tuple(sorted(on))).due_days(first)

    assert len(set(found)) == count
    assert found == sorted(found)
    assert found[0] >= first
    assert found[-1] < add_months(first, 12 * (count // len(on) + 1)) + timedelta(days=1)


def test_two_days_that_are_one_in_a_common_year_are_refused() -> None:
    text = """policy: p
title: 办法
basis: assumed
versions:
- {since: 2020-01-01, benefits: [{id: a, title: 甲, amount: 1元, pay: {instalments: 2, on: [2-28, 2-29]}}]}
"""
    _found, problems = read_policy(read_yaml(Source("p.yaml", text)), SCHEMA)

    assert [problem.code for problem in problems] == ["P315"]


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (LEAP, date(2025, 2, 27), 11),
        (LEAP, date(2025, 2, 28), 12),
        (LEAP, date(2028, 2, 28), 47),
        (LEAP, date(2028, 2, 29), 48),
        (date(2023, 2, 28), LEAP, 12),
        (JANUARY, date(2024, 2, 28), 0),
        (JANUARY, LEAP, 1),
        (date(2023, 1, 31), date(2023, 2, 28), 1),
        (AUGUST, LEAP, 6),
        (date(2023, 8, 31), LEAP, 6),
    ],
)
def test_months_of_service(since: date, until: date, months: int) -> None:
    assert served_months(since, until) == months


@pytest.mark.parametrize(
    ("since", "until", "refund"),
    [
        (LEAP, date(2025, 2, 27), 60_000 - 11_000),  # a day short of the year
        (LEAP, date(2025, 2, 28), 60_000 - 12_000),
        (date(2020, 2, 29), LEAP, 60_000 - 48_000),
        (JANUARY, LEAP, 60_000 - 1_000),
        (date(2019, 2, 28), date(2024, 2, 28), 0),
    ],
)
def test_what_is_owed_back_by_months(since: date, until: date, refund: int) -> None:
    terms = Terms(Formula.PRO_RATA_MONTHS, 60, 60)

    assert owed_back(terms, 60_000, 60_000, served_months(since, until)).refund_fen == refund


@pytest.mark.parametrize(
    ("until", "refund", "penalty"),
    [(date(2025, 2, 27), 50_000, 50), (date(2025, 2, 28), 40_000, 40), (date(2029, 2, 27), 10_000, 10), (date(2029, 2, 28), 0, 0)],
)  # fmt: skip
def test_what_is_owed_back_by_years(until: date, refund: int, penalty: int) -> None:
    terms = Terms(Formula.PRO_RATA_YEARS, 60, 60, penalty_year_fen=10)

    owed = owed_back(terms, 50_000, 50_000, served_months(LEAP, until))

    assert (owed.refund_fen, owed.penalty_fen) == (refund, penalty)


gaps = st.lists(st.tuples(st.integers(1, 900), st.integers(1, 500)), max_size=2)


@given(days, gaps, st.integers(0, 1500))
def test_who_serves_a_day_longer_has_no_less(since: date, away: list[tuple[int, int]], stayed: int) -> None:
    leave = [Period(since + timedelta(days=at), since + timedelta(days=at + long)) for at, long in away]
    until = since + timedelta(days=stayed)

    assert served_months(since, until + timedelta(days=1), leave, 6) >= served_months(since, until, leave, 6)


@given(days, st.integers(1, 60), st.integers(0, 1500), gaps)
def test_service_is_complete_on_the_first_day_on_which_it_is(
    since: date, serve: int, stayed: int, away: list[tuple[int, int]]
) -> None:
    day = since + timedelta(days=stayed)
    leave = [Period(since + timedelta(days=at), since + timedelta(days=at + long)) for at, long in away]
    leave = [one for one in leave if one.until is not None and one.until <= day]

    found = complete_on(since, serve, day, leave, 6)

    assert served_months(since, found, leave, 6) >= serve
    assert served_months(since, found - timedelta(days=1), leave, 6) < serve


def test_service_without_leave_is_complete_on_its_anniversary_whatever_the_day_of_asking() -> None:
    for stayed in range(0, 400, 7):
        day = JANUARY + timedelta(days=stayed)

        assert complete_on(JANUARY, 13, day) == date(2025, 2, 28)
        assert whole_months(JANUARY, date(2025, 2, 28)) == 13


def test_whoever_is_away_is_taken_to_come_back_on_the_day() -> None:
    away = [Period(date(2025, 3, 31))]

    assert complete_on(LEAP, 24, date(2026, 3, 31), away, 6) == date(2027, 2, 28)
