"""What would turn a no into a yes: time alone, or one field (何时、差什么)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from juxian.core.dates import add_months, add_years
from juxian.core.facts.schema import Kind, Schema
from juxian.core.policy.decisions import Decision
from juxian.core.policy.document import Policy
from juxian.core.policy.explain import why_not
from juxian.core.policy.nodes import (
    Compare,
    Day,
    Elapsed,
    FieldValue,
    HasAny,
    IsTrue,
    LevelCompare,
    LevelIs,
    Node,
    Number,
    OneOf,
    Points,
    TextIs,
    Window,
    leaves_of,
    walk,
)
from juxian.core.policy.rowwise import Situation, day_of, evaluate
from juxian.core.policy.wording import UNKNOWN, field_title, value_words
from juxian.core.text import Text

HORIZON_YEARS = 60
TRIES = 80
SEASONS = 5  # years of which the opening day is tried
Verdict = Callable[[date, Mapping[str, Any]], tuple[str, int | None]]  # day, row → verdict, amount in fen


@dataclass(frozen=True, slots=True)
class Change:
    """One field that, changed from ``own`` to ``needed`` and nothing else, would give the benefit.

    Of a list of which the person has some, more: what has to come to it, less: what has to go from it.
    """

    field: str
    title: Text
    own: Text
    needed: Text
    value: Any  # canonical
    amount_fen: int | None
    more: Text | None = None
    less: Text | None = None


def turning_day(
    policies: Sequence[Policy],
    decisions: Sequence[Decision],
    row: Mapping[str, Any],
    as_of: date,
    ask: Verdict,
) -> date | None:
    """The first day on which time alone gives the benefit; every candidate day is tried. None when there is none."""
    days = sorted(
        {
            day
            for decision in decisions
            for day in (*_flips(decision, row), *_openings(decision.item.window, row, as_of))
        }
        | _new_versions(policies, as_of)
    )
    last = add_years(as_of, HORIZON_YEARS)
    for day in [day for day in days if as_of < day <= last][:TRIES]:
        if ask(day, row)[0] == "yes":
            return day
    return None


def _new_versions(policies: Sequence[Policy], as_of: date) -> set[date]:
    versions = [version for policy in policies for version in policy.versions if not version.applies_by]
    days = {day for version in versions for day in (version.since, version.until) if day is not None}
    return {day for day in days if day > as_of}


def _flips(decision: Decision, row: Mapping[str, Any]) -> Iterator[date]:
    """Days on which a comparison of elapsed years or months changes its answer."""
    benefit = decision.item.benefit
    clauses = [e.clause for e in (benefit.who, *(r.when for r in benefit.table.rows)) if e is not None]
    for clause in clauses:
        for node in walk(clause):
            match node:
                case Compare(_, Elapsed() as term, Number(value)) | Compare(
                    _, Number(value), Elapsed() as term
                ):
                    yield from _steps(term, [value], row)
                case OneOf(Elapsed() as term, values):
                    yield from _steps(term, [number.value for number in values], row)


def _openings(window: Window | None, row: Mapping[str, Any], as_of: date) -> Iterator[date]:
    """Days on which one may first apply; with a date of the person, those of each year that its months may reach."""
    if window is None or window.applied is not None:
        return
    if window.opens is not None:
        yield window.opens
    if window.season is not None:
        month, day = window.season[0]
        years = range(as_of.year, as_of.year + SEASONS)
        yield from (date(year, month, min(day, monthrange(year, month)[1])) for year in years)
    start = day_of(row.get(window.field)) if window.field else None
    if start is not None:
        yield add_months(start, window.after)


def _steps(term: Elapsed, values: Sequence[int], row: Mapping[str, Any]) -> Iterator[date]:
    start = day_of(row.get(term.field))
    if start is None:
        return
    for value in values:
        for count in (value, value + 1):
            months = count * 12 if term.unit == "years" else count
            if 0 <= months <= 12 * 200:
                yield add_months(start, months)


def nearest_changes(
    decisions: Sequence[Decision], row: Mapping[str, Any], at: Situation, ask: Verdict
) -> tuple[Change, ...]:
    """For each field that stands in the way, the nearest value that alone would give the benefit."""
    found: dict[str, Change] = {}
    tries = 0
    for leaf in _leaves(decisions, row, at):
        for name, value in _neighbours(leaf, row, at.schema):
            if name in found or tries >= TRIES:
                break
            if at.schema.tells_of_spouse((name,)):  # nobody changes the record of another
                break
            changed = {**row, name: value}
            if evaluate(leaf, changed, at) is evaluate(leaf, row, at):
                continue
            tries += 1
            verdict, amount = ask(at.as_of, changed)
            if verdict == "yes":
                type_ = at.schema.profile[name].type
                own, needed, more, less = (
                    value_words(part, type_, at.schema) if part is not None else None
                    for part in (row.get(name), value, *_parts(row.get(name), value))
                )
                found[name] = Change(
                    name,
                    field_title(name, at.schema),
                    own or UNKNOWN,
                    needed or UNKNOWN,
                    value,
                    amount,
                    more,
                    less,
                )
    return tuple(found.values())


def _parts(own: Any, value: Any) -> tuple[list[str] | None, list[str] | None]:
    """What comes to a list that is not empty, and what goes from it; None where that does not tell the whole change."""
    if not (isinstance(own, list | tuple) and own and isinstance(value, list)):
        return None, None
    more, less = ([code for code in a if code not in b] for a, b in ((value, own), (own, value)))
    return (more if more and not less else None), (less if less and not more else None)


def _leaves(decisions: Sequence[Decision], row: Mapping[str, Any], at: Situation) -> list[Node]:
    leaves: list[Node] = []
    for decision in decisions:
        if decision.in_force is False:
            continue
        benefit = decision.item.benefit
        if benefit.who is not None:
            leaves += why_not(benefit.who.clause, row, at)
        if decision.table.holds is False:
            for table_row in benefit.table.rows:
                leaves += why_not(table_row.when.clause, row, at) if table_row.when else []
    return leaves


def _neighbours(leaf: Node, row: Mapping[str, Any], schema: Schema) -> list[tuple[str, Any]]:
    """Other values of the leaf's field, nearest first. Dates that only time moves are left to ``turning_day``."""
    match leaf:
        case LevelCompare(name, scale) | LevelIs(name, scale) if name in schema.profile:
            return [(name, code) for code in _by_distance(row.get(name), schema, scale)]
        case IsTrue(name):
            return [(name, not row[name])]
        case HasAny(name, _, levels):
            own = list(row.get(name) or ())  # unrecorded where points ask for it
            return [(name, sorted({*own, level})) for level in levels] + [
                (name, [c for c in own if c not in levels])
            ]
        case TextIs(name, texts):
            return [(name, text) for text in texts]
        case Compare(_, FieldValue(name, kind), (Number() | Day()) as limit):
            return [(name, value) for value in _around(limit, kind, row.get(name))]
        case Compare(_, (Number() | Day()) as limit, FieldValue(name, kind)):
            return [(name, value) for value in _around(limit, kind, row.get(name))]
        case Compare(_, Points(rows=rows), _) | Compare(_, _, Points(rows=rows)):
            found = [
                near
                for clause, _ in rows
                for leaf in leaves_of(clause)
                for near in _neighbours(leaf, row, schema)
            ]
            return [(name, value) for name, value in found if row.get(name) is not None]
        case OneOf(FieldValue(name), values):
            return [(name, number.value) for number in values]
        case _:
            return []


def _by_distance(own: Any, schema: Schema, scale: str) -> list[str]:
    order = list(schema.scales[scale].levels)
    place = order.index(own) if own in order else 0
    return sorted((code for code in order if code != own), key=lambda code: abs(order.index(code) - place))


def _around(limit: Number | Day, kind: Kind, own: Any) -> list[Any]:
    if isinstance(limit, Day):
        own_day = day_of(own)
        days = [limit.value + timedelta(days=step) for step in (-1, 0, 1)]
        return [day.isoformat() for day in sorted(days, key=lambda day: abs((day - (own_day or day)).days))]
    step = 100 if kind is Kind.MONEY else 1
    values = [limit.value - step, limit.value, limit.value + step]
    return sorted((value for value in values if value >= 0), key=lambda value: abs(value - (own or 0)))
