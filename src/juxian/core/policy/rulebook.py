"""All policies of a place on one day, laid out for evaluation (当日政策全册).

The order of stages is the same in every backend: each benefit alone (version, who, table, own cap) → received before
(``once_in_life``, ``deduct_earlier``) → groups in the order they first appear → caps of the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from juxian.core.facts.schema import Kind, Schema
from juxian.core.policy.document import Benefit, Cap, Policy, StackingRule, Version
from juxian.core.policy.nodes import (
    RECEIVED,
    AllOf,
    Clause,
    Compare,
    Constant,
    Day,
    FieldValue,
    Window,
    fields_of,
)
from juxian.core.policy.rowwise import Situation

GROUP_RULES = (StackingRule.HIGHEST, StackingRule.FIRST, StackingRule.CHOOSE_ONE)


@dataclass(frozen=True, eq=False)
class Item:
    """A benefit under one version. ``in_force`` asks whether the person falls under that version.

    window: when one may apply, of the benefit. once, deducted: names under which an earlier receipt counts; empty where the rule is not used.
    """

    policy: Policy
    version: Version
    benefit: Benefit
    in_force: Clause
    once: tuple[str, ...] = ()
    deducted: tuple[str, ...] = ()
    window: Window | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.policy.id, self.benefit.id


@dataclass(frozen=True, slots=True)
class Group:
    """Benefits that stack; ``members`` are places in the rulebook, earlier named first."""

    name: str
    rule: StackingRule
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A cap of one version over its benefits, in their order."""

    cap: Cap
    members: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Rulebook:
    """Everything in force on ``as_of``; ``benefit_words``: any name of a benefit → all its names.

    applied: the day that windows of applying are asked for; None is the day of asking.
    """

    as_of: date
    items: tuple[Item, ...]
    groups: tuple[Group, ...]
    ceilings: tuple[Ceiling, ...]
    benefit_words: Mapping[str, tuple[str, ...]]
    memories: dict[int, tuple[Schema, dict[Any, Any]]] = field(
        default_factory=dict
    )  # by id of a schema, which is kept
    applied: date | None = None

    def situation(self, schema: Schema) -> Situation:
        """What evaluation under this rulebook needs besides a row."""
        kept, memory = self.memories.get(id(schema)) or self.memories.setdefault(id(schema), (schema, {}))
        found: Situation | None = memory.get((Situation, self.as_of))
        if found is None:
            found = Situation(self.as_of, kept, self.benefit_words, memory)
            memory[Situation, self.as_of] = found
        return found

    def together(self, places: Iterable[int]) -> frozenset[int]:
        """``places`` and all that share a group with them, directly or through others."""
        found = set(places)
        for _ in self.groups:
            for group in self.groups:
                if not found.isdisjoint(group.members):
                    found.update(group.members)
        return frozenset(found)

    def on(self, policies: tuple[Policy, ...], day: date) -> Rulebook:
        """The rulebook of another day; quick where the same versions are in force."""
        before, after = (_in_force_on(policies, some_day) for some_day in (self.as_of, day))
        if [id(version) for _, version, _ in before] == [id(version) for _, version, _ in after]:
            return replace(self, as_of=day)
        return rulebook(policies, day, self.applied)

    @cached_property
    def keys(self) -> dict[tuple[str, str], tuple[int, ...]]:
        """(policy, benefit) → places of its items, one for each version that may apply."""
        found: dict[tuple[str, str], tuple[int, ...]] = {}
        for place, item in enumerate(self.items):
            found[item.key] = (*found.get(item.key, ()), place)
        return found

    @property
    def fields(self) -> tuple[str, ...]:
        """Stored profile fields that any rule reads."""
        found: dict[str, None] = {}
        for item in self.items:
            found.update(dict.fromkeys(fields_of(item.in_force)))
            found.update(dict.fromkeys(item.benefit.who.fields if item.benefit.who else ()))
            found.update(dict.fromkeys(fields_of(item.window) if item.window else ()))
            for row in item.benefit.table.rows:
                found.update(dict.fromkeys(row.when.fields if row.when else ()))
                found.update(dict.fromkeys(row.give.fields if row.give else ()))
            found.update({RECEIVED: None} if item.once or item.deducted else {})
        for ceiling in self.ceilings:
            found.update(dict.fromkeys(ceiling.cap.unless.fields if ceiling.cap.unless else ()))
        return tuple(found)


