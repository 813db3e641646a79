"""Changing the register (登记与更正): every action is one transaction with one audit entry.

The profile of each person touched is derived again in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import DateField, F, Q

from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import same_hands
from juxian.apps.audit.actions import record, record_each
from juxian.apps.clock import now, today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.extending import extend, insert_facts
from juxian.apps.persons.indexing import index_people
from juxian.apps.persons.models import (
    Fact,
    IdentityDocument,
    NumberSeries,
    Person,
    Profile,
    Resolution,
    Source,
)
from juxian.apps.persons.queries import organisation_attributes, schema_for, spouses_read, standing_records
from juxian.apps.persons.registry import spouses_on, tell_of_changes
from juxian.apps.persons.rules import checked_apart, may_verify_oneself
from juxian.core.facts.completeness import completeness
from juxian.core.facts.conflicts import in_conflict
from juxian.core.facts.profile import FactRecord, derive_profile
from juxian.core.facts.schema import Schema
from juxian.core.identity.documents import canonical_number, mask_document
from juxian.core.identity.names import name_key
from juxian.core.packs import pack_called
from juxian.core.secrecy import digest, digests, seal

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class FactDraft:
    """A statement to be recorded: value in canonical form of its kind (core.facts.values.check_fact)."""

    kind: str
    value: dict[str, Any]
    since: date
    until: date | None = None
    evidence: str = ""
    verification: str = Verification.UNVERIFIED
    verified_by: str = ""


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document number as checked by core.identity (证件)."""

    kind: str
    number: str


class Draft(Protocol):
    """A whole person to be registered: what core.population makes."""

    name: str
    document_kind: str
    document_number: str
    facts: Sequence[Any]


def number_digest(number: str) -> str:
    """The keyed digest by which a document number is searched, in canonical form."""
    return digest(canonical_number(number), settings.JUXIAN_KEYS)


def number_digests(number: str) -> tuple[str, ...]:
    """Every digest under which a document number may stand while the key of digests is replaced, the present one first."""
    return digests(canonical_number(number), settings.JUXIAN_KEYS)


def present_digests(numbers: Iterable[str]) -> dict[str, str]:
    """Every digest under which document numbers may stand → the present one."""
    found: dict[str, str] = {}
    for number in numbers:
        present, *earlier = number_digests(number)
        found |= dict.fromkeys((present, *earlier), present)
    return found


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
    _refuse_own_verified(home, facts, by, None)
    person = Person.objects.create(
        number=next(next_numbers(home, 1)), name=name, name_key=name_key(name), home=home
    )
    IdentityDocument.objects.bulk_create(_document(person, draft, source) for draft in documents)
    Fact.objects.bulk_create(_fact(person, draft, source, by) for draft in facts)
    refresh_profiles([person])
    record(
        "persons.registered",
        actor=by,
        subject=person,
        organisation_path=home.path,
        detail={"number": person.number, "facts": len(facts), "source": source.pk},
    )
    return person


def _refuse_own_verified(
    home: Organisation, facts: Sequence[FactDraft], by: User | None, stated_by: User | None
) -> None:
    """What a user records counts as verified only where somebody else said it, or the place asks for no second person."""
    if by is None or all(draft.verification != Verification.VERIFIED for draft in facts):
        return
    if stated_by is None or same_hands(by, stated_by.pk):
        may_verify_oneself(home).or_refuse()


@transaction.atomic
def record_facts(
    *,
    person: Person,
    facts: Sequence[FactDraft],
    source: Source,
    by: User | None = None,
    reason: str = "",
    stated_by: User | None = None,
) -> list[Fact]:
    """Add statements to a record (补充信息项); nothing that stood is changed.

    stated_by: who said it where ``by`` only checked it. Raises ``PermissionDenied`` for one's own words as verified.
    """
    _refuse_own_verified(person.home, facts, by, stated_by)
    made = Fact.objects.bulk_create(_fact(person, draft, source, by) for draft in facts)
    refresh_profiles([person])
    record(
        "persons.facts_recorded",
        actor=by,
        subject=person,
        organisation_path=person.home.path,
        detail={"kinds": sorted({draft.kind for draft in facts}), "source": source.pk},
        reason=reason,
    )
    return made


