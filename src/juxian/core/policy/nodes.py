"""Every form of the rule language, as frozen data (规则语言的全部形式).

A ``Clause`` says yes, no or unknown of one row; a ``Term`` is an amount, a count, a duration or a day. Fields are named by
their English names. ``place`` is (start, end) in the author's text and takes no part in comparisons of nodes.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from juxian.core.facts.schema import Kind

Place = tuple[int, int]
Order = Literal["<", "<=", ">", ">="]
Relation = Literal["==", "!=", "<", "<=", ">", ">="]
Unit = Literal["years", "months"]


@dataclass(frozen=True, slots=True)
class Number:
    """A written whole number: ``kind`` INTEGER, MONEY (``value`` in fen) or MONTHS."""

    value: int
    kind: Kind
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Day:
    """A written day: ``2022-01-01``."""

    value: date
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The value of an INTEGER, MONEY, MONTHS or DATE field."""

    field: str
    kind: Kind
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Whole years or months from the date in ``field`` to the day of asking (周岁、满年、满月).

    ``name`` is the field that says so, e.g. ``age``; empty for ``years_since(…)``.
    """

    field: str
    unit: Unit
    name: str = ""
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Apart:
    """Whole years or months from one day to another, each a DATE field or a written day: ``years_between(出生日期, 购房日期)``.

    new_year: up to 1 January of the year of ``end`` instead. Below 0 when ``end`` lies before ``start``.
    """

    start: FieldValue | Day
    end: FieldValue | Day
    unit: Unit
    new_year: bool = False
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class ReceivedAmount:
    """Fen received before under a benefit, by id or title (已领金额); 0 when never received."""

    benefit: str
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Plus:
    left: Term
    right: Term
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Minus:
    left: Term
    right: Term
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Times:
    """A product of which at most one side carries a unit."""

    left: Term
    right: Term
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of an amount, rounded down to the fen: ``年薪 * 40%`` is 400 of 1000, ``fraction(年薪, 1, 3)`` 1 of 3."""

    whole: Term
    per_mille: int
    place: Place = dataclasses.field(default=(0, 0), compare=False)
    of: int = 1000


@dataclass(frozen=True, slots=True)
class Least:
    """``min(…)``: the smallest of the terms; unknown when any is."""

    terms: tuple[Term, ...]
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Greatest:
    """``max(…)``: the greatest of the terms; unknown when any is."""

    terms: tuple[Term, ...]
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Points:
    """The sum of a points table (积分): each row's number where its clause holds; unknown when a row is.

    ``title`` names the table; ``rows`` are (clause, whole number).
    """

    title: str
    rows: tuple[tuple[Clause, Term], ...]
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """Always yes or always no: ``是``; a row of a table without ``when``."""

    value: bool
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    """No as soon as one part is no; yes when all are; otherwise unknown."""

    parts: tuple[Clause, ...]
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Yes as soon as one part is yes; no when all are no; otherwise unknown."""

    parts: tuple[Clause, ...]
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    part: Clause
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """Two terms of one unit, or two days: ``年龄 <= 45``, ``年薪 > 5万元``; unknown when either is."""

    relation: Relation
    left: Term
    right: Term
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A term equals one of the written numbers: ``区县 in (1, 2, 3)``."""

    term: Term
    values: tuple[Number, ...]
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class LevelIs:
    """A LEVEL field is one of ``levels`` (codes): ``单位 in (医院, 高校)``."""

    field: str
    scale: str
    levels: tuple[str, ...]
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class LevelCompare:
    """A LEVEL field of an ordered scale against a threshold (不低于…): ``学历 >= 硕士``."""

    field: str
    scale: str
    order: Order
    level: str
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class LevelsCompare:
    """Two LEVEL fields of one scale: ``配偶.人才层次 > 人才层次``. ``meaning`` is the same written out, level by level."""

    field: str
    relation: Relation
    other: str
    scale: str
    meaning: Clause
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class HasAny:
    """A LEVELS field holds at least one of ``levels`` (codes): ``院校 has 双一流``."""

    field: str
    scale: str
    levels: tuple[str, ...]
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class TextIs:
    """A TEXT or ORGANISATION field is one of the written texts.

    listed: of a list by name, its title zh and en, and how many of its first are meant (0: all; negative: those after them).
    """

    field: str
    values: tuple[str, ...]
    place: Place = dataclasses.field(default=(0, 0), compare=False)
    listed: tuple[str, str, int] | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class IsTrue:
    """A BOOLEAN field says yes: ``全职``."""

    field: str
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Received:
    """The benefit, by id or title, was received before: ``received(安家补贴)``."""

    benefit: str
    place: Place = dataclasses.field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """The field is recorded; the one form that is never unknown."""

    field: str
    place: Place = dataclasses.field(default=(0, 0), compare=False)


