"""Records that grow (信息项追加): what a new fact changes is brought up to date, and nothing else is derived again.

The rows are the same as if everything had been derived anew; where that is not sure, it is left to the caller to do so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection

from juxian.apps.clock import now
from juxian.apps.persons.indexing import words_in
from juxian.apps.persons.models import Fact, Profile
from juxian.apps.persons.registry import spouses_on
from juxian.apps.sealing import closed, opened, sealed_in_fact, sealed_in_profile
from juxian.apps.sets import among, ask, table_of
from juxian.core.facts.profile import FactRecord, derive_profile
from juxian.core.facts.reach import Reach, reach_of
from juxian.core.facts.schema import Kind, Schema
from juxian.core.identity.searching import MOST_TERMS, terms_in

_FACT = {
    "person_id": "bigint",
    "kind": "text",
    "value": "jsonb",
    "since": "date",
    "until": "date",
    "source_id": "bigint",
    "evidence": "text",
    "verification": "text",
    "verified_by": "text",
    "recorded_by_id": "bigint",
}
_MOMENT = {"sqlite": "%s", "postgresql": "%s::timestamptz"}
_HELD = """
SELECT profile.person_id, profile."values",
       (SELECT count(*) FROM persons_searchterm term WHERE term.person_id = profile.person_id)
FROM persons_profile profile WHERE {people} AND profile.derived_for = %s ORDER BY profile.person_id {lock}
"""
_FACTS = """
SELECT person_id, kind, value, since, until, id FROM persons_fact
WHERE withdrawn_at IS NULL AND {people} AND {kinds}
"""


def insert_facts(facts: Sequence[Fact]) -> None:
    """Write new facts, all in one statement."""
    rows = [
        (
            fact.person_id,
            fact.kind,
            json.dumps(closed(fact.value, sealed_in_fact(fact.kind))),
            fact.since,
            fact.until,
            fact.source_id,
            fact.evidence,
            fact.verification,
            fact.verified_by,
            fact.recorded_by_id,
        )
        for fact in facts
    ]
    given, parameters = table_of(_FACT, rows)
    names, moment = ", ".join(_FACT), connection.ops.adapt_datetimefield_value(now())
    ask(
        f"INSERT INTO persons_fact ({names}, recorded_at) SELECT {names}, {_MOMENT[connection.vendor]} "  # noqa: S608  # our own names
        f"FROM ({given}) given",
        [moment, *parameters],
    )


def extend(facts: Iterable[Fact], schema: Schema, day: date) -> set[int]:
    """Bring profiles and search terms up to date with new facts of persons of one place; ids of those who are done.

    Left over are persons whose row is not of ``day``, and everybody where the kinds of the facts bear on columns, on what a
    record should hold, on contradictions or on organisations, or on what spouses' profiles read.
    """
    words: dict[int, set[str]] = {}
    kinds = set()
    for fact in facts:
        kinds.add(fact.kind)
        texts = (text for _kind, text in words_in(schema, fact.kind, fact.value))
        words.setdefault(fact.person_id, set()).update(terms_in(texts))
    reach = reach_of(kinds, schema)
    if reach is None or reach.fields & set(Profile.COLUMNS) or _name_organisations(kinds, schema):
        return set()
    if schema.has_spouse and reach.fields & schema.tell_of_marriage:
        return set()
    married = spouses_on(words, day) if reach.fields & schema.read_of_spouse else {}
    held = {
        person: opened(json.loads(values))
        for person, values, terms in _held(words, day)
        if terms and terms + len(words[person]) < MOST_TERMS and person not in married
    }
    if held:
        _derive_some(held, reach, schema, day)
        _add_terms((term, person) for person in held for term in sorted(words[person]))
    return set(held)


def _name_organisations(kinds: Iterable[str], schema: Schema) -> bool:
    found = (schema.kinds[kind].fields.values() for kind in kinds if kind in schema.kinds)
    return any(field.type.kind is Kind.ORGANISATION for fields in found for field in fields)


def _held(people: Iterable[int], day: date) -> list[tuple[Any, ...]]:
    """Person, values of the row as text, number of search terms; the rows are locked."""
    condition, parameters = among("profile.person_id", sorted(people))
    lock = "FOR UPDATE OF profile" if connection.vendor == "postgresql" else ""
    return ask(_HELD.format(people=condition, lock=lock), [*parameters, _day(day)])


def _day(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)


def _derive_some(held: Mapping[int, dict[str, Any]], reach: Reach, schema: Schema, day: date) -> None:
    """held: person → values as they were."""
    of_people, people = among("person_id", list(held))
    of_kinds, kinds = among("kind", sorted(reach.kinds))
    known: dict[int, list[FactRecord]] = {person: [] for person in held}
    for person, kind, value, since, until, pk in ask(
        _FACTS.format(people=of_people, kinds=of_kinds), [*people, *kinds]
    ):
        known[person].append(
            FactRecord(kind, opened(json.loads(value)), _read(since), until and _read(until), pk)
        )
    rows = []
    for person, before in held.items():
        after = derive_profile(known[person], schema, day, only=reach.fields)
        kept = {name: value for name, value in before.items() if name not in reach.fields} | after
        ordered = {name: kept[name] for name in schema.profile if name in kept}
        if ordered != before:
            rows.append((json.dumps(closed(ordered, sealed_in_profile())), person))
    cast = "::jsonb" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        if rows:
            cursor.executemany(f'UPDATE persons_profile SET "values" = %s{cast} WHERE person_id = %s', rows)  # noqa: S608  # our own names


def _read(day: date | str) -> date:
    """A day as the databases give it: SQLite as text."""
    return date.fromisoformat(day) if isinstance(day, str) else day


def _add_terms(rows: Iterable[tuple[str, int]]) -> None:
    """rows: term, person; those that are there already are left alone."""
    given, parameters = table_of({"term": "text", "person_id": "bigint"}, list(rows))
    ask(
        f"INSERT INTO persons_searchterm (term, person_id) SELECT term, person_id FROM ({given}) given WHERE true "  # noqa: S608  # our own names
        "ON CONFLICT DO NOTHING",
        parameters,
    )
