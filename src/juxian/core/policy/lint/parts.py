"""One benefit over a grid, in parts that the reference evaluator decides alike (逐段认定)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from juxian.core.policy.decisions import Decision, alone
from juxian.core.policy.document import Benefit
from juxian.core.policy.lint.axes import Rules
from juxian.core.policy.lint.grid import Grid, Truth, both, first
from juxian.core.policy.lint.places import Desk
from juxian.core.policy.nodes import RECEIVED, Clause, Term
from juxian.core.policy.rulebook import Ceiling, Item

Partition = dict[tuple[Any, ...], int]  # what tells cells apart → cells


@dataclass(frozen=True)
class Part:
    """Cells in which everything about a benefit comes out as in ``decision``."""

    mask: int
    decision: Decision


@dataclass(frozen=True)
class View:
    """A benefit on a grid that holds all its fields."""

    item: Item
    grid: Grid

    @cached_property
    def in_force(self) -> Truth:
        return self.grid.truth(self.item.in_force)

    @cached_property
    def who(self) -> Truth:
        """Who may have it under the version, before the table is asked."""
        asked = self.item.benefit.who
        return both([self.in_force, self.grid.truth(asked.clause)]) if asked else self.in_force

    def when(self, row: int) -> Truth:
        """The condition of one row of the table by itself."""
        asked = self.item.benefit.table.rows[row].when
        return self.grid.truth(asked.clause) if asked else Truth(self.grid.full, 0)

    @cached_property
    def parts(self) -> list[Part]:
        """Cells of those who may have it, then of those who may not and of those of whom it is not known."""
        partition: Partition = {(): self.who.yes}
        for place, row in enumerate(self.item.benefit.table.rows):
            partition = split(partition, by_truth(self.when(place), self.grid))
            if row.give is not None:
                partition = _split_where(partition, place, self.grid.values(row.give.term))
        if self.item.once or self.item.deducted:
            partition = split(partition, by_value(RECEIVED, self.grid))
        masks = [*partition.values(), self.who.no, self.grid.full & ~(self.who.yes | self.who.no)]
        return [Part(mask, self.decide(first(mask))) for mask in masks if mask]

    def decide(self, cell: int) -> Decision:
        """The reference decision, before stacking, in one cell."""
        return alone(self.item, self.grid.row(cell), self.grid.at)


def by_truth(truth: Truth, grid: Grid) -> Partition:
    unknown = grid.full & ~(truth.yes | truth.no)
    return {(True,): truth.yes, (False,): truth.no, (None,): unknown}


def by_value(field: str, grid: Grid) -> Partition:
    if field not in grid.fields:
        return {(): grid.full}
    return {(place,): grid.where(field, place) for place in range(len(grid.axis(field).values))}


def split(partition: Partition, further: Mapping[tuple[Any, ...], int]) -> Partition:
    """Both at once; parts without a cell are dropped."""
    return {
        (*key, *more): mask & other
        for key, mask in partition.items()
        for more, other in further.items()
        if mask & other
    }


def _split_where(partition: Partition, row: int, values: Mapping[Any, int]) -> Partition:
    """Split by the amount of a row where that row may hold; the row's answer is the last word of each key."""
    found: Partition = {}
    for key, mask in partition.items():
        if key[-1] is False:
            found[key] = mask
        else:
            found |= {
                (*key[:-1], ("amount", row, value), key[-1]): mask & other
                for value, other in values.items()
                if mask & other
            }
    return found


def rules_of(items: Iterable[Item], ceilings: Iterable[Ceiling] = ()) -> Rules:
    """Everything that deciding ``items`` reads of a person."""
    every = list(items)
    clauses: list[Clause] = []
    for item in every:
        clauses += [item.in_force, *(expression for _, expression in conditions_of(item.benefit))]
    clauses += [ceiling.cap.unless.clause for ceiling in ceilings if ceiling.cap.unless]
    terms: list[Term] = [row.give.term for item in every for row in item.benefit.table.rows if row.give]
    return Rules(tuple(clauses), tuple(terms), any(item.once or item.deducted for item in every))


def conditions_of(benefit: Benefit) -> Iterator[tuple[int | None, Clause]]:
    """(row of the table, condition); None is who."""
    if benefit.who is not None:
        yield None, benefit.who.clause
    for place, row in enumerate(benefit.table.rows):
        if row.when is not None:
            yield place, row.when.clause


def view_of(item: Item, desk: Desk) -> View:
    """The benefit on the grid of its own fields."""
    return View(item, desk.grid(rules_of([item]), [item]))


def views_on(items: Sequence[Item], ceilings: Sequence[Ceiling], desk: Desk) -> list[View]:
    """Several benefits on one grid of all their fields."""
    grid = desk.grid(rules_of(items, ceilings), items)
    return [View(item, grid) for item in items]
