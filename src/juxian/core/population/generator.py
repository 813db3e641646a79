"""Making the persons of a recipe (生成演示人口): the same recipe gives the same persons, exactly as many as it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Protocol

from juxian.core.dates import add_months, add_years
from juxian.core.facts.schema import Schema
from juxian.core.population.dealing import deal, take_least_taken
from juxian.core.population.draws import Own
from juxian.core.population.numbers import ResidentNumbers, passport_number
from juxian.core.population.plan import Cohort, FactRecipe, Population
from juxian.core.population.reading import OrganisationLike
from juxian.core.population.records import Codes, Record, name_person, write_facts
from juxian.core.population.sketches import ADULT, FactDraft, Setting, Sketch, day_between, sketch_people


class PlaceLike(Protocol):
    """What is needed of a pack; core.packs has the whole."""

    @property
    def number_prefix(self) -> str: ...
    @property
    def division(self) -> str: ...
    @property
    def as_of(self) -> date: ...
    @property
    def schema(self) -> Schema: ...
    @property
    def organisations(self) -> Sequence[OrganisationLike]: ...
    @property
    def population(self) -> Population | None: ...


@dataclass(slots=True)
class PersonDraft:
    """A made-up person to be registered (人员草稿); facts by day, document number in canonical form.

    cohort: id of the cohort that made the person, empty for the filler.
    """

    number: str
    name: str
    document_kind: str
    document_number: str
    facts: Sequence[FactDraft]
    cohort: str = ""


def make_people(pack: PlaceLike, size: int, first_number: int = 1) -> Iterator[PersonDraft]:
    """The persons of the pack's cohorts, whatever ``size`` is, then filler up to ``size``.

    Numbers run on from ``first_number``, e.g. ``JY00000001``. Cohorts do not depend on ``size``. No person when the
    pack has no population.
    """
    recipe = pack.population
    if recipe is None:
        return
    setting = Setting(pack.as_of, {entry.code: entry for entry in pack.organisations})
    maker = _Maker(pack, first_number)
    for sketch, cohort in _cohort_sketches(recipe, setting):
        yield maker.make(sketch, cohort, maker.stream(recipe, cohort))
    for sketch in _filler_sketches(recipe, setting, size):
        yield maker.make(sketch, "", maker.stream(recipe, ""))


def cohort_persons(pack: PlaceLike) -> int:
    """How many persons the pack's cohorts make, whatever the size asked for; 0 without a population."""
    return pack.population.cohort_persons if pack.population else 0


class _Maker:
    """Gives numbers and writes records; one stream of chance per cohort."""

    def __init__(self, pack: PlaceLike, first_number: int) -> None:
        self._pack = pack
        self._next = first_number
        self._codes = Codes(pack.schema)
        self._documents = ResidentNumbers(pack.division)
        self._streams: dict[str, Random] = {}

    def stream(self, recipe: Population, cohort: str) -> Random:
        return self._streams.setdefault(cohort, Random(f"{recipe.seed}:{cohort}:records"))

    def make(self, sketch: Sketch, cohort: str, rng: Random) -> PersonDraft:
        number = f"{self._pack.number_prefix}{self._next:08d}"
        self._next += 1
        name, ethnicity = name_person(sketch, rng, self._codes)
        if sketch.nationality:
            kind, document = "passport", passport_number(rng)
        else:
            kind, document = "resident_id", self._documents.next(rng, sketch.birth, sketch.gender)
        record = Record(sketch, number, name, ethnicity, rng, self._codes, self._pack.as_of)
        return PersonDraft(number, name, kind, document, write_facts(record), cohort)


def _cohort_sketches(recipe: Population, setting: Setting) -> list[tuple[Sketch, str]]:
    """All persons of the cohorts with their extra facts, in the order in which they are made."""
    members: dict[str, list[Sketch]] = {}
    made: list[tuple[Sketch, str]] = []
    for cohort in recipe.cohorts:
        people = _members(recipe, cohort, members, setting)
        members[cohort.id] = people
        if cohort.traits is not None:
            made += [(sketch, cohort.id) for sketch in people]
        for index, fact in enumerate(cohort.facts):
            stream = Random(f"{recipe.seed}:{cohort.id}:fact {index}")
            for position, draft in _dealt_facts(fact, people, stream, setting.as_of):
                _add(people[position], draft)
    return made


def _members(
    recipe: Population, cohort: Cohort, members: Mapping[str, list[Sketch]], setting: Setting
) -> list[Sketch]:
    stream = Random(f"{recipe.seed}:{cohort.id}:people")
    if cohort.traits is not None:
        return list(sketch_people(cohort.traits, cohort.count, stream, setting))
    pool = [sketch for name in cohort.of for sketch in members[name]]
    taken = [pool[index] for index in take_least_taken([s.taken for s in pool], cohort.count, stream)]
    for sketch in taken:
        sketch.taken += 1
    return taken


def _filler_sketches(recipe: Population, setting: Setting, size: int) -> Iterator[Sketch]:
    number = size - recipe.cohort_persons
    if recipe.filler is None or number <= 0:
        return
    people = list(sketch_people(recipe.filler.traits, number, Random(f"{recipe.seed}::people"), setting))
    for index, fact in enumerate(recipe.filler.facts):
        stream = Random(f"{recipe.seed}::fact {index}")
        for position, draft in _dealt_facts(fact, people, stream, setting.as_of):
            _add(people[position], draft)
    yield from people


def _dealt_facts(
    recipe: FactRecipe, people: Sequence[Sketch], rng: Random, as_of: date
) -> Iterator[tuple[int, FactDraft]]:
    """(position in ``people``, fact) for exactly as many persons as the recipe reaches."""
    number = min(recipe.reaches(len(people)), len(people))
    positions = range(number) if number == len(people) else sorted(rng.sample(range(len(people)), number))
    columns = {name: deal(draw, number, rng) for name, draw in recipe.value.items()}
    for row, position in enumerate(positions):
        sketch = people[position]
        value = {name: _resolved(values[row], sketch) for name, values in columns.items()}
        if recipe.kind == "insurance" and sketch.employer:
            value.setdefault("employer", sketch.employer)
        since, until = _days_of(recipe, sketch, rng, as_of)
        yield position, FactDraft(recipe.kind, _known(value), since, until)


def _resolved(value: Any, sketch: Sketch) -> Any:
    return sketch.own(value.word) if isinstance(value, Own) else value


def _known(value: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in value.items() if part is not None}


def _days_of(recipe: FactRecipe, sketch: Sketch, rng: Random, as_of: date) -> tuple[date, date | None]:
    """since and until: within the recipe's days, after hiring where they allow it, of age, never after ``as_of``."""
    since = sketch.hired
    if recipe.since is not None:
        last = min(recipe.since.last, as_of)
        first = min(max(recipe.since.first, add_years(sketch.birth, ADULT)), last)
        since = day_between(rng, max(first, sketch.hired) if sketch.hired <= last else first, last)
    if isinstance(recipe.until, int):
        return since, add_months(since, recipe.until)
    if recipe.until is not None and recipe.until <= since:
        since = recipe.until - timedelta(days=1)
    return since, recipe.until


def _add(sketch: Sketch, fact: FactDraft) -> None:
    """Give the fact to the person; who leaves is employed up to that day."""
    sketch.extra.append(fact)
    if fact.kind == "departure" and fact.since > sketch.hired:
        sketch.ended = fact.since
