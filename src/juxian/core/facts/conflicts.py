"""Statements that cannot all be true (说法不一)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar

from juxian.core.facts.schema import Schema


class Statement(Protocol):
    """A fact, stored or only read."""

    @property
    def kind(self) -> Any: ...
    @property
    def value(self) -> Any: ...
    @property
    def since(self) -> Any: ...
    @property
    def until(self) -> Any: ...


S = TypeVar("S", bound=Statement)


def in_conflict(facts: Iterable[S], schema: Schema, day: date) -> dict[str, list[S]]:
    """Kind → facts of ``single`` kinds in force on ``day`` whose values contradict one another."""
    found: dict[str, list[S]] = {}
    for fact in facts:
        kind = schema.kinds.get(fact.kind)
        if kind and kind.single and fact.since <= day and (fact.until is None or fact.until > day):
            found.setdefault(fact.kind, []).append(fact)
    return {code: group for code, group in found.items() if len(group) > 1 and _contradict(group)}


def _contradict(group: Sequence[Statement]) -> bool:
    """Two facts contradict when a field that both state differs; one saying more than the other does not."""
    stated: dict[str, object] = {}
    for fact in group:
        value: Mapping[str, object] = fact.value
        for name, part in value.items():
            if name in stated and stated[name] != part:
                return True
            stated.setdefault(name, part)
    return False
