"""Outcomes of whole columns (整列的结果与区间): what ``outcomes`` is for one person.

An outcome is an answer (null = unknown) and, if it holds, the two ends of its amount in fen. Where no fact can be missing
nothing is null and both ends are one expression, which is most of the speed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from juxian.core.money import CEILING_FEN
from juxian.core.policy.document import Hit
from juxian.core.policy.outcomes import NONE_HIGH, NONE_LOW


def fen(amount_fen: int) -> pl.Expr:
    return pl.lit(amount_fen, pl.Int64)


@dataclass(frozen=True)
class Range:
    """Expressions of one outcome. certain: ``holds`` is never null. masked: ``low`` is 0 wherever it does not hold."""

    holds: pl.Expr
    low: pl.Expr
    high: pl.Expr
    certain: bool
    masked: bool = False

    @property
    def fixed(self) -> bool:
        """Whether the amount is known in every row: both ends are one expression."""
        return self.low is self.high

    @property
    def settled(self) -> bool:
        return self.certain and self.fixed

    @property
    def sure(self) -> pl.Expr:
        return self.holds if self.certain else self.holds.fill_null(False)

    @property
    def may(self) -> pl.Expr:
        return self.holds if self.certain else self.holds.fill_null(True)

    @property
    def least(self) -> pl.Expr:
        """What it gives at least, 0 unless it surely holds."""
        return self.low if self.masked else pl.when(self.sure).then(self.low).otherwise(fen(0))

    @property
    def most(self) -> pl.Expr:
        return self.least if self.settled else pl.when(self.may).then(self.high).otherwise(fen(0))


def of_table(hit: Hit, rows: Sequence[Range]) -> Range:
    """The outcome of a decision table; see ``outcomes.of_table``."""
    match hit:
        case Hit.FIRST:
            return _first(rows)
        case Hit.HIGHEST:
            return _highest(rows)
        case Hit.LOWEST:
            return _lowest(rows)
        case Hit.SUM:
            return _sum(rows)
    return either(rows)


def chosen(rows: Sequence[Range], values: Sequence[pl.Expr], otherwise: pl.Expr) -> pl.Expr:
    """The value of the first row that holds; all rows certain."""
    found = otherwise
    for row, value in zip(reversed(rows), reversed(values), strict=True):
        found = pl.when(row.holds).then(value).otherwise(found)
    return found


def _first(rows: Sequence[Range]) -> Range:
    holds = any_holds(rows)
    if all(row.settled for row in rows):
        amount = chosen(rows, [row.low for row in rows], fen(0))
        return Range(holds, amount, amount, True)
    low, high = fen(NONE_LOW), fen(NONE_HIGH)
    for row in reversed(rows):
        if row.certain:
            low = pl.when(row.holds).then(row.low).otherwise(low)
            high = pl.when(row.holds).then(row.high).otherwise(high)
        else:
            wider_low, wider_high = pl.min_horizontal(row.low, low), pl.max_horizontal(row.high, high)
            low = pl.when(row.sure).then(row.low).when(row.may).then(wider_low).otherwise(low)
            high = pl.when(row.sure).then(row.high).when(row.may).then(wider_high).otherwise(high)
    return Range(holds, low, high, all(row.certain for row in rows))


def _highest(rows: Sequence[Range]) -> Range:
    sure = pl.max_horizontal(*(pl.when(row.sure).then(row.low).otherwise(NONE_HIGH) for row in rows))
    if all(row.settled for row in rows):
        return Range(any_holds(rows), sure, sure, True)
    possible = either(rows)
    low = pl.when(reduce(or_, (row.sure for row in rows))).then(sure).otherwise(possible.low)
    return Range(possible.holds, low, possible.high, possible.certain)


def _lowest(rows: Sequence[Range]) -> Range:
    sure = pl.min_horizontal(*(pl.when(row.sure).then(row.high).otherwise(NONE_LOW) for row in rows))
    if all(row.settled for row in rows):
        return Range(any_holds(rows), sure, sure, True)
    possible = either(rows)
    high = pl.when(reduce(or_, (row.sure for row in rows))).then(sure).otherwise(possible.high)
    return Range(possible.holds, possible.low, high, possible.certain)


def _sum(rows: Sequence[Range]) -> Range:
    sure = _added(row.least for row in rows)
    if all(row.settled for row in rows):
        return Range(any_holds(rows), sure, sure, True)
    possible = either(rows)
    low = pl.when(reduce(or_, (row.sure for row in rows))).then(sure).otherwise(possible.low)
    return Range(possible.holds, low, _added(row.most for row in rows), possible.certain)


def either(rows: Sequence[Range]) -> Range:
    """Any of several of which at most one should hold: the versions of a benefit, the rows of a UNIQUE table."""
    if len(rows) == 1:
        return rows[0]
    low = pl.min_horizontal(*(pl.when(row.may).then(row.low).otherwise(NONE_LOW) for row in rows))
    high = pl.max_horizontal(*(pl.when(row.may).then(row.high).otherwise(NONE_HIGH) for row in rows))
    return Range(any_holds(rows), low, high, all(row.certain for row in rows))


def any_holds(rows: Sequence[Range]) -> pl.Expr:
    return reduce(or_, (row.holds for row in rows))


def beats(other: Range, own: Range, *, ties: bool) -> pl.Expr:
    """Whether ``other`` holds and is greater; null where facts or ranges leave it open. See ``outcomes.beats``."""
    if other.fixed and own.fixed:
        return other.holds & (other.low >= own.low if ties else other.low > own.low)
    if ties:
        greater = pl.when(other.low >= own.high).then(True).when(other.high < own.low).then(False)
    else:
        greater = pl.when(other.low > own.high).then(True).when(other.high <= own.low).then(False)
    return other.holds & greater


def _added(amounts: object) -> pl.Expr:
    return reduce(lambda a, b: a + b, amounts).clip(upper_bound=CEILING_FEN)  # type: ignore[call-overload,no-any-return]
