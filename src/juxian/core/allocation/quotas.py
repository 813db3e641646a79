"""Quotas of a panel (名额约束): at least, at most, by one or two attributes; can a choice still be completed?

The members are counted in *cells*: one value of the first attribute and one of the second. Whether a choice can be
completed is then a flow with lower bounds (Hoffman's circulation), exact for two attributes whatever their values; with
three it would be a hard problem, so a third is refused.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

ATTRIBUTES_LIMIT = 2
Cell = tuple[str, str]
Bounds = tuple[int, int]
_Edge = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Quota:
    """``least`` ≤ members with ``attribute`` = ``value`` ≤ ``most``. An empty value: every value of the pool by itself.

    ``Quota("employer", most=1)``: one from each employer; ``Quota("discipline", "内科", least=2)``. ``most`` None: no limit.
    """

    attribute: str
    value: str = ""
    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Quotas:
    """The quotas of one panel of ``size`` members."""

    size: int
    quotas: tuple[Quota, ...] = ()

    @property
    def attributes(self) -> tuple[str, ...]:
        """Attributes that a quota speaks of, in the order of the quotas."""
        return tuple(dict.fromkeys(quota.attribute for quota in self.quotas))

    def bounds(self, axis: int, words: tuple[str, ...]) -> Bounds:
        """(least, most) members of one value of the attribute number ``axis`` (0 or 1).

        words: the values of quotas that speak of it: ``("", value)``, or ``(value,)`` when nobody in the pool has it.
        """
        least, most = 0, self.size
        for quota in self._of_axis[axis]:
            if quota.value in words:
                least = max(least, quota.least)
                most = most if quota.most is None else min(most, quota.most)
        return least, most

    @cached_property
    def _of_axis(self) -> tuple[list[Quota], list[Quota]]:
        first, second = (*self.attributes, "", "")[:2]
        return (
            [quota for quota in self.quotas if quota.attribute == first],
            [quota for quota in self.quotas if quota.attribute == second],
        )

    def completion(self, taken: Mapping[Cell, int], able: Mapping[Cell, int]) -> Counter[Cell] | None:
        """A panel that contains ``taken``, by cell, out of all the ``able`` (taken ones included); None if there is none."""
        if len(self.attributes) < 2:
            return self._filled(taken, able)
        edges: list[_Edge] = [("total", "panel", self.size, self.size)]
        for axis in (0, 1):
            present = {cell[axis] for cell in able}
            for value in present | {quota.value for quota in self._of_axis[axis] if quota.value}:
                least, most = self.bounds(axis, ("", value) if value in present else (value,))
                ends = ("panel", f"0{value}") if axis == 0 else (f"1{value}", "total")
                edges.append((*ends, least, min(most, self.size)))
        edges += [(f"0{cell[0]}", f"1{cell[1]}", taken.get(cell, 0), able[cell]) for cell in able]
        flow = circulation(edges)
        return None if flow is None else Counter({cell: flow[f"0{cell[0]}", f"1{cell[1]}"] for cell in able})

    def _filled(self, taken: Mapping[Cell, int], able: Mapping[Cell, int]) -> Counter[Cell] | None:
        """With one attribute counting suffices: what is taken or held first, the other seats in any way."""
        panel, most = Counter[Cell](), dict[Cell, int]()
        for cell, there in able.items():
            least, limit = self.bounds(0, ("", cell[0]))
            panel[cell], most[cell] = max(least, taken.get(cell, 0)), min(limit, there)
        absent = {quota.value for quota in self._of_axis[0] if quota.value} - {cell[0] for cell in able}
        if any(self.bounds(0, (value,))[0] for value in absent):
            return None
        left = self.size - panel.total()
        if left < 0 or any(panel[cell] > most[cell] for cell in able):
            return None
        for cell in able:
            more = min(left, most[cell] - panel[cell])
            panel[cell], left = panel[cell] + more, left - more
        return None if left else panel

    def without(self, quota: Quota) -> Quotas:
        """The same panel with one quota let go."""
        return Quotas(self.size, tuple(other for other in self.quotas if other != quota))


def circulation(edges: Sequence[_Edge]) -> dict[tuple[str, str], int] | None:
    """A flow through ``(from, to, least, most)`` that keeps every bound and loses nothing; None if there is none.

    At most one edge joins two nodes. Augmenting shortest paths; the panels it serves have tens of members.
    """
    if any(least > most for _, _, least, most in edges):
        return None
    room: defaultdict[str, dict[str, int]] = defaultdict(dict)
    surplus: Counter[str] = Counter()
    for start, end, least, most in edges:
        room[start][end] = most - least
        room[end][start] = 0
        surplus[end] += least
        surplus[start] -= least
    for node, amount in surplus.items():
        ends = ("+", node) if amount > 0 else (node, "-")
        room[ends[0]][ends[1]] = abs(amount)
        room[ends[1]][ends[0]] = 0
    open_amount = sum(amount for amount in surplus.values() if amount > 0)
    while open_amount:
        path = _path(room)
        if path is None:
            return None
        push = min(room[start][end] for start, end in path)
        for start, end in path:
            room[start][end] -= push
            room[end][start] += push
        open_amount -= push
    return {(start, end): most - room[start][end] for start, end, _, most in edges}


def _path(room: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str]] | None:
    """A shortest way from ``+`` to ``-`` along edges with room."""
    came: dict[str, str] = {"+": ""}
    queue = deque(["+"])
    while queue:
        node = queue.popleft()
        for after, left in room.get(node, {}).items():
            if left and after not in came:
                came[after] = node
                queue.append(after)
        if "-" in came:
            return _steps(came)
    return None


def _steps(came: Mapping[str, str]) -> list[tuple[str, str]]:
    steps, node = [], "-"
    while came[node]:
        steps.append((came[node], node))
        node = came[node]
    return steps
