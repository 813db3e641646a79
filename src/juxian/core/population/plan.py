"""The recipe of a demonstration population (演示人口配方): ``population.yaml`` as checked, frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from juxian.core.population.draws import Draw


@dataclass(frozen=True, slots=True)
class Days:
    """A day drawn evenly from ``first`` to ``last``, both inclusive."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class FactRecipe:
    """A fact for each, for ``share`` per cent or for ``count`` persons of a cohort (附加信息项).

    since: None repeats the day of hiring. until: a day, or a number of whole months after ``since``.
    value: in order of the kind's fields.
    """

    kind: str
    value: Mapping[str, Draw]
    since: Days | None = None
    until: date | int | None = None
    share: int | None = None
    count: int | None = None

    def reaches(self, persons: int) -> int:
        """How many of ``persons`` get the fact; a share is rounded half up."""
        if self.count is not None:
            return self.count
        return persons if self.share is None else (persons * self.share + 50) // 100


@dataclass(frozen=True)
class Traits:
    """What new persons are like (人群特征); None leaves it to the generator's defaults.

    employers: codes of organisations, dealt out evenly; all employers of the pack when nothing is written.
    known: per cent of persons for whom a part of the record exists, see ``KNOWN``.
    employment: fields of the employment fact that are written out, e.g. ``contract_months``.
    """

    employers: tuple[str, ...]
    age: tuple[int, int] | None = None
    gender: Draw | None = None
    degree: Draw | None = None
    school_tags: Draw | None = None
    bachelor_school_tags: Draw | None = None
    title_level: Draw | None = None
    rank: Draw | None = None
    hired: Days | None = None
    nationality: str = ""
    known: Mapping[str, int] = field(default_factory=dict)
    employment: Mapping[str, Draw] = field(default_factory=dict)


@dataclass(frozen=True)
class Cohort:
    """A group of exactly ``count`` persons (人群): new ones with ``traits``, or some of the cohorts in ``of``."""

    id: str
    count: int
    of: tuple[str, ...] = ()
    traits: Traits | None = None
    facts: tuple[FactRecipe, ...] = ()


@dataclass(frozen=True)
class Filler:
    """The rest of the register, up to the size asked for (其余人口); ``weight`` shares a total among packs."""

    traits: Traits
    weight: int = 1
    facts: tuple[FactRecipe, ...] = ()


@dataclass(frozen=True)
class Population:
    """The whole recipe; cohorts in the order in which they are made."""

    seed: int
    cohorts: tuple[Cohort, ...] = ()
    filler: Filler | None = None

    @property
    def cohort_persons(self) -> int:
        """Persons that the cohorts make, whatever the size asked for."""
        return sum(cohort.count for cohort in self.cohorts if not cohort.of)


YOUNGEST = 16  # nobody is hired younger (劳动法 第十五条)

# per cent of persons whose record has the part, where the recipe does not say
KNOWN: Mapping[str, int] = {
    "annual_review": 60,
    "contact": 97,
    "family": 55,
    "home": 70,
    "insurance": 80,
    "political": 92,
    "residence": 85,
    "school_tags": 80,
    "title_level": 85,
}
