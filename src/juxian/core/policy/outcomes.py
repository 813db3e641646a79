"""What a benefit comes to for one person when some facts are missing: an answer and a range (结果与区间).

An ``Outcome`` reads: *whether* it holds (yes, no, unknown), and *if it holds*, that its amount lies in [low, high]. The
amount is known when both ends agree. The circuit of the other engines computes the same three values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from juxian.core.money import CEILING_FEN
from juxian.core.policy.document import Hit, Table
from juxian.core.policy.rowwise import Row, Situation, all_of, any_of, evaluate

NONE_LOW, NONE_HIGH = CEILING_FEN, 0  # the range of nothing: neutral in min and max


class Outcome(NamedTuple):
    """``low``/``high`` in fen, meaningful where ``holds`` is not False."""

    holds: bool | None
    low: int = 0
    high: int = 0

    @property
    def fixed(self) -> int | None:
        """The amount if it holds; None when facts that decide it are missing."""
        return self.low if self.low == self.high else None


REFUSED = Outcome(False)


def amount_range(amount_fen: int | None) -> tuple[int, int]:
    """The range of an evaluated amount: never below 0; an unknown one can be anything."""
    if amount_fen is None:
        return 0, CEILING_FEN
    if not 0 <= amount_fen <= CEILING_FEN:
        amount_fen = min(max(amount_fen, 0), CEILING_FEN)
    return amount_fen, amount_fen


def of_table(hit: Hit, rows: Sequence[Outcome]) -> Outcome:
    """The outcome of a decision table; ``rows`` in the order of the file."""
    if hit is Hit.FIRST:
        return _first(rows)
    possible = [row for row in rows if row.holds is not False]
    certain = [row for row in rows if row.holds is True]
    holds = any_of(row.holds for row in rows)
    if not possible:
        return Outcome(False)
    if hit is Hit.HIGHEST:
        low = max(row.low for row in certain) if certain else min(row.low for row in possible)
        return Outcome(holds, low, max(row.high for row in possible))
    if hit is Hit.LOWEST:
        high = min(row.high for row in certain) if certain else max(row.high for row in possible)
        return Outcome(holds, min(row.low for row in possible), high)
    if hit is Hit.SUM:
        low = sum(row.low for row in certain) if certain else min(row.low for row in possible)
        return Outcome(holds, min(low, CEILING_FEN), min(sum(row.high for row in possible), CEILING_FEN))
    return Outcome(holds, min(row.low for row in possible), max(row.high for row in possible))


def table_for(table: Table, row: Row, at: Situation) -> Outcome:
    """The outcome of a table of amounts by itself, outside a benefit."""
    return of_table(
        table.hit,
        [
            Outcome(
                True if one.when is None else evaluate(one.when.clause, row, at),
                *amount_range(evaluate(one.give.term, row, at) if one.give else 0),
            )
            for one in table.rows
        ],
    )


def _first(rows: Sequence[Outcome]) -> Outcome:
    """From the last row upwards: a row that may hold widens what the rows below it give."""
    decides = next((row for row in rows if row.holds is not False), REFUSED)
    if decides.holds is not None:
        return decides
    holds: bool | None = False
    low, high = NONE_LOW, NONE_HIGH
    for row in reversed(rows):
        if row.holds is True:
            holds, low, high = True, row.low, row.high
        elif row.holds is None:
            holds = any_of((row.holds, holds))
            low, high = min(low, row.low), max(high, row.high)
    return Outcome(holds, low, high)


def beats(other: Outcome, own: Outcome, *, ties: bool) -> bool | None:
    """Whether ``other`` holds and is greater than ``own``; with ``ties`` also when it is equal."""
    if other.low > own.high or (ties and other.low == own.high):
        greater: bool | None = True
    elif other.high < own.low or (not ties and other.high == own.low):
        greater = False
    else:
        greater = None
    return all_of((other.holds, greater))


def either(outcomes: Iterable[Outcome]) -> Outcome:
    """One benefit under several versions of which a person falls into one."""
    possible = [outcome for outcome in outcomes if outcome.holds is not False]
    if not possible:
        return Outcome(False)
    return Outcome(
        any_of(outcome.holds for outcome in possible),
        min(outcome.low for outcome in possible),
        max(outcome.high for outcome in possible),
    )