def rulebook(policies: Iterable[Policy], as_of: date, applied: date | None = None) -> Rulebook:
    """The rulebook of ``policies`` in their order; kept for the next call with the same objects."""
    return _rulebook(tuple(policies), as_of, applied)


@lru_cache(maxsize=128)
def _rulebook(policies: tuple[Policy, ...], as_of: date, applied: date | None) -> Rulebook:
    words = benefit_words(policies)
    laid_out = _in_force_on(policies, as_of)
    pairs = [(policy, version, benefit) for policy, version, _ in laid_out for benefit in version.benefits]
    names = _names_in_groups(pairs, words)
    items = tuple(
        _item(policy, version, benefit, in_force, names, applied)
        for policy, version, in_force in laid_out
        for benefit in version.benefits
    )
    return Rulebook(as_of, items, _groups(items), _ceilings(items), words, applied=applied)


def _in_force_on(policies: tuple[Policy, ...], as_of: date) -> list[tuple[Policy, Version, Clause]]:
    """Versions that may apply to somebody who asks on ``as_of``, with the question whether they do."""
    return [
        (policy, version, in_force)
        for policy in policies
        for version in policy.versions
        if (in_force := _in_force(version, as_of)) != Constant(False)
    ]


def benefit_words(policies: Iterable[Policy]) -> dict[str, tuple[str, ...]]:
    """Id and titles of each benefit → all names that it was recorded under; a shared title means all who share it."""
    benefits = [benefit for policy in policies for version in policy.versions for benefit in version.benefits]
    names: dict[str, dict[str, None]] = {}
    for benefit in benefits:
        own = [word for word in (benefit.id, benefit.title.zh, benefit.title.en) if word]
        for word in own:
            names.setdefault(word, {}).update(dict.fromkeys(own))
    return {word: tuple(found) for word, found in names.items()}


def _in_force(version: Version, as_of: date) -> Clause:
    if not version.applies_by:
        return Constant(version.since <= as_of and (version.until is None or as_of < version.until))
    day = FieldValue(version.applies_by, Kind.DATE)
    begun = Compare(">=", day, Day(version.since))
    if version.until is None:
        return begun
    return AllOf((begun, Compare("<", day, Day(version.until))))


def _names_in_groups(
    pairs: Iterable[tuple[Policy, Version, Benefit]], words: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Group → every name under which one of its benefits may have been received, the group's own included."""
    found: dict[str, dict[str, None]] = {}
    for _, _, benefit in pairs:
        for stacking in benefit.stacking:
            names = found.setdefault(stacking.group, {stacking.group: None})
            names.update(dict.fromkeys((benefit.id, *words.get(benefit.id, ()))))
    return {group: tuple(names) for group, names in found.items()}


def _item(
    policy: Policy,
    version: Version,
    benefit: Benefit,
    in_force: Clause,
    names: Mapping[str, tuple[str, ...]],
    applied: date | None,
) -> Item:
    def of(rule: StackingRule) -> tuple[str, ...]:
        groups = [stacking.group for stacking in benefit.stacking if stacking.rule is rule]
        return tuple(dict.fromkeys(name for group in groups for name in names[group]))

    once, deducted = of(StackingRule.ONCE_IN_LIFE), of(StackingRule.DEDUCT_EARLIER)
    window = benefit.window and replace(benefit.window, applied=applied)
    return Item(policy, version, benefit, in_force, once, deducted, window)


def _groups(items: tuple[Item, ...]) -> tuple[Group, ...]:
    members: dict[tuple[str, StackingRule], list[int]] = {}
    for place, item in enumerate(items):
        for stacking in dict.fromkeys(item.benefit.stacking):
            if stacking.rule in GROUP_RULES:
                members.setdefault((stacking.group, stacking.rule), []).append(place)
    return tuple(
        Group(name, rule, tuple(places)) for (name, rule), places in members.items() if len(places) > 1
    )


def _ceilings(items: tuple[Item, ...]) -> tuple[Ceiling, ...]:
    places: dict[int, list[int]] = {}
    versions: dict[int, Version] = {}
    for place, item in enumerate(items):
        places.setdefault(id(item.version), []).append(place)
        versions[id(item.version)] = item.version
    return tuple(
        Ceiling(cap, tuple(places[key])) for key, version in versions.items() for cap in version.caps
    )
