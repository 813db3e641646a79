"""Adding statements to a record and taking them back (补充与撤销信息项); nothing that stood is rewritten."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import same_hands
from juxian.apps.audit.actions import record, record_each
from juxian.apps.clock import now
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions.deriving import add_facts, refresh_profiles
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact, IdentityDocument, Person, Source
from juxian.apps.persons.rules import may_verify_oneself


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
    refuse_own_verified(person.home, facts, by, stated_by)
    made = Fact.objects.bulk_create(fact_row(person, draft, source, by) for draft in facts)
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
    made = [[fact_row(person, draft, source, by) for draft in drafts] for person, drafts in said]
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


def refuse_own_verified(
    home: Organisation, facts: Sequence[FactDraft], by: User | None, stated_by: User | None
) -> None:
    """What a user records counts as verified only where somebody else said it, or the place asks for no second person."""
    if by is None or all(draft.verification != Verification.VERIFIED for draft in facts):
        return
    if stated_by is None or same_hands(by, stated_by.pk):
        may_verify_oneself(home).or_refuse()


def fact_row(person: Person, draft: Any, source: Source, by: User | None) -> Fact:
    """A statement, not written yet. draft: a ``FactDraft``, or what has the same attributes."""
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
