"""The walk along the drawn order (依次选取): who is taken, who is passed over and why.

An entry is taken exactly when a full panel that contains it and all taken before it still exists. The panel is thus
the first of all valid panels in drawn order, and the walk cannot end in a dead end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import not_

from juxian.core.allocation.draw import Plan, able_cells
from juxian.core.allocation.quotas import Cell

LIMIT = "limit"  # the most of a quota is reached
HELD = "held"  # the seats left are needed for others


Skip = tuple[str, str]  # (id that was passed over, why: the code it is barred with, ``limit`` or ``held``)


@dataclass(frozen=True, slots=True)
class Round:
    """One walk from the top: the first takes the panel, each later one replaces the member who declined (递补).

    declined: empty for the first. skips: those passed over before the last one taken.
    """

    declined: str
    taken: tuple[str, ...]
    skips: tuple[Skip, ...]


@dataclass(frozen=True)
class Walk:
    """selected: members in the order of taking. complete: False when, after declines, no full panel exists any more.

    names: all ids in drawn order.
    """

    rounds: tuple[Round, ...]
    selected: tuple[str, ...]
    complete: bool
    names: Sequence[str] = field(default=(), repr=False, compare=False)


class _Panel:
    """Members taken so far; knows whether one more leaves a full panel possible."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.able = able_cells(plan)
        self.taken: Counter[Cell] = Counter()
        self.refused: dict[
            Cell, str
        ] = {}  # once refused, always refused: more members only narrow what is possible
        self.witness = self.find_witness()

    def find_witness(self) -> Counter[Cell] | None:
        """A full panel that contains what is taken; while it has room for a cell, no new one need be sought."""
        return self.plan.quotas.completion(self.taken, self.able)

    def refuses(self, cell: Cell) -> str:
        """Empty when an entry of this cell can be taken."""
        if self.witness is None:
            return HELD
        if cell in self.refused or self.witness[cell] > self.taken[cell]:
            return self.refused.get(cell, "")
        self.taken[cell] += 1
        found = self.find_witness()
        self.taken[cell] -= 1
        self.witness = found or self.witness
        if found is None:
            self.refused[cell] = LIMIT if self.is_full(cell) else HELD
        return self.refused.get(cell, "")

    def is_full(self, cell: Cell) -> bool:
        """The most of one of the cell's values is reached."""
        return any(
            sum(times for other, times in self.taken.items() if other[axis] == cell[axis])
            >= self.plan.quotas.bounds(axis, ("", cell[axis]))[1]
            for axis in range(len(self.plan.quotas.attributes))
        )

    def lose(self, cell: Cell) -> None:
        """A member declines: he is out of the panel and out of the pool."""
        self.taken[cell] -= 1
        self.able[cell] -= 1
        self.refused = {}
        self.witness = self.find_witness()


def walk(plan: Plan, order: Sequence[int], declined: Sequence[str] = ()) -> Walk:
    """Take members in ``order`` (positions), then replace each who declines by the next in the same order.

    declined: ids in the order of declining; each must be a member at that moment, else ``ValueError``.
    """
    panel, cells, members, rounds = _Panel(plan), plan.cells, list[str](), list[Round]()
    names = list(map(plan.pool.entries.__getitem__, order))
    ordered = list(map(cells.__getitem__, order))
    for number, leaver in enumerate(("", *declined)):
        if leaver and leaver not in members:
            raise ValueError(f"{leaver} is no member and cannot decline")
        if leaver:
            members.remove(leaver)
            panel.lose(cells[bisect_left(plan.pool.entries, leaver)])
        taken, skips = _fill(panel, names, ordered, frozenset((*members, *declined[:number])), len(members))
        members += taken
        rounds.append(Round(leaver, tuple(taken), tuple(skips)))
    return Walk(tuple(rounds), tuple(members), len(members) == plan.rule.size, names)


def _fill(
    panel: _Panel, names: Sequence[str], ordered: Sequence[Cell], passed: frozenset[str], count: int
) -> tuple[list[str], list[Skip]]:
    """Who is taken and who is skipped until the panel has its size; ``passed``: members and those who declined.

    names, ordered: id and cell along the drawn order.
    """
    taken, left, barred = list[str](), panel.plan.rule.size - count, panel.plan.pool.barred
    if panel.witness is None or left <= 0:
        return taken, []
    places, open_cells = (
        list[int](),
        set(ordered),
    )  # a long walk passes over what is refused without looking at it again
    for place in compress(range(len(names)), map(open_cells.__contains__, ordered)):
        entry, cell = names[place], ordered[place]
        if entry in passed or entry in barred:
            continue
        if panel.refuses(cell):
            open_cells.discard(cell)
            continue
        taken.append(entry)
        panel.taken[cell] += 1
        places.append(place)
        if len(taken) == left:
            break
    end = places[-1] + 1 if len(taken) == left else len(names)
    over = bytearray(map(not_, map(passed.__contains__, names[:end]))) if passed else bytearray(b"\1") * end
    for place in places:
        over[place] = 0
    return taken, _skipped(panel, compress(names, over), compress(ordered, over))


def _skipped(panel: _Panel, names: Iterable[str], cells: Iterable[Cell]) -> list[Skip]:
    """Those whom a walk passed over, with the reason: the code of the bar comes first."""
    barred, refused = panel.plan.pool.barred, panel.refused
    if barred:
        return [(entry, barred.get(entry) or refused[cell]) for entry, cell in zip(names, cells, strict=True)]
    return list(zip(names, map(refused.__getitem__, cells), strict=True))


def reserves(plan: Plan, order: Sequence[int], selected: Sequence[str]) -> list[str]:
    """Who comes next, in order: neither selected nor barred (候补)."""
    out = frozenset(selected) | plan.pool.barred.keys()
    names = [plan.pool.entries[place] for place in order]
    return list(compress(names, (name not in out for name in names)))
