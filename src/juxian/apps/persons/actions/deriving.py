"""Bringing profiles up to date (画像推算), in the transaction of whatever changed the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import DateField

from juxian.apps.clock import today
from juxian.apps.persons.extending import extend, insert_facts
from juxian.apps.persons.indexing import index_people
from juxian.apps.persons.models import Fact, Person, Profile
from juxian.apps.persons.queries import organisation_attributes, schema_for, spouses_read, standing_records
from juxian.apps.persons.registry import spouses_on, tell_of_changes
from juxian.core.facts.completeness import completeness
from juxian.core.facts.conflicts import in_conflict
from juxian.core.facts.profile import FactRecord, derive_profile
from juxian.core.facts.schema import Schema

CHUNK = 2000  # persons


def refresh_profiles(people: Sequence[Person], as_of: date | None = None) -> None:
    """Derive the profiles of ``people`` again, in the caller's transaction; a person without facts has none."""
    if not people:
        return
    day = as_of or today()
    by_home: dict[int, list[Person]] = {}
    for person in people:
        by_home.setdefault(person.home_id, []).append(person)
    attributes = organisation_attributes()
    for group in by_home.values():
        schema = schema_for(group[0].home)
        _add_spouses(group, schema, day)
        for start in range(0, len(group), CHUNK):
            part = group[start : start + CHUNK]
            _derive_again(part, schema, day, attributes)
            index_people(part, schema)
    tell_of_changes([person for group in by_home.values() for person in group])


def _add_spouses(people: list[Person], schema: Schema, day: date) -> None:
    """Their profiles read those of ``people``, who are all of one place."""
    if not schema.of_spouse:
        return
    known = {person.pk for person in people}
    for spouse in list(spouses_on(known, day).values()):
        if spouse.pk not in known and spouse.home_id == people[0].home_id:
            known.add(spouse.pk)
            people.append(spouse)


def add_facts(facts: Sequence[Fact]) -> None:
    """Write new facts and bring the records of their persons up to date, in the caller's transaction.

    The same as ``refresh_profiles`` afterwards, but only what these facts can change is derived where that is known.
    """
    insert_facts(facts)
    day, people, by_home = today(), dict[int, Person](), dict[int, list[Fact]]()
    for fact in facts:
        people[fact.person_id] = fact.person
        by_home.setdefault(fact.person.home_id, []).append(fact)
    done: set[int] = set()
    for group in by_home.values():
        schema = schema_for(group[0].person.home)
        for start in range(0, len(group), CHUNK):
            done |= extend(group[start : start + CHUNK], schema, day)
    if done:
        tell_of_changes([people[pk] for pk in sorted(done)], {fact.kind for fact in facts})
    refresh_profiles([person for pk, person in people.items() if pk not in done])


def _derive_again(
    people: Sequence[Person], schema: Schema, day: date, attributes: dict[str, dict[str, str]]
) -> None:
    records = standing_records(people)
    spouses = spouses_read(people, schema, day)
    save_profiles(
        [
            profile_row(person, records[person.pk], schema, attributes, day, spouses.get(person.pk))
            for person in people
            if records[person.pk]
        ]
    )
    Profile.objects.filter(person__in=[pk for pk, facts in records.items() if not facts]).delete()


def profile_row(
    person: Person,
    facts: Sequence[FactRecord],
    schema: Schema,
    attributes: dict[str, dict[str, str]],
    day: date,
    spouse: Mapping[str, Any] | None = None,
) -> Profile:
    """The row of a profile as of ``day``, not written yet. spouse: the spouse's values that it reads, None where nothing is known."""
    values = derive_profile(facts, schema, day, attributes, spouse=spouse)
    columns = {name: _column(name, values.get(name)) for name in Profile.COLUMNS}
    held = completeness(facts, schema, day, person.confirmed_on)
    return Profile(
        person=person,
        home_id=person.home_id,
        derived_for=day,
        values=values,
        conflicts=len(in_conflict(facts, schema, day)),
        complete=held.per_mille,
        stale_on=held.stale_on,
        **columns,
    )


def _column(name: str, value: Any) -> Any:
    """A canonical profile value as its column holds it: days as ``date``."""
    is_day = isinstance(Profile._meta.get_field(name), DateField)
    return date.fromisoformat(value) if is_day and value is not None else value


def save_profiles(profiles: list[Profile]) -> None:
    fields = ["derived_for", "values", "home", "conflicts", "complete", "stale_on", *Profile.COLUMNS]
    Profile.objects.bulk_create(
        profiles, update_conflicts=True, unique_fields=["person"], update_fields=fields, batch_size=500
    )
