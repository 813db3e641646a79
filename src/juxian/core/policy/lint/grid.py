"""All combinations of the values of some fields, as bits of one large number (组合与位图).

A *mask* is an int with one bit for each cell; a clause over all cells costs a few operations on ints. Leaves are asked of the
reference evaluator, so that there is no second meaning of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple

from juxian.core.policy.lint.axes import Axis
from juxian.core.policy.nodes import AllOf, AnyOf, Clause, Constant, Node, Not, Term, fields_of
from juxian.core.policy.rowwise import Situation, evaluate


class Truth(NamedTuple):
    """Cells in which a clause holds, and those in which it does not; it is unknown in the rest."""

    yes: int
    no: int


@dataclass(frozen=True)
class _Laid:
    """One axis in the grid: the value changes every ``stride`` cells."""

    axis: Axis
    stride: int


class Grid:
    """The product of ``axes``, thinned until it has at most ``limit`` cells (``thinned`` tells)."""

    def __init__(self, axes: Sequence[Axis], at: Situation, limit: int) -> None:
        kept = list(axes)
        self.thinned = False
        while size_of(kept) > limit:
            self.thinned = True
            place = max(range(len(kept)), key=lambda place: len(kept[place].values))
            kept[place] = replace(kept[place], values=_thinner(kept[place].values))
        self.at = at
        self.size = size_of(kept)
        self.full = (1 << self.size) - 1
        self.exact = not self.thinned and all(axis.exact for axis in kept)
        self._laid: dict[str, _Laid] = {}
        stride = 1
        for axis in kept:
            self._laid[axis.field] = _Laid(axis, stride)
            stride *= len(axis.values)
        self._masks: dict[tuple[str, int], int] = {}
        self._truths: dict[Clause, Truth] = {}

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self._laid)

    def axis(self, field: str) -> Axis:
        return self._laid[field].axis

    def stride(self, field: str) -> int:
        return self._laid[field].stride

    def where(self, field: str, place: int) -> int:
        """Cells in which ``field`` has the value at ``place`` of its axis."""
        key = (field, place)
        if key not in self._masks:
            laid = self._laid[field]
            stride, count = laid.stride, len(laid.axis.values)
            block = ((1 << stride) - 1) << (place * stride)
            period = stride * count
            repeats = ((1 << self.size) - 1) // ((1 << period) - 1)
            self._masks[key] = block * repeats
        return self._masks[key]

    def row(self, cell: int) -> dict[str, Any]:
        """The profile of a cell; what is unrecorded there is left out."""
        found = {}
        for name, laid in self._laid.items():
            value = laid.axis.values[cell // laid.stride % len(laid.axis.values)]
            if value is not None:
                found[name] = value
        return found

    def truth(self, clause: Clause) -> Truth:
        """Kleene's answer of a clause in every cell."""
        match clause:
            case Constant(value):
                return Truth(self.full, 0) if value else Truth(0, self.full)
            case Not(part):
                inner = self.truth(part)
                return Truth(inner.no, inner.yes)
            case AllOf(parts):
                return both(self.truth(part) for part in parts) if parts else Truth(self.full, 0)
            case AnyOf(parts):
                yes, no = 0, self.full
                for part in parts:
                    inner = self.truth(part)
                    yes, no = yes | inner.yes, no & inner.no
                return Truth(yes, no)
            case _:
                return self._leaf(clause)

    def values(self, term: Term) -> dict[Any, int]:
        """Value of a term (None where it is unknown) → cells."""
        found: dict[Any, int] = {}
        for row, mask in self._corners(term):
            value = evaluate(term, row, self.at)
            found[value] = found.get(value, 0) | mask
        return found

    def _leaf(self, leaf: Clause) -> Truth:
        if leaf not in self._truths:
            yes = no = 0
            for row, mask in self._corners(leaf):
                answer = evaluate(leaf, row, self.at)
                if answer is True:
                    yes |= mask
                elif answer is False:
                    no |= mask
            self._truths[leaf] = Truth(yes, no)
        return self._truths[leaf]

    def _corners(self, node: Node) -> Iterator[tuple[dict[str, Any], int]]:
        """Each combination of the fields that ``node`` reads, with its cells."""
        names = [name for name in fields_of(node) if name in self._laid]
        for places in product(*(range(len(self._laid[name].axis.values)) for name in names)):
            mask = self.full
            row = {}
            for name, place in zip(names, places, strict=True):
                mask &= self.where(name, place)
                row[name] = self._laid[name].axis.values[place]
            yield row, mask


def both(truths: Iterator[Truth] | Sequence[Truth]) -> Truth:
    """Cells in which all hold, and those in which one does not."""
    yes, no = -1, 0
    for truth in truths:
        yes, no = yes & truth.yes, no | truth.no
    return Truth(yes, no)


def first(mask: int) -> int:
    """The first cell of a mask that has one."""
    return (mask & -mask).bit_length() - 1


def cells(mask: int, most: int) -> Iterator[int]:
    """The first ``most`` cells of a mask."""
    for _ in range(most):
        if not mask:
            return
        yield first(mask)
        mask &= mask - 1


def size_of(axes: Sequence[Axis]) -> int:
    """How many cells a grid of ``axes`` has."""
    size = 1
    for axis in axes:
        size *= max(1, len(axis.values))
    return size


def _thinner(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*values[:-1:2], values[-1]) if len(values) > 2 else values[-1:]
