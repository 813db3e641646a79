"""Conditions over two traces (比对条件): written once, read by the plain reference and by SQL.

``holds`` is the reference for one pair; ``sql`` is the same for millions. Tests hold them to one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Side = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Same:
    """Known on both sides and equal, in any of ``columns`` crosswise: two phones each, one in common."""

    columns: tuple[str, ...]

    def holds(self, left: Side, right: Side) -> bool:
        return any(
            left[mine] != 0 and left[mine] == right[other] for mine in self.columns for other in self.columns
        )

    def sql(self, left: str, right: str) -> str:
        pairs = [(mine, other) for mine in self.columns for other in self.columns]
        return _any(f"({left}{mine} <> 0 and {left}{mine} = {right}{other})" for mine, other in pairs)


@dataclass(frozen=True, slots=True)
class Both:
    """Known on both sides, in any of ``columns``."""

    columns: tuple[str, ...]

    def holds(self, left: Side, right: Side) -> bool:
        return any(left[name] for name in self.columns) and any(right[name] for name in self.columns)

    def sql(self, left: str, right: str) -> str:
        known = [_any(f"{side}{name} <> 0" for name in self.columns) for side in (left, right)]
        return f"({known[0]} and {known[1]})"


@dataclass(frozen=True, slots=True)
class Either:
    """The mark ``column`` stands on one side at least."""

    column: str

    def holds(self, left: Side, right: Side) -> bool:
        return left[self.column] != 0 or right[self.column] != 0

    def sql(self, left: str, right: str) -> str:
        return f"({left}{self.column} <> 0 or {right}{self.column} <> 0)"


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]

    def holds(self, left: Side, right: Side) -> bool:
        return all(part.holds(left, right) for part in self.parts)

    def sql(self, left: str, right: str) -> str:
        return "(" + " and ".join(part.sql(left, right) for part in self.parts) + ")"


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Condition, ...]

    def holds(self, left: Side, right: Side) -> bool:
        return any(part.holds(left, right) for part in self.parts)

    def sql(self, left: str, right: str) -> str:
        return _any(part.sql(left, right) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition

    def holds(self, left: Side, right: Side) -> bool:
        return not self.part.holds(left, right)

    def sql(self, left: str, right: str) -> str:
        return f"(not {self.part.sql(left, right)})"


@dataclass(frozen=True, slots=True)
class Crossed:
    """``mine`` of one side equals ``other`` of the other side, either way round."""

    mine: str
    other: str

    def holds(self, left: Side, right: Side) -> bool:
        return (left[self.mine] != 0 and left[self.mine] == right[self.other]) or (
            right[self.mine] != 0 and right[self.mine] == left[self.other]
        )

    def sql(self, left: str, right: str) -> str:
        ways = [(left, right), (right, left)]
        return _any(f"({a}{self.mine} <> 0 and {a}{self.mine} = {b}{self.other})" for a, b in ways)


Condition = Same | Both | Either | All | Any | Not | Crossed


def same(*columns: str) -> Same:
    return Same(columns)


def differ(*columns: str) -> All:
    """Known on both sides and nothing in common."""
    return All((Both(columns), Not(Same(columns))))


def _any(parts: Iterable[str]) -> str:
    return "(" + " or ".join(parts) + ")"
