from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.dates import add_months, add_years, latest_start, whole_months, whole_years

days = st.dates(date(1905, 1, 1), date(2095, 12, 31))


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2000, 2, 29), 1, date(2001, 2, 28)),
        (date(2000, 2, 29), 4, date(2004, 2, 29)),
        (date(1999, 12, 31), -1, date(1998, 12, 31)),
    ],
)
def test_adding_years_keeps_the_day_where_it_exists(day: date, years: int, expected: date) -> None:
    assert add_years(day, years) == expected


def test_the_last_day_of_a_shorter_month_stands_in() -> None:
    assert add_months(date(2023, 1, 31), 1) == date(2023, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1980, 7, 1), date(2025, 6, 30), 44),
        (date(1980, 7, 1), date(2025, 7, 1), 45),
        (date(2000, 2, 29), date(2025, 2, 27), 24),
        (date(2000, 2, 29), date(2025, 2, 28), 25),
    ],
)
def test_a_year_is_full_on_the_birthday(born: date, day: date, age: int) -> None:
    assert whole_years(born, day) == age


@given(days, days, st.integers(-60, 60))
def test_a_comparison_of_years_folds_into_one_of_dates(start: date, day: date, years: int) -> None:
    assert (whole_years(start, day) >= years) == (add_years(start, years) <= day)


@given(days, days, st.integers(-400, 400))
def test_a_comparison_of_months_folds_into_one_of_dates(start: date, day: date, months: int) -> None:
    assert (whole_months(start, day) >= months) == (add_months(start, months) <= day)


@given(days, days, st.integers(-400, 400))
def test_the_latest_start_is_the_boundary_of_full_months(start: date, day: date, months: int) -> None:
    assert (whole_months(start, day) >= months) == (start <= latest_start(day, months))
