"""The leaves of a circuit as columns of one population, in small whole numbers with their bounds (电路输入列)."""

from __future__ import annotations

from datetime import date

import polars as pl

from juxian.core.policy.circuit.leaves import TRUTH_LEAVES, Board, Leaf, LeafKind, Limits
from juxian.core.policy.nodes import RECEIVED
from juxian.core.policy.population import Population
from juxian.core.policy.rulebook import Rulebook

DAY_ZERO = date(1970, 1, 1)  # day 0 of a DAY leaf, so that 1880 to 2059 fit into 16 bits
WORDS = {8: pl.Int8(), 16: pl.Int16(), 32: pl.Int32(), 64: pl.Int64()}
_SHORT_DAYS = 2**15 - 1
_LONG_DAYS = 2**22  # 11,483 years


def width_of(low: int, high: int) -> int:
    """Bits of the smallest signed word that holds both and one number more, below ``low``, for unknown."""
    for bits in WORDS:
        if -(1 << (bits - 1)) < low and high < 1 << (bits - 1):
            return bits
    raise OverflowError(f"{low} to {high} leave 64 bits")  # ``check`` refuses such terms (P210)


class Inputs:
    """Columns by leaf, null = unknown: Boolean for what is yes or no, else the smallest word that holds the bounds.

    Bounds are powers of two, so that populations of one kind have the same ones. wider: bounds of an earlier part of the same
    population, which these include.
    """

    def __init__(self, people: Population, wider: dict[Leaf, Limits] | None = None) -> None:
        self.people = people
        self.columns: dict[Leaf, pl.Series] = {}
        self.limits: dict[Leaf, Limits] = {}
        self._wider = wider or {}

    def board(self, book: Rulebook) -> Board:
        """An empty circuit that reads these columns."""
        schema, day_zero = self.people.schema, DAY_ZERO.toordinal()
        return Board.empty(book.as_of, schema, book.benefit_words, self.limits_of, day_zero)

    def limits_of(self, leaf: Leaf) -> Limits:
        """Bounds of a leaf; its column is made ready by asking."""
        if leaf not in self.limits:
            column = _column(leaf, self.people)
            limits = _limits(leaf, column, self.people)
            if earlier := self._wider.get(leaf):
                limits = _either(limits, earlier)
            if leaf.kind not in TRUTH_LEAVES:
                column = column.cast(WORDS[width_of(limits.low, limits.high)])
            self.limits[leaf], self.columns[leaf] = limits, column
        return self.limits[leaf]


def _column(leaf: Leaf, people: Population) -> pl.Series:
    frame = people.frame
    match leaf.kind:
        case LeafKind.RECEIVED:
            return frame[f"{RECEIVED}={leaf.detail[0]}"]
        case LeafKind.HOLDS:
            return frame[leaf.field].list.contains(leaf.detail[0])
        case LeafKind.TEXT:
            return frame[leaf.field].is_in(list(leaf.detail))
        case LeafKind.RECORDED:
            return frame[leaf.field].is_not_null()
        case LeafKind.MONTHDAY | LeafKind.MONTHEND:
            return _calendar(frame[leaf.field], ends=leaf.kind is LeafKind.MONTHEND)
    return frame[leaf.field].to_physical()


def _calendar(days: pl.Series, *, ends: bool) -> pl.Series:
    """See ``circuit.leaves.monthday`` and ``monthend``."""
    of_month = days.dt.day().cast(pl.Int32)
    if ends:
        last = days.dt.offset_by("1d").dt.day() == 1
        of_month = of_month.zip_with(last.fill_null(value=False).not_(), of_month * 0 + 31)
    return (days.dt.year() * 12 + days.dt.month().cast(pl.Int32) - 1) * 32 + of_month


def _limits(leaf: Leaf, column: pl.Series, people: Population) -> Limits:
    certain = column.null_count() == 0
    if leaf.kind in TRUTH_LEAVES:
        return Limits(0, 1, certain)
    if leaf.kind is LeafKind.LEVEL:
        return Limits(0, len(people.schema.scales[leaf.detail[0]].levels) - 1, certain)
    lowest, highest = column.min(), column.max()
    low, high = (end if isinstance(end, int) else 0 for end in (lowest, highest))
    if leaf.kind is LeafKind.DAY:
        reach = _SHORT_DAYS if low >= -_SHORT_DAYS and high <= _SHORT_DAYS else _LONG_DAYS
        return Limits(-reach, reach, certain)
    return Limits(0 if low >= 0 else -_power(-low), _power(high) if high > 0 else 0, certain)


def _power(size: int) -> int:
    """The greatest number of as many bits."""
    return (1 << size.bit_length()) - 1


def _either(one: Limits, other: Limits) -> Limits:
    return Limits(min(one.low, other.low), max(one.high, other.high), one.certain and other.certain)
