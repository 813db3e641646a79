"""What of a record facts of some kinds can change (信息项的影响范围), so that not all of it is derived again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from juxian.core.facts.schema import Schema


@dataclass(frozen=True, slots=True)
class Reach:
    """fields: of the profile, those that may change. kinds: of facts, all those that these fields are derived from."""

    fields: frozenset[str]
    kinds: frozenset[str]


def reach_of(kinds: Iterable[str], schema: Schema) -> Reach | None:
    """None when they reach further than the profile: what a record should hold, statements that may contradict one another,
    attributes of organisations.
    """
    changed = frozenset(kinds)
    single = any(schema.kinds[kind].single for kind in changed if kind in schema.kinds)
    if single or any(changed & {wanted.kind, *wanted.unless} for wanted in schema.wanted):
        return None
    fields = {
        name: field.derive
        for name, field in schema.profile.items()
        if any(rule.kind in changed for rule in field.derive)
    }
    rules = [rule for derive in fields.values() for rule in derive]
    if any("." in rule.field for rule in rules):
        return None
    return Reach(frozenset(fields), changed | {rule.kind for rule in rules})
