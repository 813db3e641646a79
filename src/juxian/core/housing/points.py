"""Points and the queue (计分轮候): a pure function of dated snapshots, built on ``core.allocation.waiting``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from juxian.core.allocation.waiting import Applicant, Criterion, WaitingList, score, waiting_list
from juxian.core.facts.schema import Schema
from juxian.core.housing.scheme import PointRule, Scheme
from juxian.core.housing.snapshot import Snapshot
from juxian.core.text import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One application in the queue (轮候申请)."""

    id: str
    applied_on: date
    snapshot: Snapshot


@dataclass(frozen=True)
class Points:
    """parts: (title, points) of each rule in its order. missing: fields that are not known; then ``total`` does not count."""

    total: int
    parts: tuple[tuple[Text, int], ...]
    missing: tuple[str, ...] = ()


def points_of(scheme: Scheme, entry: Entry, schema: Schema, day: date) -> Points:
    """The points of one application on ``day``; only the months waited depend on the day."""
    criteria = criteria_of(scheme)
    applicant = _applicant(scheme, entry, schema)
    parts, missing = score(applicant, criteria, day)
    if missing:
        return Points(0, (), _fields(scheme, missing, entry.snapshot, schema))
    return Points(sum(parts), tuple(zip((one.title for one in scheme.points), parts, strict=True)))


def queue(
    scheme: Scheme, entries: Iterable[Entry], schema: Schema, day: date, drawn: Sequence[str] = ()
) -> WaitingList:
    """The queue of a day: more points first, ties in the order of a draw (``drawn``: ids)."""
    return waiting_list(
        (_applicant(scheme, entry, schema) for entry in entries), criteria_of(scheme), day, drawn
    )


def criteria_of(scheme: Scheme) -> list[Criterion]:
    """The rules as criteria of a waiting list."""
    return [_criterion(place, rule) for place, rule in enumerate(scheme.points)]


def expected_months(place: int, freed: int, observed_months: int) -> int | None:
    """How long ``place`` (from 1) waits when ``freed`` spaces came free in the last ``observed_months``.

    Rounded up; None when none came free: then nobody can say.
    """
    return -(-place * observed_months // freed) if freed > 0 else None


def _criterion(place: int, rule: PointRule) -> Criterion:
    if rule.when is not None:
        return Criterion(_name(place), rule.title, {"yes": rule.gives})
    return Criterion(rule.reads, rule.title, rule.by_value, rule.each, rule.most)


def _name(place: int) -> str:
    return f"rule {place}"  # with a space, so that it is no field


def _applicant(scheme: Scheme, entry: Entry, schema: Schema) -> Applicant:
    answers = {
        _name(place): entry.snapshot.holds(rule.when, schema)
        for place, rule in enumerate(scheme.points)
        if rule.when is not None
    }
    values = {**entry.snapshot.values, **answers}
    return Applicant(
        entry.id, entry.applied_on, {name: value for name, value in values.items() if value is not None}
    )


def _fields(scheme: Scheme, missing: Iterable[str], snapshot: Snapshot, schema: Schema) -> tuple[str, ...]:
    """The missing criteria as fields that somebody can record."""
    named: list[str] = []
    for name in missing:
        rules = [rule for place, rule in enumerate(scheme.points) if _name(place) == name]
        named += snapshot.missing(rules[0].when, schema) if rules else [name]
    return tuple(dict.fromkeys(named))