Season = tuple[tuple[int, int], tuple[int, int]]  # (month, day) to (month, day) of each year, both included


@dataclass(frozen=True, slots=True)
class Window:
    """Whether one may apply on the day of asking (申报期限): within every bound that is set, the last day included.

    opens, closes: days. season: of each year; it may run over the new year. field: a DATE field, from ``after`` whole
    months after which until ``within`` months after which one may apply. applied: the day that counts instead.
    Not written in conditions; a benefit has one or none.
    """

    opens: date | None = None
    closes: date | None = None
    season: Season | None = None
    field: str = ""
    after: int = 0
    within: int | None = None
    applied: date | None = None
    place: Place = dataclasses.field(default=(0, 0), compare=False)


Term = (
    Number
    | Day
    | FieldValue
    | Elapsed
    | Apart
    | ReceivedAmount
    | Plus
    | Minus
    | Times
    | Share
    | Least
    | Greatest
    | Points
)
Clause = (
    Constant
    | AllOf
    | AnyOf
    | Not
    | Compare
    | OneOf
    | LevelIs
    | LevelCompare
    | LevelsCompare
    | HasAny
    | TextIs
    | IsTrue
    | Received
    | Known
    | Window
)
Node = Term | Clause

RECEIVED = "received"  # the profile field that ``received(…)`` reads; kind AMOUNTS


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly below ``node``."""
    match node:
        case AllOf(parts) | AnyOf(parts):
            return parts
        case Least(terms) | Greatest(terms):
            return terms
        case Points(_, rows):
            return tuple(part for row in rows for part in row)
        case Not(part) | LevelsCompare(meaning=part):
            return (part,)
        case Plus(left, right) | Minus(left, right) | Times(left, right) | Compare(_, left, right):
            return (left, right)
        case Apart(start, end):
            return (start, end)
        case Share(whole, _):
            return (whole,)
        case OneOf(term, _):
            return (term,)
        case _:
            return ()


def walk(node: Node) -> list[Node]:
    """``node`` and all nodes below it, from the left."""
    found = [node]
    for part in parts_of(node):
        found += walk(part)
    return found


def field_of(node: Node) -> str:
    """The stored field that a leaf reads; empty for the others."""
    match node:
        case Received() | ReceivedAmount():
            return RECEIVED
        case Window():
            return node.field
        case (
            FieldValue(name)
            | Elapsed(name)
            | LevelIs(name)
            | LevelCompare(name)
            | HasAny(name)
            | TextIs(name)
            | IsTrue(name)
            | Known(name)
        ):
            return name
        case _:
            return ""


def fields_of(node: Node) -> tuple[str, ...]:
    """Stored fields that ``node`` reads, each once, in the order they are written."""
    return tuple(dict.fromkeys(name for part in walk(node) if (name := field_of(part))))


def leaves_of(clause: Clause) -> list[Clause]:
    """The questions below ``clause`` that are not made of others."""
    match clause:
        case AllOf(parts) | AnyOf(parts):
            return [leaf for part in parts for leaf in leaves_of(part)]
        case Not(part) | LevelsCompare(meaning=part):
            return leaves_of(part)
        case _:
            return [clause]


def moved(node: Any, place: Place) -> Any:
    """The same node, standing with all below it at ``place``: what a name stands for is written where the name is."""
    if isinstance(node, tuple):
        return tuple(moved(part, place) for part in node)
    if not dataclasses.is_dataclass(node):
        return node
    values = {field.name: moved(getattr(node, field.name), place) for field in dataclasses.fields(node)}
    return dataclasses.replace(node, **{**values, "place": place})  # type: ignore[type-var]  # a dataclass, as just asked
