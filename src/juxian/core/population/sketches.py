"""The outline of each made-up person (人物轮廓): birth, studies, employer, hiring, in an order that can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle
from random import Random
from typing import Any

from juxian.core.dates import add_years, whole_years
from juxian.core.population.careers import EMPLOYERS_OF_RANK, RANK_OF_EMPLOYER, Career, career_for
from juxian.core.population.dealing import deal, some_of
from juxian.core.population.draws import Choose, Draw
from juxian.core.population.plan import KNOWN, YOUNGEST, Traits
from juxian.core.population.reading import OrganisationLike

DEFAULT_AGE = (22, 60)
ADULT = 18
_GENDER: Draw = Choose(("female", "male"), (48, 52))
_DEGREE: Draw = Choose(("bachelor", "college", "master"), (5, 3, 1))
_CHAINS = {"master": ("bachelor", "master"), "doctor": ("bachelor", "master", "doctor")}
_USUAL_AGE = {"primary": 12, "junior_high": 15, "college": 21, "bachelor": 22, "master": 25, "doctor": 29}
_LEAST_AGE = {"primary": 12, "junior_high": 15, "college": 20, "bachelor": 20, "master": 22, "doctor": 25}
_STUDY_YEARS = {"bachelor": 4, "master": 3, "doctor": 4}


@dataclass(slots=True)
class FactDraft:
    """A fact as it will be recorded (信息项草稿): canonical value, evidence and state of verification."""

    kind: str
    value: dict[str, Any]
    since: date
    until: date | None = None
    evidence: str = ""
    verification: str = "unverified"
    verified_by: str = ""


@dataclass(slots=True)
class Sketch:
    """One person before the record is written out.

    studies: (degree, day of graduation), earliest first. known: parts of the record that exist, see ``KNOWN``.
    extra: facts that the recipe asks for. ended: day on which the employment ended (离岗).
    """

    gender: str
    birth: date
    studies: list[tuple[str, date]]
    school_tags: list[str] | None
    bachelor_school_tags: list[str] | None
    title_level: str | None
    employer: str
    employer_kinds: tuple[str, str]
    rank: str
    career: Career
    hired: date
    nationality: str
    known: set[str]
    employment: dict[str, Any]
    extra: list[FactDraft] = field(default_factory=list)
    ended: date | None = None
    taken: int = 0

    @property
    def degree(self) -> str:
        return self.studies[-1][0]

    def own(self, word: str) -> Any:
        """What ``{own: word}`` stands for (draws.OWN); None when the person has none."""
        return {
            "employer": self.employer,
            "degree": self.degree,
            "school_tags": self.school_tags,
            "title_level": self.title_level,
        }[word]


@dataclass(frozen=True)
class Setting:
    """What is the same for all persons of a pack: the last day and the organisations by code."""

    as_of: date
    organisations: Mapping[str, OrganisationLike]


def sketch_people(traits: Traits, number: int, rng: Random, setting: Setting) -> Iterator[Sketch]:
    """``number`` persons with ``traits``, deterministic in ``rng``; shares of ``known`` are exact."""
    columns = {
        "gender": deal(traits.gender or _GENDER, number, rng),
        "degree": deal(traits.degree or _DEGREE, number, rng),
        "school_tags": _optional(traits.school_tags, number, rng),
        "bachelor_school_tags": _optional(traits.bachelor_school_tags, number, rng),
        "title_level": _optional(traits.title_level, number, rng),
        "rank": _optional(traits.rank, number, rng),
    }
    overrides = {name: deal(draw, number, rng) for name, draw in traits.employment.items()}
    known = {word: some_of(number, traits.known.get(word, share), rng) for word, share in KNOWN.items()}
    dealer = _Dealer(traits, rng, setting)
    for index in range(number):
        row = {name: values[index] for name, values in columns.items()}
        yield _sketch(
            traits,
            row,
            dealer.next(row["rank"]),
            {word for word, having in known.items() if index in having},
            {name: values[index] for name, values in overrides.items()},
            rng,
            setting,
        )


class _Dealer:
    """Deals out employers evenly; a rank that is drawn goes to those that have such people, where there are any."""

    def __init__(self, traits: Traits, rng: Random, setting: Setting) -> None:
        self._all = traits.employers
        self._fits = isinstance(traits.rank, Choose)
        self._setting = setting
        self._turn = int(rng.random() * len(self._all)) if self._all else 0
        self._turns: dict[str | None, Iterator[str]] = {}

    def next(self, rank: str | None) -> str:
        key = rank if self._fits else None
        if key not in self._turns:
            self._turns[key] = self._rotation(key)
        return next(self._turns[key])

    def _rotation(self, rank: str | None) -> Iterator[str]:
        codes = (
            [code for code in self._all if rank is None or self._has(code, rank)] or list(self._all) or [""]
        )
        start = self._turn % len(codes)
        return cycle(codes[start:] + codes[:start])

    def _has(self, code: str, rank: str) -> bool:
        entry = self._setting.organisations[code]
        return bool({entry.kind, entry.employer_kind} & EMPLOYERS_OF_RANK.get(rank, frozenset()))


def _optional(draw: Draw | None, number: int, rng: Random) -> list[Any]:
    return deal(draw, number, rng) if draw else [None] * number


def _sketch(
    traits: Traits,
    row: Mapping[str, Any],
    employer: str,
    known: set[str],
    employment: dict[str, Any],
    rng: Random,
    setting: Setting,
) -> Sketch:
    entry = setting.organisations.get(employer)
    kinds = (entry.kind, entry.employer_kind) if entry else ("", "")
    rank = row["rank"] or RANK_OF_EMPLOYER.get(kinds[1], "professional")
    birth, studies, hired = _life(rng, traits, row["degree"], setting.as_of)
    return Sketch(
        gender=row["gender"],
        birth=birth,
        studies=studies,
        school_tags=row["school_tags"],
        bachelor_school_tags=row["bachelor_school_tags"],
        title_level=row["title_level"],
        employer=employer,
        employer_kinds=kinds,
        rank=rank,
        career=career_for(rng, rank, kinds),
        hired=hired,
        nationality=traits.nationality,
        known=known,
        employment=employment,
    )


def _life(rng: Random, traits: Traits, degree: str, as_of: date) -> tuple[date, list[tuple[str, date]], date]:
    """Birth within the ages, then graduation, then hiring.

    Where a recipe's ages and days of hiring leave no room, the oldest age is taken and studies are brought forward,
    then hiring is put off; ages and the order of days hold in any case.
    """
    low, high = traits.age or DEFAULT_AGE
    first_hired, last_hired = (traits.hired.first, traits.hired.last) if traits.hired else (None, as_of)
    last_hired = min(last_hired, as_of)
    least = _LEAST_AGE.get(degree, ADULT)
    birth = _birth(rng, low, high, add_years(last_hired, -least), as_of)
    usual = _graduation(rng, birth, degree)
    if traits.hired is None:
        first_hired = min(usual, last_hired)
        last_hired = min(last_hired, add_years(first_hired, 8))
    first = min(first_hired or last_hired, last_hired)
    earliest = usual if usual <= last_hired else add_years(birth, least)
    hired = day_between(rng, max(first, earliest) if earliest <= last_hired else first, last_hired)
    hired = max(hired, add_years(birth, YOUNGEST))
    return birth, _studies(degree, birth, min(usual, _summer_before(hired))), hired


def _birth(rng: Random, low: int, high: int, latest: date, as_of: date) -> date:
    first = add_years(as_of, -high - 1) + timedelta(days=1)
    if whole_years(first, as_of) > high:
        first += timedelta(days=1)
    last = add_years(as_of, -low)
    return day_between(rng, first, max(first, min(last, latest)))


def _graduation(rng: Random, birth: date, degree: str) -> date:
    """The June in which the degree is usually taken; some are a year or two late."""
    year = birth.year + _USUAL_AGE.get(degree, ADULT) + (birth.month >= 9)
    late = rng.random()
    return date(year + (1 if late < 0.2 else 0) + (1 if late < 0.06 else 0), 6, 15 + int(rng.random() * 16))


def _summer_before(hired: date) -> date:
    this_year = date(hired.year, 6, 20)
    return this_year if this_year <= hired else date(hired.year - 1, 6, 20)


def _studies(degree: str, birth: date, graduated: date) -> list[tuple[str, date]]:
    chain = _CHAINS.get(degree, (degree,))
    days = [graduated]
    for later in reversed(chain[1:]):
        days.append(add_years(days[-1], -_STUDY_YEARS[later]))
    return list(zip(chain, reversed(days), strict=True))


def day_between(rng: Random, first: date, last: date) -> date:
    """A day drawn evenly, both ends inclusive; ``first`` when the span is empty."""
    span = last.toordinal() - first.toordinal()
    return date.fromordinal(first.toordinal() + int(rng.random() * (span + 1))) if span > 0 else first
