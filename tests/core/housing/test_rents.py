"""Rents of published rules, worked out by hand (R41–R50), and what holds for every rent."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.housing.rent import (
    MARKET_RENT,
    Rent,
    RentPeriod,
    Space,
    Unsettled,
    charge,
    for_days,
    parts_of,
    rent_of,
    rent_plan,
)
from juxian.core.housing.snapshot import Snapshot
from juxian.core.housing.words import Payer, Price
from juxian.core.packs import find_packs_dir, load_pack

GALLERY = load_pack(find_packs_dir() / "gallery")
DAY = date(2024, 6, 1)
SIXTY = Space(6000, 2500)  # 60 m² at 25 yuan per m² and month: 1,500 yuan on the market


def monthly(
    scheme: str, space: Space = SIXTY, term: int = 1, year: int = 1, **values: Any
) -> int | Unsettled:
    found = rent_of(GALLERY.housing.schemes[scheme], Snapshot(DAY, values), GALLERY.schema, space, term, year)
    return found.monthly_fen if isinstance(found, Rent) else found


@pytest.mark.parametrize(
    ("term", "year", "fen"),
    [(1, 1, 15000), (1, 3, 15000), (2, 1, 45000), (2, 2, 75000), (2, 3, 150000)],
)
def test_linyi_begins_at_a_tenth_and_rises_by_year(term: int, year: int, fen: int) -> None:
    assert monthly("r41-linyi", term=term, year=year) == fen


def test_suqian_takes_six_yuan_per_square_metre() -> None:
    assert monthly("r42-suqian", Space(8965)) == 53790  # 89.65 m² × 6 yuan


def test_yongtai_is_paid_in_thirds_that_add_up() -> None:
    found = rent_of(GALLERY.housing.schemes["r47-yongtai"], Snapshot(DAY, {}), GALLERY.schema, Space(5000))

    assert isinstance(found, Rent)
    assert found.monthly_fen == 100000  # 50 m² × 20 yuan
    assert found.parts == {Payer.PERSON: 33334, Payer.EMPLOYER: 33333, Payer.GOVERNMENT: 33333}


def test_area_above_the_standard_is_at_the_full_price() -> None:
    ninety = Space(9000, 2500)

    assert monthly("r49-unnamed", ninety, talent_level="e", living_subsidy=False) == 75000 + 75000
    assert monthly("r49-unnamed", ninety, talent_level="e", living_subsidy=True) == 120000 + 75000
    assert monthly("r49-unnamed", ninety, talent_level="b") == 75000


def test_guangzhou_standards_follow_the_class() -> None:
    hundred = Space(10000, 2500)

    assert monthly("r50-guangzhou", hundred, guangzhou_class="gz_elite") == 0
    assert (
        monthly("r50-guangzhou", hundred, guangzhou_class="gz_backbone", degree="bachelor") == 112500 + 25000
    )


def test_a_missing_fact_never_gives_a_later_row() -> None:
    assert monthly("r49-unnamed", talent_level="e") == Unsettled(("living_subsidy",))
    assert monthly("r49-unnamed", Space(6000), talent_level="e", living_subsidy=True) == Unsettled(
        (MARKET_RENT,)
    )


def test_no_row_for_a_third_term_is_said() -> None:
    assert monthly("r41-linyi", term=3) == Unsettled((), no_row=True)


def test_the_plan_of_a_term_has_a_period_for_each_rent() -> None:
    scheme = GALLERY.housing.schemes["r41-linyi"]
    plan = rent_plan(
        scheme,
        Snapshot(DAY, {}),
        GALLERY.schema,
        SIXTY,
        term=2,
        since=date(2024, 2, 29),
        until=date(2027, 2, 28),
    )

    assert not isinstance(plan, Unsettled)
    assert [(one.since, one.until, one.rent.monthly_fen) for one in plan] == [
        (date(2024, 2, 29), date(2025, 2, 28), 45000),
        (date(2025, 2, 28), date(2026, 2, 28), 75000),
        (date(2026, 2, 28), date(2027, 2, 28), 150000),
    ]


@given(
    st.integers(1, 60),
    st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    st.sampled_from(sorted(GALLERY.housing.schemes)),
)
def test_a_plan_covers_the_term_without_gaps(months: int, since: date, name: str) -> None:
    from juxian.core.dates import add_months

    until = add_months(since, months)
    plan = rent_plan(
        GALLERY.housing.schemes[name],
        Snapshot(DAY, {"talent_level": "e", "living_subsidy": False, "degree": "master", "guangzhou_class": "gz0"}),
        GALLERY.schema, SIXTY, term=1, since=since, until=until,
    )  # fmt: skip
    if isinstance(plan, Unsettled):
        return

    assert plan[0].since == since
    assert plan[-1].until == until
    assert all(one.until == two.since for one, two in itertools.pairwise(plan))
    assert all(
        isinstance(one, RentPeriod) and sum(one.rent.parts.values()) == one.rent.monthly_fen for one in plan
    )


@given(st.integers(0, 10**7), st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_parts_add_up_to_the_rent(fen: int, shares: list[int]) -> None:
    payers = dict(zip(Payer, shares, strict=False))

    parts = parts_of(fen, payers)

    assert sum(parts.values()) == fen
    assert list(parts) == list(payers)


@given(st.integers(0, 10**5), st.integers(0, 10**5), st.integers(0, 3000))
def test_a_charge_is_the_exact_product_rounded_half_up(price: int, area: int, share: int) -> None:
    exact = price * area * share  # over 100 × 1000

    assert abs(charge(Price.MARKET, price, area, share) * 100_000 - exact) * 2 <= 100_000
    assert charge(Price.FLAT, price, area, 1000) == price


@given(st.integers(0, 10**6), st.dates(date(2020, 1, 1), date(2020, 12, 31)), st.integers(0, 31))
def test_days_of_a_month_never_cost_more_than_the_month(fen: int, start: date, days: int) -> None:
    from juxian.core.dates import add_months

    until = add_months(start, 1)
    cut = min(until, date.fromordinal(start.toordinal() + days))

    part = for_days(fen, start, cut, start, until)

    assert 0 <= part <= fen
    assert for_days(fen, start, until, start, until) == fen
    assert abs(part + for_days(fen, cut, until, start, until) - fen) <= 1
