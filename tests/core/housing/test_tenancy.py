"""Terms, renewal, leaving, bans and what facts prove."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.dates import add_months
from juxian.core.facts.profile import FactRecord
from juxian.core.housing.breaches import Breach, breaches
from juxian.core.housing.leaving import Monthly, banned_until, exit_charge, exit_periods, leave_by
from juxian.core.housing.scheme import Tenure
from juxian.core.housing.tenure import NoRenewal, Window, may_renew, months_of, renewal_window, term_end
from juxian.core.housing.words import Cause
from juxian.core.packs import find_packs_dir, load_pack

GALLERY = load_pack(find_packs_dir() / "gallery").housing.schemes
ZIGUI = load_pack(find_packs_dir() / "zigui").housing.schemes["zigui-apartment-rule"]
PANYU, HANGZHOU = GALLERY["r44-panyu"], GALLERY["r45-hangzhou"]


def test_the_last_term_is_cut_by_the_total() -> None:
    tenure = Tenure(36, total_months=60)

    assert term_end(tenure, date(2022, 3, 1)) == date(2025, 3, 1)
    assert term_end(tenure, date(2025, 3, 1), months_before=36) == date(2027, 3, 1)


def test_hangzhou_lets_for_one_two_or_three_years() -> None:
    tenure, since = HANGZHOU.tenure, date(2024, 2, 29)

    assert tenure.choices == (12, 24, 36)
    assert [term_end(tenure, since, chosen=months) for months in (None, 24, 36)] == [
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
    ]
    with pytest.raises(ValueError, match="18"):
        term_end(tenure, since, chosen=18)


def test_a_chosen_term_is_cut_by_the_total_too() -> None:
    tenure = Tenure(12, total_months=60, longer=(24, 36))

    assert term_end(tenure, date(2027, 3, 1), 36, 36) == date(2029, 3, 1)


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        (date(2024, 11, 30), NoRenewal.TOO_EARLY),
        (date(2024, 12, 1), None),
        (date(2025, 2, 28), None),
        (date(2025, 3, 1), NoRenewal.TOO_LATE),
    ],
)
def test_panyu_renews_in_the_last_three_months(day: date, answer: NoRenewal | None) -> None:
    assert may_renew(PANYU.tenure, 1, date(2024, 3, 1), date(2025, 3, 1), day) == answer


def test_no_renewal_beyond_terms_or_total() -> None:
    linyi = GALLERY["r41-linyi"].tenure

    assert (
        may_renew(linyi, 2, date(2020, 1, 1), date(2026, 1, 1), date(2025, 12, 31)) is NoRenewal.NO_MORE_TERMS
    )
    assert (
        may_renew(PANYU.tenure, 5, date(2020, 1, 1), date(2025, 1, 1), date(2024, 12, 31))
        is NoRenewal.NO_MORE_TERMS
    )


def test_a_window_may_close_before_the_end() -> None:
    assert renewal_window(Tenure(24, renewal_months=3, renewal_until_months=2), date(2026, 5, 31)) == Window(
        date(2026, 2, 28), date(2026, 3, 31)
    )


@given(st.dates(date(2000, 1, 1), date(2080, 1, 1)), st.integers(1, 80), st.integers(0, 27))
def test_months_of_a_lease_follow_each_other(since: date, months: int, more_days: int) -> None:
    until = add_months(since, months) + timedelta(days=more_days)

    found = list(months_of(since, until))

    assert [number for number, _, _ in found] == list(range(len(found)))
    assert found[0][1] == since
    assert found[-1][2] == until
    assert all(one[2] == two[1] for one, two in itertools.pairwise(found))


def test_hangzhou_takes_ninety_per_cent_for_thirty_days_then_the_market() -> None:
    periods = exit_periods(HANGZHOU, date(2024, 4, 1), Monthly(50000, 300000))

    assert [(one.since, one.until, one.monthly_fen) for one in periods] == [
        (date(2024, 4, 1), date(2024, 5, 1), 270000),
        (date(2024, 5, 1), None, 300000),
    ]
    # April whole at 90 %, ten of the 31 days of May at the market
    assert (
        exit_charge(HANGZHOU, date(2024, 4, 1), Monthly(50000, 300000), date(2024, 5, 11)) == 270000 + 96774
    )


def test_without_steps_the_rent_of_the_lease_goes_on() -> None:
    assert exit_charge(PANYU, date(2024, 6, 1), Monthly(60000, 200000), date(2024, 7, 1)) == 60000


def test_an_unknown_market_leaves_the_rent_of_the_lease() -> None:
    assert exit_charge(HANGZHOU, date(2024, 4, 1), Monthly(50000), date(2024, 5, 1)) == 45000


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 10**6), st.integers(0, 10**6))
def test_who_stays_longer_never_pays_less(days: int, more: int, rent: int, market: int) -> None:
    noticed, monthly = date(2024, 1, 31), Monthly(rent, market)

    first = exit_charge(HANGZHOU, noticed, monthly, noticed + timedelta(days=days))

    assert 0 <= first <= exit_charge(HANGZHOU, noticed, monthly, noticed + timedelta(days=days + more))


def test_each_cause_has_its_own_deadline() -> None:
    assert leave_by(ZIGUI, Cause.SUBLET, date(2015, 3, 1)) == date(2015, 3, 16)
    assert leave_by(ZIGUI, Cause.BOUGHT_HOME, date(2015, 3, 1)) == date(2015, 4, 30)


@pytest.mark.parametrize(
    ("cause", "times", "stayed_since", "until"),
    [
        ("not_signed", 1, None, date(2025, 6, 15)),
        ("left_early", 1, date(2024, 3, 16), date(2025, 6, 15)),
        ("left_early", 1, date(2024, 3, 15), None),
        ("declined", 1, None, None),
    ],
)
def test_bans_of_panyu(cause: str, times: int, stayed_since: date | None, until: date | None) -> None:
    assert banned_until(PANYU, cause, date(2024, 6, 15), times, stayed_since) == until


def test_a_second_decline_and_a_sublet_flat_close_the_list() -> None:
    assert banned_until(ZIGUI, "declined", date(2015, 6, 15), 1) is None
    assert banned_until(ZIGUI, "declined", date(2015, 6, 15), 2) == date(2016, 6, 15)
    assert banned_until(ZIGUI, "sublet", date(2015, 6, 15)) == date(2018, 6, 15)


def fact(id_: int, kind: str, since: date, until: date | None = None, **value: object) -> FactRecord:
    return FactRecord(kind, dict(value), since, until, id_)


POST = fact(1, "employment", date(2012, 1, 1), None, employer="zg-qugu")


def test_a_home_of_ones_own_is_found_from_its_day() -> None:
    facts = [POST, fact(2, "home", date(2015, 2, 1), None, owned=True)]

    assert breaches(ZIGUI, facts, date(2015, 1, 31)) == []
    assert breaches(ZIGUI, facts, date(2015, 2, 1)) == [
        Breach(Cause.BOUGHT_HOME, date(2015, 2, 1), date(2015, 2, 1), 2)
    ]


def test_a_home_that_was_sold_is_none() -> None:
    facts = [
        POST,
        fact(2, "home", date(2015, 2, 1), None, owned=True),
        fact(3, "home", date(2015, 5, 1), None, owned=False),
    ]

    assert breaches(ZIGUI, facts, date(2015, 6, 1)) == []


def test_who_left_has_three_months_to_be_employed_again() -> None:
    ended = fact(1, "employment", date(2012, 1, 1), date(2015, 3, 31), employer="zg-qugu")

    assert breaches(ZIGUI, [ended], date(2015, 6, 29)) == []
    assert breaches(ZIGUI, [ended], date(2015, 6, 30)) == [
        Breach(Cause.LEFT, date(2015, 3, 31), date(2015, 6, 30), 1)
    ]
    again = fact(4, "employment", date(2015, 5, 1), None, employer="zg-diyuan")
    assert breaches(ZIGUI, [ended, again], date(2015, 12, 1)) == []


def test_a_departure_ends_a_post_that_was_left_open() -> None:
    gone = fact(5, "departure", date(2015, 3, 31), None, reason="resigned")

    assert breaches(ZIGUI, [POST, gone], date(2015, 7, 1)) == [
        Breach(Cause.LEFT, date(2015, 3, 31), date(2015, 6, 30), 5)
    ]


def test_what_is_not_recorded_proves_nothing() -> None:
    assert breaches(ZIGUI, [], date(2015, 7, 1)) == []
