"""What each node of a policy came to for one person, worked out by the reference when it is asked (逐节点求值)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from juxian.core.policy import rowwise
from juxian.core.policy.nodes import Node, Points
from juxian.core.policy.rowwise import Situation


@dataclass(frozen=True, slots=True)
class Evidence:
    """``row``: the canonical values of what is known of the person."""

    row: Mapping[str, Any]
    at: Situation

    def of(self, node: Node) -> Any:
        """True, False or None of a clause; the value of a term, or None."""
        return rowwise.evaluate(node, self.row, self.at)

    def range_of(self, points: Points) -> tuple[int, int]:
        """The least and the greatest sum that a points table may come to."""
        return rowwise.range_of(points, self.row, self.at)
