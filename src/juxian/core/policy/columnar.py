"""The columnar backend: each form of the language as an expression over columns (整列求值).

A clause becomes a nullable boolean column, null for unknown: polars joins nulls the way Kleene does. A term becomes a
nullable whole number or date. Elapsed years against a written number are folded into one comparison of dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce, singledispatch
from operator import and_, or_

import polars as pl

from juxian.core.dates import add_months, latest_start
from juxian.core.facts.schema import Schema
from juxian.core.policy.nodes import (
    RECEIVED,
    AllOf,
    AnyOf,
    Compare,
    Constant,
    Day,
    Elapsed,
    FieldValue,
    Greatest,
    HasAny,
    IsTrue,
    Known,
    Least,
    LevelCompare,
    LevelIs,
    Minus,
    Node,
    Not,
    Number,
    OneOf,
    Plus,
    Received,
    ReceivedAmount,
    Relation,
    Share,
    TextIs,
    Times,
    fields_of,
)
from juxian.core.policy.scales import ranked


@dataclass(frozen=True)
class Columns:
    """What lowering needs: the day, the scales, the names of benefits, and which columns have no null."""

    as_of: date
    schema: Schema
    benefit_words: Mapping[str, tuple[str, ...]]
    certain: frozenset[str]

    def words_of(self, benefit: str) -> tuple[str, ...]:
        return self.benefit_words.get(benefit, (benefit,))

    def is_certain(self, node: Node) -> bool:
        """Whether ``node`` is known for every row."""
        return isinstance(node, Known) or self.certain.issuperset(fields_of(node))


@singledispatch
def lower(node: Node, columns: Columns) -> pl.Expr:
    """The column of answers of ``node``."""
    raise TypeError(f"no rule for {type(node).__name__}")


def _wide(node: Node, columns: Columns) -> pl.Expr:
    """A term in 64 bits, for arithmetic."""
    return pl.lit(node.value, pl.Int64) if isinstance(node, Number) else lower(node, columns).cast(pl.Int64)


@lower.register
def _(node: Number, columns: Columns) -> pl.Expr:
    return pl.lit(node.value, pl.Int64)


@lower.register
def _(node: Day, columns: Columns) -> pl.Expr:
    return pl.lit(node.value, pl.Date)


@lower.register
def _(node: FieldValue, columns: Columns) -> pl.Expr:
    return pl.col(node.field)


@lower.register
def _(node: Elapsed, columns: Columns) -> pl.Expr:
    start, end = pl.col(node.field), columns.as_of
    months = (end.year - start.dt.year().cast(pl.Int64)) * 12 + end.month - start.dt.month().cast(pl.Int64)
    if (add_months(end, 0).replace(day=1) <= end) and not _is_last_day(end):
        months = months - (start.dt.day() > end.day).cast(pl.Int64)
    return months // 12 if node.unit == "years" else months


def _is_last_day(day: date) -> bool:
    return add_months(day.replace(day=1), 1).toordinal() - day.toordinal() == 1


@lower.register
def _(node: ReceivedAmount, columns: Columns) -> pl.Expr:
    return received_fen(columns.words_of(node.benefit))


@lower.register
def _(node: Plus, columns: Columns) -> pl.Expr:
    return _wide(node.left, columns) + _wide(node.right, columns)


@lower.register
def _(node: Minus, columns: Columns) -> pl.Expr:
    return _wide(node.left, columns) - _wide(node.right, columns)


@lower.register
def _(node: Times, columns: Columns) -> pl.Expr:
    return _wide(node.left, columns) * _wide(node.right, columns)


@lower.register
def _(node: Share, columns: Columns) -> pl.Expr:
    return _wide(node.whole, columns) * node.per_mille // 1000


@lower.register
def _(node: Least, columns: Columns) -> pl.Expr:
    terms = [_wide(term, columns) for term in node.terms]
    return reduce(lambda a, b: _chosen(a <= b, a, b, columns.is_certain(node)), terms)


@lower.register
def _(node: Greatest, columns: Columns) -> pl.Expr:
    terms = [_wide(term, columns) for term in node.terms]
    return reduce(lambda a, b: _chosen(a >= b, a, b, columns.is_certain(node)), terms)


def _chosen(first_wins: pl.Expr, first: pl.Expr, second: pl.Expr, certain: bool) -> pl.Expr:
    """One of two terms; null when either is null (``min_horizontal`` would leave a null out)."""
    wins = first_wins if certain else first_wins | first.is_null()
    return pl.when(wins).then(first).otherwise(second)


@lower.register
def _(node: Constant, columns: Columns) -> pl.Expr:
    return pl.lit(node.value)


@lower.register
def _(node: AllOf, columns: Columns) -> pl.Expr:
    return reduce(and_, (lower(part, columns) for part in node.parts))


@lower.register
def _(node: AnyOf, columns: Columns) -> pl.Expr:
    return reduce(or_, (lower(part, columns) for part in node.parts))


@lower.register
def _(node: Not, columns: Columns) -> pl.Expr:
    return ~lower(node.part, columns)


@lower.register
def _(node: Compare, columns: Columns) -> pl.Expr:
    match node.left, node.right:
        case Elapsed() as term, Number(value):
            return _elapsed(term, node.relation, value, columns)
        case Number(value), Elapsed() as term:
            return _elapsed(term, _MIRRORED[node.relation], value, columns)
        case FieldValue(name), Number(value):
            return _related(pl.col(name), node.relation, pl.lit(value))
        case Number(value), FieldValue(name):
            return _related(pl.col(name), _MIRRORED[node.relation], pl.lit(value))
    return _related(lower(node.left, columns), node.relation, lower(node.right, columns))


@lower.register
def _(node: OneOf, columns: Columns) -> pl.Expr:
    return reduce(or_, (lower(Compare("==", node.term, value), columns) for value in node.values))


@lower.register
def _(node: LevelIs, columns: Columns) -> pl.Expr:
    order = ranked(columns.schema.scales[node.scale])
    return _among(pl.col(node.field), sorted({order.index(level) for level in node.levels}), len(order))


@lower.register
def _(node: LevelCompare, columns: Columns) -> pl.Expr:
    order = ranked(columns.schema.scales[node.scale])
    return _related(pl.col(node.field), node.order, pl.lit(order.index(node.level)))


@lower.register
def _(node: HasAny, columns: Columns) -> pl.Expr:
    return reduce(or_, (pl.col(node.field).list.contains(level) for level in node.levels))


@lower.register
def _(node: TextIs, columns: Columns) -> pl.Expr:
    return reduce(or_, (pl.col(node.field) == value for value in node.values))


@lower.register
def _(node: IsTrue, columns: Columns) -> pl.Expr:
    return pl.col(node.field)


@lower.register
def _(node: Received, columns: Columns) -> pl.Expr:
    return was_received(columns.words_of(node.benefit))


@lower.register
def _(node: Known, columns: Columns) -> pl.Expr:
    return pl.col(node.field).is_not_null()


def was_received(words: tuple[str, ...]) -> pl.Expr:
    """Whether anything was received under one of the names; null where nothing is known of it."""
    found = reduce(or_, (pl.col(f"{RECEIVED}={word}").is_not_null() for word in words))
    return pl.when(pl.col(RECEIVED)).then(found)


def received_fen(words: tuple[str, ...]) -> pl.Expr:
    """Fen received under the names together; null where nothing is known of it."""
    total = reduce(lambda a, b: a + b, (pl.col(f"{RECEIVED}={word}").fill_null(0) for word in words))
    return pl.when(pl.col(RECEIVED)).then(total)


def _among(column: pl.Expr, places: list[int], size: int) -> pl.Expr:
    """One of some places of a scale; a run of neighbours is told from both ends."""
    first, last = places[0], places[-1]
    if len(places) == 1:
        return column == first
    if last - first + 1 == len(places):
        if first == 0:
            return column <= last
        return column >= first if last == size - 1 else (column >= first) & (column <= last)
    return reduce(or_, (column == place for place in places))


def _elapsed(term: Elapsed, relation: Relation, value: int, columns: Columns) -> pl.Expr:
    """Whole years or months against a number: the start against the last day from which so much has passed."""

    def reached(count: int) -> pl.Expr:
        months = count * 12 if term.unit == "years" else count
        return pl.col(term.field) <= _latest(columns.as_of, months)

    match relation:
        case ">=":
            return reached(value)
        case ">":
            return reached(value + 1)
        case "<":
            return ~reached(value)
        case "<=":
            return ~reached(value + 1)
        case "==":
            return reached(value) & ~reached(value + 1)
        case "!=":
            return ~(reached(value) & ~reached(value + 1))


def _latest(day: date, months: int) -> date:
    if months >= 12 * (day.year - 1):
        return date.min
    if months <= -12 * (9998 - day.year):
        return date.max
    return latest_start(day, months)


def _related(left: pl.Expr, relation: Relation, right: pl.Expr) -> pl.Expr:
    match relation:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right


_MIRRORED: dict[Relation, Relation] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
