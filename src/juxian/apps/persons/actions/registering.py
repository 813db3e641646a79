"""Opening records (建档), one at a time or many at once; the number is the next of the jurisdiction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, Protocol

from django.db import transaction
from django.db.models import F

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions.deriving import CHUNK, profile_row, refresh_profiles, save_profiles
from juxian.apps.persons.actions.documents import DocumentDraft, document_row
from juxian.apps.persons.actions.recording import FactDraft, fact_row, refuse_own_verified
from juxian.apps.persons.indexing import index_people
from juxian.apps.persons.models import Fact, IdentityDocument, NumberSeries, Person, Source
from juxian.apps.persons.queries import organisation_attributes, schema_for
from juxian.core.facts.profile import FactRecord
from juxian.core.facts.schema import Schema
from juxian.core.identity.names import name_key
from juxian.core.packs import pack_called


class Draft(Protocol):
    """A whole person to be registered: what core.population makes."""

    name: str
    document_kind: str
    document_number: str
    facts: Sequence[Any]


@transaction.atomic
def register_person(
    *,
    home: Organisation,
    name: str,
    facts: Sequence[FactDraft],
    documents: Sequence[DocumentDraft] = (),
    source: Source,
    by: User | None = None,
) -> Person:
    """Open a record (建档) with its first facts; the number is the next of the jurisdiction.

    Raises ``PermissionDenied`` for one's own words as verified.
    """
    refuse_own_verified(home, facts, by, None)
    person = Person.objects.create(
        number=next(next_numbers(home, 1)), name=name, name_key=name_key(name), home=home
    )
    IdentityDocument.objects.bulk_create(document_row(person, draft, source) for draft in documents)
    Fact.objects.bulk_create(fact_row(person, draft, source, by) for draft in facts)
    refresh_profiles([person])
    record(
        "persons.registered",
        actor=by,
        subject=person,
        organisation_path=home.path,
        detail={"number": person.number, "facts": len(facts), "source": source.pk},
    )
    return person


def register_people_in_bulk(*, home: Organisation, drafts: Iterable[Draft], source: Source) -> int:
    """Register many persons at once with one audit entry (批量建档); for packs' demonstration people and rosters.

    Each chunk is one transaction; returns the number of persons.
    """
    schema, attributes, day, total = schema_for(home), organisation_attributes(), today(), 0
    remaining = iter(drafts)
    while chunk := list(islice(remaining, CHUNK)):
        with transaction.atomic():
            _register_chunk(chunk, home, source, schema, attributes, day)
        total += len(chunk)
    record(
        "persons.registered_in_bulk",
        subject=source,
        organisation_path=home.path,
        detail={"persons": total},
    )
    return total


def _register_chunk(
    drafts: Sequence[Draft],
    home: Organisation,
    source: Source,
    schema: Schema,
    attributes: dict[str, dict[str, str]],
    day: date,
) -> None:
    numbers = next_numbers(home, len(drafts))
    people = Person.objects.bulk_create(
        Person(number=number, name=draft.name, name_key=name_key(draft.name), home=home)
        for number, draft in zip(numbers, drafts, strict=True)
    )
    pairs = list(zip(people, drafts, strict=True))
    IdentityDocument.objects.bulk_create(
        document_row(person, DocumentDraft(draft.document_kind, draft.document_number), source)
        for person, draft in pairs
        if draft.document_number
    )
    Fact.objects.bulk_create(
        [fact_row(person, fact, source, None) for person, draft in pairs for fact in draft.facts],
        batch_size=CHUNK,
    )
    save_profiles(
        [
            profile_row(person, _records(draft.facts, source.day), schema, attributes, day)
            for person, draft in pairs
        ]
    )
    index_people(people, schema)


def next_numbers(home: Organisation, count: int) -> Iterator[str]:
    """The next ``count`` person numbers of a jurisdiction, e.g. ``JY00000042``; call inside a transaction."""
    NumberSeries.objects.get_or_create(home=home)
    series = NumberSeries.objects.select_for_update().get(home=home)
    first, prefix = series.last + 1, pack_called(home.pack).number_prefix
    NumberSeries.objects.filter(pk=series.pk).update(last=F("last") + count)
    return (f"{prefix}{number:08d}" for number in range(first, first + count))


def _records(facts: Iterable[Any], said: date) -> list[FactRecord]:
    return [FactRecord(fact.kind, fact.value, fact.since, fact.until, said=said) for fact in facts]
