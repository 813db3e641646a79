"""Names that stand for conditions (以名代条件): a class that a policy gives itself, a list by name.

A condition on one is written out as a condition on what its rows ask, so that every engine knows it and unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from juxian.core.facts.schema import Kind, Level, Scale
from juxian.core.policy.names import Name, NamedList
from juxian.core.policy.nodes import (
    AllOf,
    AnyOf,
    Clause,
    Compare,
    Constant,
    FieldValue,
    IsTrue,
    LevelIs,
    Not,
    Number,
    Order,
    Place,
    TextIs,
    moved,
)


def class_compared(name: Name, scale: Scale, order: Order, level: Level, place: Place) -> Clause:
    """``马尾层次 >= 市F类`` written out."""
    upwards = _from(name, scale, level.rank + (order in (">", "<=")))
    clause: Clause = moved(upwards if order in (">", ">=") else Not(upwards), place)
    return clause


def class_among(name: Name, scale: Scale, codes: Iterable[str], place: Place) -> Clause:
    """``马尾层次 in (市E类, 市F类)`` written out; levels that follow each other are asked as one."""
    ranks = sorted({scale.levels[code].rank for code in codes})
    runs = [[rank for _, rank in run] for _, run in groupby(enumerate(ranks), lambda pair: pair[1] - pair[0])]
    parts = [_between(name, scale, run[0], run[-1]) for run in runs]
    clause: Clause = moved(parts[0] if len(parts) == 1 else AnyOf(tuple(parts)), place)
    return clause


def _between(name: Name, scale: Scale, low: int, high: int) -> Clause:
    above = _from(name, scale, high + 1)
    reached = _any(clause for code, clause in name.levels if low <= scale.levels[code].rank <= high)
    return reached if above == Constant(False) else AllOf((reached, Not(above)))


def _from(name: Name, scale: Scale, rank: int) -> Clause:
    """Whether some row of a level at or above ``rank`` holds."""
    return _any(clause for code, clause in name.levels if scale.levels[code].rank >= rank)


def _any(clauses: Iterable[Clause]) -> Clause:
    """Any of them; levels of one field are asked as one."""
    parts: dict[Clause | str, Clause] = {}
    for clause in clauses:
        key = clause.field if isinstance(clause, LevelIs) else clause
        match parts.get(key), clause:
            case LevelIs(field, scale, levels), LevelIs(_, _, more):
                parts[key] = LevelIs(field, scale, (*levels, *more))
            case _:
                parts[key] = clause
    found = tuple(parts.values())
    if not found:
        return Constant(False)
    return found[0] if len(found) == 1 else AnyOf(found)


def listed_in(field: str, named: NamedList, within: int, place: Place) -> Clause:
    """Whether the text in ``field`` is one of the list, or of its first ``within``; ``otherwise`` is asked of other names."""
    title = (named.title.zh or named.id, named.title.en or named.id)

    def names(*, further: bool) -> tuple[str, ...]:
        return tuple(word for entry, at in named.entries if (0 < within < at) is further for word in entry)

    written = TextIs(field, names(further=False), place, (*title, within))
    match named.otherwise:
        case FieldValue(name, kind):
            number = Number(within, Kind.INTEGER, place)
            own: Clause = Compare("<=", FieldValue(name, kind, place), number, place)
        case IsTrue(name):
            own = IsTrue(name, place)
        case _:
            return written
    if further := names(further=True):
        own = AllOf((Not(TextIs(field, further, place, (*title, -within)), place), own), place)
    return AnyOf((written, own), place)