@transaction.atomic
def record_facts_of_many(
    *,
    said: Sequence[tuple[Person, Sequence[FactDraft]]],
    source: Source,
    by: User | None = None,
    reason: str = "",
) -> list[list[Fact]]:
    """``record_facts`` for many persons of one jurisdiction (成批补充信息项): an audit entry for each of them.

    said: each person once, with at least one statement. Returns the facts of each, in their order. The number of queries
    grows with the number of persons by the chunk.
    """
    if not said:
        return []
    made = [[_fact(person, draft, source, by) for draft in drafts] for person, drafts in said]
    facts = [fact for group in made for fact in group]
    add_facts(facts)
    _number_facts(facts, source)
    record_each(
        "persons.facts_recorded",
        [
            (person, {"kinds": sorted({draft.kind for draft in drafts}), "source": source.pk})
            for person, drafts in said
        ],
        actor=by,
        organisation_path=said[0][0].home.path,
        reason=reason,
    )
    return made


def _number_facts(facts: Sequence[Fact], source: Source) -> None:
    """Give each fact the number of its row; one query. The newest rows of the source are those just written."""
    rows = Fact.objects.filter(source=source, person__in={fact.person_id for fact in facts}).order_by("-pk")
    numbers: dict[tuple[Any, ...], list[int]] = {}
    for pk, *content in rows.values_list("pk", "person_id", "kind", "value", "since", "until"):
        numbers.setdefault(_content(*content), []).append(pk)
    for fact in facts:
        fact.pk = numbers[_content(fact.person_id, fact.kind, fact.value, fact.since, fact.until)].pop(0)


def _content(person: int, kind: str, value: Any, since: date, until: date | None) -> tuple[Any, ...]:
    return person, kind, json.dumps(value, sort_keys=True), since, until


@transaction.atomic
def withdraw_fact(*, fact: Fact, by: User | None, reason: str) -> None:
    """Take one statement back (撤销信息项); it stays readable in the history."""
    changed = Fact.objects.filter(pk=fact.pk, withdrawn_at=None).update(withdrawn_at=now())
    if changed:
        refresh_profiles([fact.person])
        record(
            "persons.fact_withdrawn",
            actor=by,
            subject=fact.person,
            organisation_path=fact.person.home.path,
            detail={"fact": fact.pk, "kind": fact.kind},
            reason=reason,
        )


@dataclass
class NotStanding(Exception):
    """A statement that was to be decided about has been withdrawn meanwhile (已被撤销)."""

    facts: list[int]


@transaction.atomic
def settle_conflict(
    *,
    keep: Fact,
    overrule: Sequence[Fact],
    by: User,
    organisation: str,
    evidence: str,
    reason: str,
) -> Resolution:
    """Decide which statement holds (定夺): it counts as verified, the others are withdrawn; who, why and by what.

    organisation: who verified. Raises ``NotStanding``; ``PermissionDenied`` where the statement is the own one; ``ValueError`` for facts of another person or kind.
    """
    person, moment = keep.person, now()
    asked = [keep.pk, *(fact.pk for fact in overrule)]
    standing = {
        fact.pk: fact
        for fact in Fact.objects.standing()
        .select_related("person__home")
        .select_for_update(of=("self",))
        .filter(pk__in=asked, person=person, kind=keep.kind)
        .order_by("pk")
    }
    if any(fact.person_id != person.pk or fact.kind != keep.kind for fact in overrule) or not overrule:
        raise ValueError("facts of one person and kind, at least two")
    if len(standing) < len(asked):
        raise NotStanding([pk for pk in asked if pk not in standing])
    if standing[keep.pk].verification != Verification.VERIFIED:
        checked_apart(by, [standing[keep.pk]]).or_refuse()
    Fact.objects.filter(pk=keep.pk).update(verification=Verification.VERIFIED, verified_by=organisation)
    Fact.objects.filter(pk__in=asked[1:]).update(withdrawn_at=moment)
    made = Resolution.objects.create(
        person=person, kind=keep.kind, keeps=keep, evidence=evidence, reason=reason, by=by, at=moment
    )
    made.overruled.set(overrule)
    refresh_profiles([person])
    record(
        "persons.conflict_settled",
        actor=by,
        subject=person,
        organisation_path=person.home.path,
        detail={"kind": keep.kind, "keeps": keep.pk, "overruled": asked[1:], "evidence": evidence},
        reason=reason,
    )
    return made


