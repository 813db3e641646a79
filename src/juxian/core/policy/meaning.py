"""What another text of a policy changes for people (含义差异): who gains, who loses, each with a person.

Two texts may differ in every line and mean the same, or in one character and mean something else. Both are laid over one grid of
all that either of them asks; every cell in which a benefit comes out otherwise belongs to a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from juxian.core.facts.schema import Schema
from juxian.core.money import CEILING_FEN
from juxian.core.policy.document import Benefit, Policy, Version
from juxian.core.policy.entitlements import Verdict, judged
from juxian.core.policy.lint.grid import first
from juxian.core.policy.lint.joint import Joint, Row
from juxian.core.policy.lint.parts import rules_of
from juxian.core.policy.lint.people import smallest
from juxian.core.policy.lint.places import Desk
from juxian.core.policy.lint.versions import always, pair_of
from juxian.core.policy.rulebook import rulebook
from juxian.core.text import Text

LIMIT = 1 << 16  # cells of one comparison; a grid that would have more is thinned, and the result says so


class Effect(StrEnum):
    GAINS = "gains"  # gets it, or more of it
    LOSES = "loses"  # gets it no longer, or less of it


class Standing(NamedTuple):
    """How a benefit comes out for one person; amount_fen is None while undecided, 0 for a no."""

    verdict: Verdict
    amount_fen: int | None


@dataclass(frozen=True)
class Difference:
    """One way in which a benefit changes for somebody.

    since: the version of the new text that it is about. person: canonical values, as few as will do, the one whose amount
    changes most. count: cells of the grid, only to rank by.
    """

    since: date
    benefit: str
    title: Text
    effect: Effect
    before: Standing
    after: Standing
    in_kind: bool
    person: Row
    count: int


@dataclass(frozen=True)
class Meaning:
    """All differences, version by version, benefit by benefit, among people of whom everything is known.

    asks: benefit → stored fields that the new text reads and the old one did not: whose are missing is undecided from now on.
    whole: no grid had to be thinned.
    """

    differences: tuple[Difference, ...]
    asks: Mapping[str, tuple[str, ...]]
    whole: bool


def compare(before: Policy | None, after: Policy, schema: Schema, as_of: date, limit: int = LIMIT) -> Meaning:
    """What ``after`` changes against ``before`` (None: nothing was there), as seen by somebody who asks on ``as_of``.

    A version is compared with the one of the same day in the other text, else with the one that was in force then. Versions
    that only the old text has are compared with what the new text puts in their place.
    """
    found: list[Difference] = []
    asks: dict[str, dict[str, None]] = {}
    whole = True
    for since, old, new in _pairs(before, after):
        desk = Desk(rulebook((old, new), as_of).situation(schema), limit)
        joints = pair_of(old, new, desk)
        found += _differences(since, *joints)
        for benefit, fields in _newly_read(*joints).items():
            asks.setdefault(benefit, {}).update(dict.fromkeys(fields))
        whole = whole and not desk.thinned
    return Meaning(tuple(found), {benefit: tuple(fields) for benefit, fields in asks.items()}, whole)


def _pairs(before: Policy | None, after: Policy) -> Iterator[tuple[date, Policy, Policy]]:
    """(day, old, new): both as if the one version were in force for everybody."""
    days = sorted({version.since for policy in (before, after) if policy for version in policy.versions})
    for day in days:
        old = _version_from(before, day) if before else None
        new = _version_from(after, day)
        if old != new:
            yield day, _alone(before or after, old), _alone(after, new)


def _version_from(policy: Policy, day: date) -> Version | None:
    """The version that begins on ``day``, else the one in force then."""
    exact = [version for version in policy.versions if version.since == day]
    return exact[0] if exact else policy.version_on(day)


def _alone(policy: Policy, version: Version | None) -> Policy:
    return always(policy, version) if version else replace(policy, versions=())


def _differences(since: date, old: Joint, new: Joint) -> Iterator[Difference]:
    titles = {item.benefit.id: item.benefit for joint in (old, new) for item in joint.items}
    for benefit in titles.values():
        yield from _of_benefit(since, benefit, old, new)


def _newly_read(old: Joint, new: Joint) -> dict[str, list[str]]:
    """Fields that benefits of both texts read in the new one only."""
    before, after = (
        {item.benefit.id: rules_of([item]).fields for item in joint.items} for joint in (old, new)
    )
    found = {
        benefit: [name for name in fields if name not in before[benefit]]
        for benefit, fields in after.items()
        if benefit in before
    }
    return {benefit: fields for benefit, fields in found.items() if fields}


def _of_benefit(since: date, benefit: Benefit, old: Joint, new: Joint) -> Iterator[Difference]:
    before, after = _standings(old, benefit.id), _standings(new, benefit.id)
    best: dict[Effect, tuple[int, int]] = {}  # effect → (how much, cell)
    counts: dict[Effect, int] = {}
    for was, mask in before.items():
        for becomes, other in after.items():
            effect, common = effect_of(was, becomes), mask & other
            if effect is None or not common:
                continue
            counts[effect] = counts.get(effect, 0) + common.bit_count()
            size = abs((becomes.amount_fen or 0) - (was.amount_fen or 0))
            if effect not in best or size > best[effect][0]:
                best[effect] = size, first(common)
    for effect, (_size, cell) in sorted(best.items(), key=lambda item: list(Effect).index(item[0])):
        row = old.grid.row(cell)
        wanted = standing_of(old, benefit.id, row), standing_of(new, benefit.id, row)
        kept = smallest(row, partial(_comes_out, old, new, benefit.id, wanted))
        yield Difference(
            since, benefit.id, benefit.title, effect, *wanted, not benefit.is_money, kept or row, counts[effect]
        )  # fmt: skip


def _comes_out(old: Joint, new: Joint, benefit: str, wanted: tuple[Standing, Standing], row: Row) -> bool:
    return (standing_of(old, benefit, row), standing_of(new, benefit, row)) == wanted


def effect_of(before: Standing, after: Standing) -> Effect | None:
    """None too where one of them is undecided: that is no gain and no loss yet."""
    if before == after or Verdict.UNKNOWN in (before.verdict, after.verdict):
        return None
    more = (_worth(after) > _worth(before)) - (_worth(after) < _worth(before))
    return {1: Effect.GAINS, -1: Effect.LOSES, 0: None}[more]


def _worth(standing: Standing) -> tuple[bool, int]:
    return standing.verdict is Verdict.YES, min(standing.amount_fen or 0, CEILING_FEN)


def _standings(joint: Joint, benefit: str) -> dict[Standing, int]:
    found: dict[Standing, int] = {}
    for mask, decisions in joint.parts:
        standing = _standing(joint, benefit, decisions)
        found[standing] = found.get(standing, 0) | mask
    return found


def standing_of(joint: Joint, benefit: str, row: Row) -> Standing:
    return _standing(joint, benefit, joint.decisions(row))


def _standing(joint: Joint, benefit: str, decisions: dict[int, Any]) -> Standing:
    own = [decisions[place] for place in decisions if joint.book.items[place].benefit.id == benefit]
    if not own:
        return Standing(Verdict.NO, 0)
    verdict, amount, _offered = judged(own)
    return Standing(verdict, amount)
