"""From accepted rows to facts (入库), in chunks that are one transaction each, so that an interruption loses nothing.

A fact that the register holds already is not stated twice; a state without a date of its own begins on the day of
the roster when the register knew another one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.imports.actions.linking import persons_by_digest
from juxian.apps.imports.enums import BatchState, RowDecision, RowState
from juxian.apps.imports.models import Batch, Row
from juxian.apps.imports.queries import RowContent, contents_of
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import next_numbers, number_digest, refresh_profiles
from juxian.apps.persons.enums import SourceKind
from juxian.apps.persons.models import Fact, IdentityDocument, Person, Source
from juxian.core.facts.schema import Schema
from juxian.core.identity import mask_document, name_key
from juxian.core.packs import load_all
from juxian.core.secrecy import seal
from juxian.core.tables.rows import SINCE_UNKNOWN, RowFact

CHUNK = 1000
FACTS_AT_ONCE = 2000


def accept_batch(*, batch: Batch, by: User | None) -> Batch:
    """Record every accepted row of a staged batch; can be called again after an interruption."""
    begun = Batch.objects.filter(pk=batch.pk, state__in=(BatchState.STAGED, BatchState.ACCEPTING))
    if not begun.update(state=BatchState.ACCEPTING):
        return batch
    batch.refresh_from_db()
    _open_source(batch)
    while rows := list(_pending(batch)[:CHUNK]):
        accept_rows(batch=batch, rows=rows, by=by)
    with transaction.atomic():
        batch.state, batch.accepted_at = BatchState.ACCEPTED, now()
        batch.save(update_fields=["state", "accepted_at"])
        record(
            "imports.accepted",
            actor=by,
            subject=batch,
            organisation_path=batch.organisation.path,
            detail={
                "accepted": batch.rows_accepted,
                "waiting": batch.rows_waiting,
                "refused": batch.rows_refused,
                "persons_made": batch.rows.filter(made_person=True).count(),
            },
        )
    return batch


def _pending(batch: Batch) -> QuerySet[Row]:
    return batch.rows.filter(state=RowState.ACCEPTED, recorded_at=None).order_by("pk")


def _open_source(batch: Batch) -> None:
    if batch.source_id is None:
        batch.source = Source.objects.create(
            kind=SourceKind.ROSTER,
            title=batch.file_name,
            organisation=batch.organisation,
            day=batch.as_of,
            reference=str(batch.pk),
        )
        batch.save(update_fields=["source"])


@transaction.atomic
def accept_rows(*, batch: Batch, rows: Sequence[Row], by: User | None) -> int:
    """Record some accepted rows of a batch that has a source; returns how many were new to the register."""
    pairs = contents_of(rows)
    made = _link(batch.home, pairs)
    _make_people(batch.home, made)
    add_documents(pairs, batch)
    state_facts(batch, pairs, by)
    moment = now()
    for row, _content in pairs:
        row.recorded_at = moment
    Row.objects.bulk_update(rows, ["person", "made_person", "recorded_at"], batch_size=500)
    batch.rows_done = batch.rows.exclude(recorded_at=None).count()
    batch.save(update_fields=["rows_done"])
    people = {row.person_id: row.person for row in rows if row.person}
    refresh_profiles(list(people.values()))
    return len(made)


# persons


def _shares_number(row: Row) -> bool:
    """A row decided to be somebody else than the owner of its number goes in without the number."""
    return row.decision != RowDecision.NEW_PERSON


def _link(home: Organisation, pairs: Sequence[tuple[Row, RowContent]]) -> list[tuple[Person, list[Row]]]:
    """Set ``row.person``; returns the unsaved persons of numbers and names that are new, with their rows."""
    numbers = {
        number_digest(content.document_number)
        for row, content in pairs
        if content.document_number and _shares_number(row)
    }
    known = {digest: person for digest, (person, _key) in persons_by_digest(home, numbers).items()}
    wanted = set(known.values()) | {row.person_id for row, _content in pairs if row.person_id}
    people = Person.objects.select_related("home").in_bulk([pk for pk in wanted if pk])
    made: dict[str, tuple[Person, list[Row]]] = {}
    for row, content in pairs:
        number = content.document_number if _shares_number(row) else ""
        digest = number_digest(number) if number else ""
        chosen = row.person_id if row.decision == RowDecision.SAME_PERSON else None
        found = people.get(chosen or known.get(digest, 0))
        if found:
            row.person = found
            continue
        person, rows = made.setdefault(digest or f"row {row.pk}", (_new_person(home, content), []))
        row.person, row.made_person = person, not rows
        rows.append(row)
    return list(made.values())


def _new_person(home: Organisation, content: RowContent) -> Person:
    return Person(name=content.name, name_key=name_key(content.name), home=home)


def _make_people(home: Organisation, made: Sequence[tuple[Person, list[Row]]]) -> None:
    if not made:
        return
    for (person, _rows), number in zip(made, next_numbers(home, len(made)), strict=True):
        person.number = number
    Person.objects.bulk_create([person for person, _rows in made])
    for person, rows in made:
        for row in rows:
            row.person = person


def add_documents(pairs: Sequence[tuple[Row, RowContent]], batch: Batch) -> None:
    """Each number once for each person; one that the register has already is left alone."""
    wanted = {
        (_person_of(row), number_digest(content.document_number)): content
        for row, content in pairs
        if content.document_number and _shares_number(row)
    }
    known = IdentityDocument.objects.filter(
        person__in={person for person, _digest in wanted}, withdrawn_at=None
    ).values_list("person_id", "digest")
    for pair in known:
        wanted.pop(pair, None)
    IdentityDocument.objects.bulk_create(
        IdentityDocument(
            person_id=person,
            kind=content.document_kind,
            sealed=seal(content.document_number, settings.JUXIAN_KEYS),
            digest=digest,
            masked=mask_document(content.document_kind, content.document_number),
            source=batch.source,
        )
        for (person, digest), content in wanted.items()
    )


def _person_of(row: Row) -> int:
    """The record of a row that was linked; raises ``ValueError`` before that."""
    if row.person_id is None:
        raise ValueError(f"row {row.pk} is not linked to a person")
    return row.person_id


# facts


def state_facts(batch: Batch, pairs: Sequence[tuple[Row, RowContent]], by: User | None) -> int:
    """Record what the rows say of their persons and the register does not hold yet; returns the number of facts."""
    schema = load_all()[batch.pack].schema
    held = _held_facts({_person_of(row) for row, _content in pairs})
    new = []
    for row, content in pairs:
        person = _person_of(row)
        said = held.setdefault(person, [])
        for fact in content.facts:
            wanted = _dated(fact, said, batch, schema)
            if wanted is not None:
                said.append(wanted)
                new.append(
                    Fact(
                        person_id=person,
                        kind=wanted.kind,
                        value=wanted.value,
                        since=wanted.since,
                        until=wanted.until,
                        source=batch.source,
                        evidence=f"{batch.file_name}"[:180] + f" 第{row.number}行",
                        recorded_by=by,
                    )
                )
    Fact.objects.bulk_create(new, batch_size=FACTS_AT_ONCE)
    return len(new)


def _held_facts(people: set[int]) -> dict[int, list[RowFact]]:
    held: dict[int, list[RowFact]] = {}
    rows = Fact.objects.standing().filter(person__in=people).order_by("since", "pk")
    for person, kind, value, since, until in rows.values_list("person_id", "kind", "value", "since", "until"):
        held.setdefault(person, []).append(RowFact(kind, value, since, until))
    return held


def _dated(fact: RowFact, held: Sequence[RowFact], batch: Batch, schema: Schema) -> RowFact | None:
    """None when the register says it already; a changed state without a date begins on the day of the roster."""
    same_kind = [item for item in held if item.kind == fact.kind]
    if any(_says(item, fact) for item in same_kind):
        return None
    kind = schema.kinds[fact.kind]
    if fact.since == SINCE_UNKNOWN and kind.lasting and same_kind and batch.as_of > same_kind[-1].since:
        return replace(fact, since=batch.as_of)
    return fact


def _says(item: RowFact, fact: RowFact) -> bool:
    """``item`` states at least what ``fact`` does, for the same time or for one that ``fact`` leaves open."""
    same_time = fact.since in (SINCE_UNKNOWN, item.since) or fact.kind == "identity"
    return (
        same_time
        and fact.until == item.until
        and all(item.value.get(name) == value for name, value in fact.value.items())
    )
