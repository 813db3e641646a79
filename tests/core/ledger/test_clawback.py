"""Worked by hand from published rules (policy-facts R88); amounts in whole fen."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.dates import add_months, whole_months
from juxian.core.ledger.clawback import Formula, Terms, owed_back
from juxian.core.ledger.service import Period, served_months

YUAN = 100
WAN = 10_000 * YUAN


def test_pro_rata_by_months_after_fourteen_months() -> None:
    """Ten years earn 1,000,000 yuan; 600,000 paid, 14 months served.

    1,000,000 ÷ 120 × 14 = 116,666.666…; earned 116,666.67; 600,000 − 116,666.67 = 483,333.33.
    """
    owed = owed_back(Terms(Formula.PRO_RATA_MONTHS, 120, 120), 100 * WAN, 60 * WAN, 14)

    assert (owed.refund_fen, owed.penalty_fen, owed.missing_months) == (48_333_333, 0, 106)
    assert owed.working.zh == "已领 600,000 元 − 1,000,000 元 ÷ 120 个月 × 已服务 14 个月 = 483,333.33 元"


def test_pro_rata_by_months_with_nothing_left_over() -> None:
    """300,000 over 60 months is 5,000 a month; all paid, 14 months: 300,000 − 70,000 = 230,000."""
    assert owed_back(Terms(Formula.PRO_RATA_MONTHS, 60, 60), 30 * WAN, 30 * WAN, 14).refund_fen == 23 * WAN


def test_earned_more_than_was_paid_owes_nothing() -> None:
    """100,000 of 500,000 paid in the first year; 36 of 60 months earn 300,000."""
    owed = owed_back(Terms(Formula.PRO_RATA_MONTHS, 60, 60), 50 * WAN, 10 * WAN, 36)

    assert (owed.total_fen, owed.missing_months) == (0, 24)


def test_pro_rata_by_whole_years() -> None:
    """S − S/8 × years: 100,000 − 12,500 × 3 = 62,500; three years and eleven months are three years."""
    terms = Terms(Formula.PRO_RATA_YEARS, 96, 96)

    assert [owed_back(terms, 10 * WAN, 10 * WAN, months).refund_fen for months in (36, 47, 48)] == [
        62_500 * YUAN,
        62_500 * YUAN,
        50_000 * YUAN,
    ]


@pytest.mark.parametrize(
    ("serve", "served", "each", "penalty"),
    [
        (96, 60, 10_000, 30_000),  # doctor: three whole years missing of eight
        (96, 61, 10_000, 30_000),  # two years and eleven months missing: the year begun counts
        (60, 47, 3_000, 6_000),  # master: 13 months missing
        (36, 35, 2_000, 2_000),  # bachelor, three years: one month missing
    ],
)
def test_all_of_it_and_a_sum_for_each_missing_year(serve: int, served: int, each: int, penalty: int) -> None:
    owed = owed_back(Terms(Formula.FULL, serve, penalty_year_fen=each * YUAN), 20 * WAN, 15 * WAN, served)

    assert (owed.refund_fen, owed.penalty_fen) == (15 * WAN, penalty * YUAN)


def test_instalments_are_asked_back_as_far_as_received() -> None:
    assert owed_back(Terms(Formula.RECEIVED, 60), 50 * WAN, 20 * WAN, 30).total_fen == 20 * WAN


def test_a_complete_service_owes_nothing_whatever_the_formula() -> None:
    for formula in Formula:
        assert owed_back(Terms(formula, 60, 60, WAN), 50 * WAN, 50 * WAN, 60).total_fen == 0


@pytest.mark.parametrize(
    "terms",
    [
        lambda: Terms(Formula.PRO_RATA_MONTHS, 60),
        lambda: Terms(Formula.PRO_RATA_YEARS, 60, 50),
        lambda: Terms(Formula.FULL, 0),
        lambda: Terms(Formula.FULL, 12, 0, -1),
        lambda: owed_back(Terms(Formula.FULL, 12), 1, -1, 0),
    ],
)
def test_terms_without_meaning_are_refused(terms) -> None:
    with pytest.raises(ValueError, match=r"months|years|negative"):
        terms()


@given(
    st.sampled_from(list(Formula)),
    st.integers(1, 20),
    st.integers(0, 10**12),
    st.integers(0, 1000),
    st.integers(0, 300),
    st.integers(0, 10**7),
)
def test_a_refund_is_never_more_than_was_paid_and_falls_with_service(
    formula: Formula, years: int, total: int, paid_per_mille: int, served: int, penalty: int
) -> None:
    terms, paid = Terms(formula, 12 * years, 12 * years, penalty), total * paid_per_mille // 1000

    now, later = (owed_back(terms, total, paid, months) for months in (served, served + 1))

    assert 0 <= now.refund_fen <= paid
    assert later.refund_fen <= now.refund_fen
    assert later.penalty_fen <= now.penalty_fen


def test_study_leave_of_six_months_does_not_count_and_a_shorter_one_does() -> None:
    """1 January 2020 to 1 March 2021 is 14 months; away from 1 February to 1 August: 1 + 7 months are left."""
    since, until = date(2020, 1, 1), date(2021, 3, 1)
    leave = Period(date(2020, 2, 1), date(2020, 8, 1))
    short = Period(date(2020, 2, 1), date(2020, 7, 31))

    assert served_months(since, until) == 14
    assert served_months(since, until, [leave], 6) == 8
    assert served_months(since, until, [short], 6) == 14


def test_odd_days_of_two_stretches_are_added_thirty_to_a_month() -> None:
    """1 January – 16 January (15 days) and 1 March – 16 April (1 month 15 days): 1 month + 30 days = 2 months."""
    gap = [Period(date(2021, 1, 16), date(2021, 3, 1))]

    assert served_months(date(2021, 1, 1), date(2021, 4, 16), gap) == 2
    assert served_months(date(2021, 1, 1), date(2021, 4, 15), gap) == 1


def test_leave_that_overlaps_is_counted_once_and_leave_not_over_yet_runs_on() -> None:
    since, until = date(2020, 1, 1), date(2022, 1, 1)
    twice = [Period(date(2020, 6, 1), date(2021, 1, 1)), Period(date(2020, 9, 1), date(2021, 6, 1))]

    assert served_months(since, until, twice) == 12
    assert served_months(since, until, [Period(date(2021, 1, 1))]) == 12
    assert served_months(since, until, [Period(date(2019, 1, 1), date(2023, 1, 1))]) == 0
    assert served_months(until, since) == 0


days = st.dates(date(2015, 1, 1), date(2030, 1, 1))
spans = st.lists(st.tuples(days, st.integers(0, 900)), max_size=4)


@given(days, st.integers(0, 3000), spans, st.integers(0, 12))
def test_leave_never_lengthens_service(since: date, length: int, gaps, shortest: int) -> None:
    until = date.fromordinal(since.toordinal() + length)
    uncounted = [Period(start, date.fromordinal(start.toordinal() + days)) for start, days in gaps]

    served = served_months(since, until, uncounted, shortest)

    assert 0 <= served <= whole_months(since, until)
    assert served_months(since, until, uncounted) <= served


@given(st.integers(0, 100), st.integers(1, 30), st.integers(1, 100))
def test_whole_months_of_leave_are_taken_off_whole(before: int, away: int, after: int) -> None:
    """From the first of a month, leave of whole months costs exactly those months."""
    start = date(2018, 3, 1)
    gone, back = add_months(start, before), add_months(start, before + away)

    assert served_months(start, add_months(back, after), [Period(gone, back)]) == before + after
