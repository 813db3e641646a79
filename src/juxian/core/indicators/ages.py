"""Ages of a staff, now and in years to come (年龄结构与退休潮), from the number of persons born on each day.

Nobody joins and nobody leaves in these figures: they say what happens if nothing is done (青黄不接).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from juxian.core.dates import add_years, whole_years


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Whole years from ``low`` to ``high``, both included; None is open."""

    low: int | None
    high: int | None

    def holds(self, age: int) -> bool:
        return (self.low is None or age >= self.low) and (self.high is None or age <= self.high)


AGE_BANDS = (
    AgeBand(None, 30),
    *(AgeBand(low, low + 4) for low in range(31, 60, 5)),
    AgeBand(61, None),
)


def in_bands(born: Mapping[date, int], day: date, bands: Sequence[AgeBand] = AGE_BANDS) -> list[int]:
    """Persons in each band on ``day``; those not born by then are in none."""
    counts = [0] * len(bands)
    for birth, number in born.items():
        if birth > day:
            continue
        age = whole_years(birth, day)
        for place, band in enumerate(bands):
            if band.holds(age):
                counts[place] += number
                break
    return counts


def reaching(born: Mapping[date, int], age: int, first_year: int, years: int) -> list[int]:
    """Persons whose ``age``-th birthday falls in each of ``years`` calendar years from ``first_year``."""
    counts = [0] * years
    for birth, number in born.items():
        place = add_years(birth, age).year - first_year
        if 0 <= place < years:
            counts[place] += number
    return counts


def median_age(born: Mapping[date, int], day: date) -> int | None:
    """The whole years that half of the persons have not passed; None without anybody."""
    ages = sorted((whole_years(birth, day), number) for birth, number in born.items() if birth <= day)
    half, passed = (sum(number for _age, number in ages) + 1) // 2, 0
    for age, number in ages:
        passed += number
        if passed >= half:
            return age
    return None