@transaction.atomic
def set_verification(
    *, fact: Fact, state: str, by: User, organisation: str, evidence: str = "", reason: str
) -> None:
    """Say how far a statement has been checked (核验、提出异议); its value is not changed.

    Raises ``NotStanding``; ``PermissionDenied`` where one's own statement would count as verified.
    """
    locked = Fact.objects.standing().select_related("person__home").select_for_update(of=("self",))
    held = locked.filter(pk=fact.pk).first()
    if held is None:
        raise NotStanding([fact.pk])
    verified = state == Verification.VERIFIED
    if verified:
        checked_apart(by, [held]).or_refuse()
    held.verification, held.verified_by = state, organisation if verified else ""
    held.evidence = evidence or held.evidence
    held.save(update_fields=["verification", "verified_by", "evidence"])
    tell_of_changes([held.person])
    record(
        "persons.fact_verification",
        actor=by,
        subject=held.person,
        organisation_path=held.person.home.path,
        detail={"fact": held.pk, "kind": held.kind, "from": fact.verification, "to": state},
        reason=reason,
    )


@transaction.atomic
def verify_facts(*, facts: Sequence[Fact], by: User, organisation: str, evidence: str, reason: str) -> int:
    """Say of several statements that they have been checked, all or none; those checked meanwhile stay. Raises as above."""
    asked = Fact.objects.standing().filter(pk__in=[fact.pk for fact in facts])
    waiting = list(
        asked.filter(verification=Verification.UNVERIFIED).select_for_update(of=("self",)).order_by("pk")
    )
    for fact in waiting:
        set_verification(
            fact=fact,
            state=Verification.VERIFIED,
            by=by,
            organisation=organisation,
            evidence=evidence,
            reason=reason,
        )
    return len(waiting)


@transaction.atomic
def withdraw_source(*, source: Source, by: User | None, reason: str) -> int:
    """Take back everything one source said (撤销整批); returns the number of facts.

    Persons who keep no standing fact leave the lists: their profile row goes, record and history stay.
    """
    moment = now()
    touched = list(Person.objects.filter(facts__source=source, facts__withdrawn_at=None).distinct())
    count = Fact.objects.filter(source=source, withdrawn_at=None).update(withdrawn_at=moment)
    IdentityDocument.objects.filter(source=source, withdrawn_at=None).update(withdrawn_at=moment)
    refresh_profiles(touched)
    record(
        "persons.source_withdrawn",
        actor=by,
        subject=source,
        organisation_path=source.organisation.path if source.organisation else "",
        detail={"facts": count, "persons": len(touched)},
        reason=reason,
    )
    return count


def note_confirmation(*, person: Person, day: date) -> None:
    """Somebody said that the record is right (年度确认), in the caller's transaction, which also writes it down."""
    Person.objects.filter(Q(confirmed_on=None) | Q(confirmed_on__lt=day), pk=person.pk).update(
        confirmed_on=day
    )
    person.refresh_from_db(fields=["confirmed_on"])
    refresh_profiles([person])


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
    _save_profiles(
        [
            _profile(person, records[person.pk], schema, attributes, day, spouses.get(person.pk))
            for person in people
            if records[person.pk]
        ]
    )
    Profile.objects.filter(person__in=[pk for pk, facts in records.items() if not facts]).delete()


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
        _document(person, DocumentDraft(draft.document_kind, draft.document_number), source)
        for person, draft in pairs
        if draft.document_number
    )
    Fact.objects.bulk_create(
        [_fact(person, fact, source, None) for person, draft in pairs for fact in draft.facts],
        batch_size=CHUNK,
    )
    _save_profiles(
        [
            _profile(person, _records(draft.facts, source.day), schema, attributes, day)
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


def _document(person: Person, draft: DocumentDraft, source: Source) -> IdentityDocument:
    number = canonical_number(draft.number)
    return IdentityDocument(
        person=person,
        kind=draft.kind,
        sealed=seal(number, settings.JUXIAN_KEYS),
        digest=digest(number, settings.JUXIAN_KEYS),
        masked=mask_document(draft.kind, number),
        source=source,
    )


def _fact(person: Person, draft: Any, source: Source, by: User | None) -> Fact:
    return Fact(
        person=person,
        kind=draft.kind,
        value=draft.value,
        since=draft.since,
        until=draft.until,
        source=source,
        evidence=draft.evidence,
        verification=draft.verification,
        verified_by=draft.verified_by,
        recorded_by=by,
    )


def _profile(
    person: Person,
    facts: Sequence[FactRecord],
    schema: Schema,
    attributes: dict[str, dict[str, str]],
    day: date,
    spouse: Mapping[str, Any] | None = None,
) -> Profile:
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


def _save_profiles(profiles: list[Profile]) -> None:
    fields = ["derived_for", "values", "home", "conflicts", "complete", "stale_on", *Profile.COLUMNS]
    Profile.objects.bulk_create(
        profiles, update_conflicts=True, unique_fields=["person"], update_fields=fields, batch_size=500
    )
