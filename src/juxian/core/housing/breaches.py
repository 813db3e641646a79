"""What the facts say about a tenant (从信息项发现退出事由): bought a home, left and was not employed again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from juxian.core.dates import add_months
from juxian.core.facts.profile import FactRecord
from juxian.core.housing.scheme import Scheme
from juxian.core.housing.words import Cause


@dataclass(frozen=True, slots=True)
class Breach:
    """A cause that holds. since: the day from which it is true; due: the day on which it became a cause.

    fact: id of the fact that says so.
    """

    cause: Cause
    since: date
    due: date
    fact: int | None


def breaches(scheme: Scheme, facts: Iterable[FactRecord], day: date) -> list[Breach]:
    """Causes of the scheme that the facts prove on ``day``; a fact that is not known proves nothing."""
    known = [fact for fact in facts if fact.since <= day]
    found = [*_bought_home(known, day), *_left(known, day)]
    return [
        Breach(cause, since, due, fact)
        for cause, since, fact in found
        if cause in scheme.leaving.causes
        and (due := add_months(since, scheme.leaving.causes[cause].after_months)) <= day
    ]


def _bought_home(facts: list[FactRecord], day: date) -> Iterator[tuple[Cause, date, int | None]]:
    homes = [fact for fact in facts if fact.kind == "home" and fact.in_force(day)]
    newest = max(homes, key=lambda fact: fact.since, default=None)
    if newest is not None and newest.value.get("owned") is True:
        yield Cause.BOUGHT_HOME, newest.since, newest.id


def _left(facts: list[FactRecord], day: date) -> Iterator[tuple[Cause, date, int | None]]:
    """Employed once, not any more: since the end of the last employment, or the departure that ends it."""
    posts = [fact for fact in facts if fact.kind == "employment"]
    gone = [fact for fact in facts if fact.kind == "departure"]
    last_departure = max(gone, key=lambda fact: fact.since, default=None)
    standing = [fact for fact in posts if fact.in_force(day)]
    if last_departure is not None:
        standing = [fact for fact in standing if fact.since > last_departure.since]
    if not posts or standing:
        return
    ends = [(fact.until, fact.id) for fact in posts if fact.until is not None and fact.until <= day]
    ends += [(last_departure.since, last_departure.id)] if last_departure is not None else []
    if ends:
        since, fact_id = max(ends, key=lambda end: end[0])
        yield Cause.LEFT, since, fact_id
