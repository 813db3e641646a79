"""How much an agreement weighs (权重): Fellegi–Sunter levels, m and u learnt by Splink from the register itself.

Every comparison is a list of levels, the first that holds counts; the conditions are those of ``conditions``, so that
Splink, DuckDB and the reference give a pair the same weight. Source: Fellegi and Sunter, A Theory for Record Linkage,
JASA 64 (1969).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log2
from typing import Any as Value

from juxian.core.identity.linking.conditions import (
    All,
    Any,
    Both,
    Condition,
    Not,
    Side,
    differ,
    same,
)
from juxian.core.identity.linking.signs import ONE_CHARACTER, SAME_BY_EAR, SAME_NAME, SAME_SOUND

LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Level:
    """m: share among records of one person that agree so; u: share among records of two persons, both above 0."""

    name: str
    condition: Condition
    m: float
    u: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """known: when it says anything at all. otherwise: (m, u) where no level holds."""

    name: str
    known: Condition
    levels: tuple[Level, ...]
    otherwise: tuple[float, float]

    def level_of(self, left: Side, right: Side) -> str:
        """Name of the level, ``else``, or empty where nothing is known."""
        if not self.known.holds(left, right):
            return ""
        return next((level.name for level in self.levels if level.condition.holds(left, right)), "else")


# m and u below serve registers too small to learn from; measured on generated rosters (benchmarks/linking.py)
COMPARISONS: tuple[Comparison, ...] = (
    Comparison("name", Both(("name",)), (
        Level("rare", All((SAME_NAME, same("rare"))), 0.55, 4e-6),
        Level("same", SAME_NAME, 0.36, 3e-4),
        Level("sound", SAME_SOUND, 0.05, 8e-4),
        Level("near", Any((SAME_BY_EAR, ONE_CHARACTER)), 0.03, 8e-3),
    ), (0.01, 0.99)),
    Comparison("number", Any((Both(("number",)), Both(("first15",)), Both(("tail4",)))), (
        Level("same", same("number"), 0.90, 1e-7),
        Level("first15", same("first15"), 0.05, 2e-6),
        Level("ends", All((same("tail4"), Not(differ("region4")))), 0.03, 1e-4),
    ), (0.02, 0.9999)),
    Comparison("document", Any((Both(("passport",)), Both(("permit",)))), (
        Level("same", Any((same("passport"), same("permit"))), 0.85, 1e-7),
    ), (0.15, 0.9999999)),
    Comparison("birth", Both(("birth_year",)), (
        Level("day", same("birth_day"), 0.90, 8e-5),
        Level("month", All((same("birth_month"), Not(Both(("birth_day",))))), 0.06, 2.4e-3),
        Level("year", All((same("birth_year"), Not(Both(("birth_month",))))), 0.02, 0.03),
    ), (0.02, 0.967)),
    Comparison("phone", Both(("phone",)), (
        Level("same", same("phone", "phone_also"), 0.85, 1e-5),
    ), (0.15, 0.99999)),
    Comparison("email", Both(("email",)), (
        Level("same", same("email", "email_also"), 0.90, 1e-6),
    ), (0.10, 0.999999)),
    Comparison("employer", Both(("employer",)), (Level("same", same("employer"), 0.80, 0.01),), (0.20, 0.99)),
    Comparison("school", Both(("school",)), (Level("same", same("school"), 0.90, 0.01),), (0.10, 0.99)),
    Comparison("native_place", Both(("native_place",)), (
        Level("same", same("native_place"), 0.85, 0.02),
    ), (0.15, 0.98)),
    Comparison("gender", Both(("gender",)), (Level("same", same("gender"), 0.99, 0.5),), (0.01, 0.5)),
)  # fmt: skip
BLOCKS: tuple[tuple[str, ...], ...] = (
    ("number",),
    ("first15",),
    ("passport",),
    ("permit",),
    ("phone",),
    ("email",),
    ("sound", "birth_month"),
    ("sound", "employer"),
    ("sound", "school"),
    ("sound", "tail4"),
    ("birth_day", "near"),
    ("birth_day", "surname", "employer"),
)
# blocks with one column on each side
CROSSED_BLOCKS: tuple[tuple[str, str], ...] = (("phone", "phone_also"), ("turned", "sound"))

# a row that says hardly more than a rare name is compared with those who bear it and are known better
RARE_BLOCK = (
    "{l}.name = {r}.name and {l}.rare = 1 and {r}.rare = 1 and ({l}.birth_year = 0) <> ({r}.birth_year = 0)"
)


@dataclass(frozen=True)
class Weights:
    """m and u for every level. prior: log2 odds that two records drawn at random are one person.

    parameters: comparison → level → (m, u); what is missing stands as in ``COMPARISONS``.
    """

    prior: float = -16.0
    parameters: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)

    def of(self, comparison: Comparison, level: str) -> float:
        """log2(m / u) of one level; 0 where nothing is known."""
        if not level:
            return 0.0
        m, u = self.parameters.get(comparison.name, {}).get(level) or _stated(comparison, level)
        return log2(max(m, LEAST) / max(u, LEAST))

    def between(self, left: Side, right: Side) -> float:
        """The match weight of a pair in bits; the same for the two sides exchanged."""
        return self.prior + sum(self.of(item, item.level_of(left, right)) for item in COMPARISONS)

    def as_json(self) -> dict[str, object]:
        return {
            "prior": self.prior,
            "parameters": {
                name: {level: list(pair) for level, pair in levels.items()}
                for name, levels in self.parameters.items()
            },
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Value]) -> Weights:
        """The inverse of ``as_json``."""
        return cls(
            float(found["prior"]),
            {
                name: {level: (float(pair[0]), float(pair[1])) for level, pair in levels.items()}
                for name, levels in found["parameters"].items()
            },
        )


def weight_sql(weights: Weights, left: str = "l.", right: str = "r.") -> str:
    """``weights.between`` as one SQL expression."""
    return f"({weights.prior!r}::double) + " + " + ".join(
        _case(item, weights, left, right) for item in COMPARISONS
    )


def _case(item: Comparison, weights: Weights, left: str, right: str) -> str:
    whens = [f"when not {item.known.sql(left, right)} then 0::double"]
    whens += [
        f"when {level.condition.sql(left, right)} then {weights.of(item, level.name)!r}::double"
        for level in item.levels
    ]
    return f"(case {' '.join(whens)} else {weights.of(item, 'else')!r}::double end)"


def _stated(comparison: Comparison, level: str) -> tuple[float, float]:
    return next(((item.m, item.u) for item in comparison.levels if item.name == level), comparison.otherwise)


def block_sql(left: str = "l", right: str = "r") -> list[str]:
    """Conditions of which a pair must meet one to be compared at all."""
    rules = [
        " and ".join(f"{left}.{name} = {right}.{name} and {left}.{name} <> 0" for name in block)
        for block in BLOCKS
    ]
    rules += [f"{left}.{a} = {right}.{b} and {left}.{a} <> 0" for a, b in CROSSED_BLOCKS]
    return [*rules, RARE_BLOCK.format(l=left, r=right)]
