"""Ages now and in ten years, and who reaches an age when."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from juxian.core.indicators.ages import AGE_BANDS, in_bands, median_age, reaching

DAY = date(2025, 6, 30)
births = st.dictionaries(
    st.integers(1940, 2009).map(lambda year: date(year, 6, 30)), st.integers(1, 9), max_size=5
)


def test_a_birthday_on_the_day_counts() -> None:
    born = {date(1994, 6, 30): 1, date(1994, 7, 1): 2, date(1964, 6, 30): 4}

    assert in_bands(born, DAY) == [2, 1, 0, 0, 0, 0, 0, 4]


def test_ten_years_on_everybody_is_ten_years_older() -> None:
    assert in_bands({date(1990, 1, 1): 3}, date(2035, 6, 30)) == [0, 0, 0, 3, 0, 0, 0, 0]


def test_reaching_sixty_by_year_of_the_birthday() -> None:
    born = {date(1965, 12, 31): 1, date(1966, 1, 1): 2, date(1968, 2, 29): 4}

    assert reaching(born, 60, 2025, 5) == [1, 2, 0, 4, 0]


def test_the_median_is_an_age_that_somebody_has() -> None:
    assert median_age({date(1980, 1, 1): 1, date(1990, 1, 1): 1, date(2000, 1, 1): 1}, DAY) == 35
    assert median_age({}, DAY) is None


@given(births)
def test_everybody_is_in_one_band(born) -> None:
    assert sum(in_bands(born, DAY)) == sum(born.values())
    assert len(in_bands(born, DAY)) == len(AGE_BANDS)
