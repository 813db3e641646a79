"""A small place for tests: the vocabulary of the base pack, a handful of employers, a recipe as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache

from juxian.core.facts.schema import Schema
from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.population import Population, read_recipe
from juxian.core.positioned import read_yaml
from juxian.core.source import Problem, Source


@dataclass(frozen=True)
class Unit:
    code: str
    kind: str
    employer_kind: str = ""


UNITS = (
    Unit("root", "government"),
    Unit("hospital-1", "hospital", "hospital"),
    Unit("hospital-2", "hospital", "hospital"),
    Unit("school-1", "school", "school"),
    Unit("works", "enterprise", "state_enterprise"),
    Unit("bureau", "department", "party_government"),
    Unit("town", "township", "party_government"),
)


@cache
def schema() -> Schema:
    return load_pack(find_packs_dir() / "base").schema


@dataclass(frozen=True)
class Place:
    population: Population | None
    number_prefix: str = "ZZ"
    division: str = "620200"
    as_of: date = date(2022, 12, 15)
    organisations: tuple[Unit, ...] = UNITS
    schema: Schema = field(default_factory=schema)


def problems_of(text: str) -> list[Problem]:
    _, problems = read_recipe(read_yaml(Source("population.yaml", text)), schema(), UNITS)
    return problems


def recipe(text: str) -> Population:
    population, problems = read_recipe(read_yaml(Source("population.yaml", text)), schema(), UNITS)
    assert population is not None, "\n".join(problem.render("en") for problem in problems)
    return population


def place(text: str) -> Place:
    return Place(recipe(text))
