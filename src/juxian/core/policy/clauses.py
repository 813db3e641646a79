"""What a benefit can fail on, numbered, so that a sweep keeps a bit for each (未通过条款的位图).

Bit ``k`` of ``failed`` stands for ``clauses_of(item)[k]``: set where that clause is surely not met. Only a benefit whose verdict
is no has bits set. The words of a clause are made on demand, from the policy and the version that decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from juxian.core.policy.document import StackingRule
from juxian.core.policy.nodes import AllOf, Clause, Constant
from juxian.core.policy.rulebook import Item

PARTS_LIMIT = 40  # of ``who``; the rest stands together as one
_NO_CONDITION = Constant(True)


class ClauseKind(StrEnum):
    VERSION = "version"  # the version is not in force for the person
    WHO = "who"  # one part of the condition
    TABLE = "table"  # no row of the table applies
    WINDOW = "window"  # one may not apply on the day
    RECEIVED = "received"  # received before, once in life
    DISPLACED = "displaced"  # another benefit of a group is given instead


@dataclass(frozen=True, slots=True)
class ClauseBit:
    """``node`` is what is asked, for VERSION, WHO and WINDOW."""

    kind: ClauseKind
    node: Clause = _NO_CONDITION


def clauses_of(item: Item) -> tuple[ClauseBit, ...]:
    """The clauses of one benefit under one version, by bit."""
    found = [ClauseBit(ClauseKind.VERSION, item.in_force)]
    found += [ClauseBit(ClauseKind.WHO, part) for part in _parts(item)]
    found.append(ClauseBit(ClauseKind.TABLE))
    if item.window is not None:
        found.append(ClauseBit(ClauseKind.WINDOW, item.window))
    if item.once:
        found.append(ClauseBit(ClauseKind.RECEIVED))
    if any(stacking.rule in _EXCLUDING for stacking in item.benefit.stacking):
        found.append(ClauseBit(ClauseKind.DISPLACED))
    return tuple(found)


def failed_clauses(item: Item, failed: int) -> tuple[ClauseBit, ...]:
    """The clauses whose bits are set."""
    return tuple(clause for bit, clause in enumerate(clauses_of(item)) if failed >> bit & 1)


_EXCLUDING = (StackingRule.HIGHEST, StackingRule.FIRST)


def _parts(item: Item) -> tuple[Clause, ...]:
    if item.benefit.who is None:
        return ()
    whole = item.benefit.who.clause
    parts = whole.parts if isinstance(whole, AllOf) else (whole,)
    if len(parts) <= PARTS_LIMIT:
        return parts
    return (*parts[: PARTS_LIMIT - 1], AllOf(parts[PARTS_LIMIT - 1 :]))
