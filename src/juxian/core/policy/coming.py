"""When time alone may change an answer, and which policies hang together (何时再问、哪些政策相连).

A person whose facts stand still need not be asked again before the day that ``next_days`` gives: on every day before it, each
comparison with a day of asking has the value that it has now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from juxian.core.dates import add_months, whole_months
from juxian.core.policy.document import Benefit, Policy, Version
from juxian.core.policy.nodes import (
    Compare,
    Elapsed,
    Node,
    Number,
    OneOf,
    Received,
    ReceivedAmount,
    Window,
    parts_of,
    walk,
)
from juxian.core.policy.rowwise import day_of, in_season

LONGEST_MONTHS = 12 * 200


@dataclass(frozen=True, slots=True)
class Steps:
    """When a stored date makes an answer turn. months: whole months after it. every: each so many months, 0 for none.

    ends: months after it, of which the last day still counts, so that the answer turns on the next.
    """

    months: tuple[int, ...] = ()
    every: int = 0
    ends: tuple[int, ...] = ()


class Calendar:
    """The next turning days under one policy; equal dates are worked out once."""

    def __init__(self, policy: Policy, as_of: date) -> None:
        self.as_of = as_of
        self.steps = steps_of(policy)
        self._known: dict[tuple[str, str], date | None] = {}

    def next_day(self, row: Mapping[str, Any]) -> date | None:
        """The first day after ``as_of`` on which time alone may change an answer; None when it never does."""
        days = [day for name in self.steps if (day := self._after(name, row.get(name))) is not None]
        return min(days, default=None)

    def _after(self, name: str, value: Any) -> date | None:
        start = day_of(value)
        if start is None:
            return None
        key = name, start.isoformat()
        if key not in self._known:
            self._known[key] = next_after(start, self.steps[name], self.as_of)
        return self._known[key]


def next_after(start: date, steps: Steps, as_of: date) -> date | None:
    """The first of the days that ``steps`` names which lies after ``as_of``."""
    days = [add_months(start, months) for months in steps.months]
    days += [add_months(start, months) + timedelta(days=1) for months in steps.ends]
    if steps.every:
        passed = whole_months(start, as_of) // steps.every * steps.every
        days += [add_months(start, passed + steps.every * count) for count in (0, 1, 2)]
    return min((day for day in days if day > as_of), default=None)


def steps_of(policy: Policy) -> dict[str, Steps]:
    """Stored date field → when it turns, over all versions of a policy."""
    months: dict[str, set[int]] = {}
    every: dict[str, int] = {}
    ends: dict[str, set[int]] = {}
    for root in _roots(policy):
        _collect(root, months, every)
    for _, window in _windows(policy):
        if window.field:
            months.setdefault(window.field, set()).add(window.after)
            ends.setdefault(window.field, set()).update(() if window.within is None else (window.within,))
    return {
        name: Steps(
            tuple(sorted(months.get(name, ()))), every.get(name, 0), tuple(sorted(ends.get(name, ())))
        )
        for name in {**months, **every}
    }


def _windows(policy: Policy) -> list[tuple[Benefit, Window]]:
    benefits = [benefit for version in policy.versions for benefit in version.benefits]
    return [(benefit, benefit.window) for benefit in benefits if benefit.window is not None]


def versions_on(policy: Policy, day: date) -> list[str]:
    """What the day alone decides, so that two days can be compared: versions in force (``since``), windows that are open."""
    in_force = [
        version.since.isoformat()
        for version in policy.versions
        if not version.applies_by and version.since <= day and (version.until is None or day < version.until)
    ]
    return in_force + [f"open {benefit.id}" for benefit, window in _windows(policy) if _is_open(window, day)]


def _is_open(window: Window, day: date) -> bool:
    begun = window.opens is None or window.opens <= day
    return begun and (window.closes is None or day <= window.closes) and in_season(window.season, day)


def connected(
    policies: Iterable[Policy], changed: Iterable[str], former: Iterable[Policy] = ()
) -> list[Policy]:
    """``changed`` and every policy whose answers hang on theirs, in the order of ``policies``.

    Two hang together when they share a group of stacking, or one asks whether something of the other was received. former:
    the texts that counted before, whose groups bind too.
    """
    every = list(policies)
    words: dict[str, set[str]] = {}
    for policy in [*every, *former]:
        words.setdefault(policy.id, set()).update(_words(policy))
    found, wanted = set[str](), set(changed)
    while wanted:
        found |= wanted
        reached = {word for id_ in wanted for word in words.get(id_, ())}
        wanted = {id_ for id_, own in words.items() if id_ not in found and not own.isdisjoint(reached)}
    return [policy for policy in every if policy.id in found]


def _words(policy: Policy) -> set[str]:
    """Groups of a policy, names of its benefits, and names of benefits that it asks for."""
    benefits = [benefit for version in policy.versions for benefit in version.benefits]
    found = {f"group {s.group}" for benefit in benefits for s in benefit.stacking}
    found |= {word for b in benefits for word in (b.id, b.title.zh, b.title.en) if word}
    nodes = (node for root in _roots(policy) for node in walk(root))
    return found | {node.benefit for node in nodes if isinstance(node, Received | ReceivedAmount)}


def _roots(policy: Policy) -> list[Node]:
    """Every condition and amount of all versions."""
    found: list[Node] = []
    for version in policy.versions:
        for benefit in version.benefits:
            found += _roots_of(benefit)
        found += _unless(version)
    return found


def _roots_of(benefit: Benefit) -> list[Node]:
    rows = benefit.table.rows
    found: list[Node] = [e.clause for e in (benefit.who, *(row.when for row in rows)) if e is not None]
    return found + [row.give.term for row in rows if row.give is not None]


def _unless(version: Version) -> list[Node]:
    return [cap.unless.clause for cap in version.caps if cap.unless is not None]


def _collect(node: Node, months: dict[str, set[int]], every: dict[str, int]) -> None:
    """Comparisons with numbers turn at those numbers; anything else that counts time may turn with each unit."""
    match node:
        case Compare(_, Elapsed() as term, Number(value)) | Compare(_, Number(value), Elapsed() as term):
            _at(term, [value], months)
        case OneOf(Elapsed() as term, values):
            _at(term, [number.value for number in values], months)
        case Elapsed() as term:
            unit = _unit(term)
            every[term.field] = min(every.get(term.field, unit), unit)
        case _:
            for part in parts_of(node):
                _collect(part, months, every)


def _at(term: Elapsed, values: Iterable[int], months: dict[str, set[int]]) -> None:
    found = months.setdefault(term.field, set())
    for value in values:
        for count in (value, value + 1):
            if 0 <= count * _unit(term) <= LONGEST_MONTHS:
                found.add(count * _unit(term))


def _unit(term: Elapsed) -> int:
    return 12 if term.unit == "years" else 1
