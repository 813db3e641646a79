"""What each node of a policy came to for one person (逐节点求值的依据).

A decision and its reasons ask nothing else of a person. ``Evaluated`` works a node out when it is asked, by the reference;
``recording.Record`` looks it up in what a generated function found of all nodes at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from juxian.core.policy import rowwise
from juxian.core.policy.nodes import Node, Points
from juxian.core.policy.rowwise import Situation


class Evidence(Protocol):
    """``row``: the canonical values of what is known of the person."""

    @property
    def row(self) -> Mapping[str, Any]: ...

    @property
    def at(self) -> Situation: ...

    def of(self, node: Node) -> Any:
        """True, False or None of a clause; the value of a term, or None."""

    def range_of(self, points: Points) -> tuple[int, int]:
        """The least and the greatest sum that a points table may come to."""


class Evaluated:
    """By the reference evaluator."""

    __slots__ = ("at", "row")

    def __init__(self, row: Mapping[str, Any], at: Situation) -> None:
        self.row, self.at = row, at

    def of(self, node: Node) -> Any:
        return rowwise.evaluate(node, self.row, self.at)

    def range_of(self, points: Points) -> tuple[int, int]:
        return rowwise.range_of(points, self.row, self.at)
