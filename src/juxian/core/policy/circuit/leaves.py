"""The leaves of a circuit: what it reads of a person (电路的输入)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from juxian.core.facts.schema import Schema
from juxian.core.policy.circuit.gates import Circuit, Gate


class LeafKind(StrEnum):
    """How the value of a leaf is told in a number; ``detail`` of the leaf in brackets."""

    NUMBER = "number"  # an INTEGER, MONEY or MONTHS field
    DAY = "day"  # a DATE field, in days
    MONTHDAY = "monthday"  # a DATE field as 32 for each month since year 0, and its day; see ``months_apart``
    MONTHEND = "monthend"  # the same, where the last day of any month is the 31st
    LEVEL = "level"  # place of a LEVEL in ``population.ranked``; unknown for a code outside the scale [scale]
    FLAG = "flag"  # a BOOLEAN field
    HOLDS = "holds"  # whether a LEVELS field holds a code [code]
    TEXT = "text"  # whether a TEXT or ORGANISATION field is one of some texts [texts]
    RECORDED = "recorded"  # whether a field is recorded at all; never unknown
    HISTORY = "history"  # 1 where anything is known of benefits received
    WHOLE = "whole"  # the value of a field as it is recorded, None where unknown: to be told, in generated Python alone
    RECEIVED = "received"  # fen received under a name; unknown where nothing was [name]


CALENDAR_LEAVES = frozenset({LeafKind.MONTHDAY, LeafKind.MONTHEND})
LAST_MONTHDAY = (9999 * 12 + 11) * 32 + 31
TRUTH_LEAVES = frozenset({LeafKind.FLAG, LeafKind.HOLDS, LeafKind.TEXT, LeafKind.RECORDED, LeafKind.HISTORY})


def monthday(day: date) -> int:
    return (day.year * 12 + day.month - 1) * 32 + day.day


def monthend(day: date) -> int:
    """As ``monthday``; the last day of a month comes after every day of a longer one.

    Whole months from one day to another are ``(monthend(end) - monthday(start)) // 32``; see ``dates.whole_months``.
    """
    is_last = day == date.max or (day + timedelta(days=1)).day == 1
    return monthday(day) + (31 - day.day if is_last else 0)


class Leaf(NamedTuple):
    kind: LeafKind
    field: str
    detail: tuple[str, ...] = ()


class Limits(NamedTuple):
    """What a backend says of a leaf: bounds of its value where it is known, and whether it is known of everybody."""

    low: int
    high: int
    certain: bool


@dataclass(frozen=True, eq=False)
class Board:
    """A circuit under construction, with what lowering needs besides a node.

    limits: of a leaf, asked once. day_zero: ordinal of the day that is 0 in DAY leaves.
    """

    as_of: date
    schema: Schema
    benefit_words: Mapping[str, tuple[str, ...]]
    limits: Callable[[Leaf], Limits]
    day_zero: int
    circuit: Circuit
    leaves: dict[Leaf, tuple[Gate, Gate]]

    @classmethod
    def empty(
        cls,
        as_of: date,
        schema: Schema,
        benefit_words: Mapping[str, tuple[str, ...]],
        limits: Callable[[Leaf], Limits],
        day_zero: int = 0,
    ) -> Board:
        return cls(as_of, schema, benefit_words, limits, day_zero, Circuit(), {})

    def words_of(self, benefit: str) -> tuple[str, ...]:
        return self.benefit_words.get(benefit, (benefit,))

    def read(self, kind: LeafKind, field: str, *detail: str) -> tuple[Gate, Gate]:
        """(value, known) of a leaf."""
        leaf = Leaf(kind, field, detail)
        found = self.leaves.get(leaf)
        if found is None:
            place, limits = len(self.leaves), self.limits(leaf)
            value = self.circuit.input(place, limits.low, limits.high, truth=kind in TRUTH_LEAVES)
            found = (value, self.circuit.yes if limits.certain else self.circuit.known(place))
            self.leaves[leaf] = found
        return found

    def days(self, day: date) -> int:
        return day.toordinal() - self.day_zero
