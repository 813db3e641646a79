"""Several benefits of one person together, after stacking and caps (叠加之后).

Benefits that share a group or a cap form a *cluster*; what one cluster gives does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from juxian.core.policy.decisions import Decision, decide
from juxian.core.policy.entitlements import Verdict, judged
from juxian.core.policy.lint.axes import axes_of
from juxian.core.policy.lint.grid import Grid, first, size_of
from juxian.core.policy.lint.parts import Partition, View, by_truth, rules_of, split, views_on
from juxian.core.policy.lint.places import Desk
from juxian.core.policy.rulebook import Ceiling, Item, Rulebook

Row = Mapping[str, Any]
MORE_LIMIT = 512  # combinations of one cluster's own facts that are tried beside those of another


def clusters(book: Rulebook) -> list[frozenset[int]]:
    """Places of benefits that bear on each other: by a group, by a cap, or as versions of one benefit."""
    links = [group.members for group in book.groups] + [ceiling.members for ceiling in book.ceilings]
    found = [frozenset([place]) for place in range(len(book.items))]
    for members in [*links, *(tuple(places) for places in book.keys.values())]:
        touched = [cluster for cluster in found if not cluster.isdisjoint(members)]
        if len(touched) > 1:
            found = [cluster for cluster in found if cluster not in touched]
            found.append(frozenset().union(*touched))
    return sorted(found, key=min)


@dataclass(frozen=True)
class Joint:
    """The benefits at ``places`` of a rulebook on one grid of all their fields."""

    book: Rulebook
    places: frozenset[int]
    grid: Grid
    views: Sequence[View]

    @classmethod
    def over(cls, book: Rulebook, places: frozenset[int], desk: Desk) -> Joint | None:
        """All of ``places`` on one grid; None where that would have too many cells."""
        items = [book.items[place] for place in sorted(places)]
        axes = axes_of(rules_of(items, ceilings_of(book, places)), desk.at)
        return None if size_of(axes) > desk.limit else joint_of(book, places, desk)

    @cached_property
    def parts(self) -> list[tuple[int, dict[int, Decision]]]:
        """(cells, place → decision after stacking and caps), each decided by the reference evaluator."""
        partition: Partition = {(): self.grid.full}
        for view in self.views:
            partition = split(partition, _by_offer(view))
        for ceiling in self.ceilings:
            if ceiling.cap.unless is not None:
                partition = split(partition, by_truth(self.grid.truth(ceiling.cap.unless.clause), self.grid))
        return [(mask, self.decisions(self.grid.row(first(mask)))) for mask in partition.values()]

    @property
    def items(self) -> list[Item]:
        return [self.book.items[place] for place in sorted(self.places)]

    @property
    def ceilings(self) -> list[Ceiling]:
        return ceilings_of(self.book, self.places)

    def decisions(self, row: Row) -> dict[int, Decision]:
        decided = decide(self.book, row, self.grid.at.schema)
        return {place: decided[place] for place in self.places}

    @cached_property
    def totals(self) -> dict[int, int]:
        """Fen that a person gets in all → cells; cells in which a fact is missing are left out."""
        found: dict[int, int] = {}
        for mask, decisions in self.parts:
            total = total_fen(self.book, decisions)
            if total is not None:
                found[total] = found.get(total, 0) | mask
        return found

    def total_of(self, row: Row) -> int | None:
        return total_fen(self.book, self.decisions(row))


def least_gain(
    book: Rulebook, cluster: frozenset[int], row: Row, low: Row, high: Row, desk: Desk
) -> dict[str, Any]:
    """Values of the fields that only ``cluster`` reads, with which it gains least from ``low`` to ``high``."""
    items = [book.items[place] for place in sorted(cluster)]
    known = {**row, **low}
    axes = [
        axis
        for axis in axes_of(rules_of(items, ceilings_of(book, cluster)), desk.at)
        if axis.field not in known
    ]
    grid = Grid(axes, desk.at, MORE_LIMIT)
    desk.cells += grid.size
    joint = Joint(book, cluster, grid, [])
    best: tuple[int, dict[str, Any]] | None = None
    for cell in range(grid.size):
        own = grid.row(cell)
        less, more = (joint.total_of({**row, **own, **change}) for change in (low, high))
        if less is not None and more is not None and (best is None or more - less < best[0]):
            best = more - less, own
        if best is not None and best[0] <= 0:
            break
    return best[1] if best else {}


def joint_of(book: Rulebook, places: Iterable[int], desk: Desk) -> Joint:
    chosen = frozenset(places)
    items = [book.items[place] for place in sorted(chosen)]
    views = views_on(items, ceilings_of(book, chosen), desk)
    return Joint(book, chosen, views[0].grid, views)


def ceilings_of(book: Rulebook, places: frozenset[int]) -> list[Ceiling]:
    return [ceiling for ceiling in book.ceilings if not places.isdisjoint(ceiling.members)]


def reads(book: Rulebook, places: frozenset[int], field: str) -> bool:
    """Whether a field bears on any of the benefits."""
    items = [book.items[place] for place in places]
    return field in rules_of(items, ceilings_of(book, places)).fields


def total_fen(book: Rulebook, decisions: Mapping[int, Decision]) -> int | None:
    """What counts over the benefits of ``decisions``; None while one of them is undecided."""
    total = 0
    for places in book.keys.values():
        own = [decisions[place] for place in places if place in decisions]
        if own:
            verdict, amount, _ = judged(own)
            if verdict is Verdict.UNKNOWN or amount is None:
                return None
            total += amount
    return total


def _by_offer(view: View) -> Partition:
    """Cells by what stacking sees of a benefit."""
    found: Partition = {}
    for part in view.parts:
        offered = part.decision.offered
        key = (False,) if offered.holds is False else tuple(offered)
        found[key] = found.get(key, 0) | part.mask
    return found
