"""What is known of a person, as pages tell it: events with their reasons, conflicts (大事记)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact
from juxian.core.facts import conflicts
from juxian.core.facts.completeness import Completeness
from juxian.core.facts.schema import Kind, Schema
from juxian.core.facts.wording import Names, fact_details, fact_sentence, is_masked
from juxian.core.packs.schema import Pack
from juxian.web.kit.formats import labelled

TONES = {Verification.VERIFIED: "ok", Verification.UNVERIFIED: "warn", Verification.DISPUTED: "bad"}
MARKS = {
    Verification.VERIFIED: "circle-check",
    Verification.UNVERIFIED: "clock",
    Verification.DISPUTED: "circle-alert",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One fact as an event: what, since when, and why we believe it."""

    fact: Fact
    kind: str
    icon: str
    sentence: str
    details: str
    tone: str
    mark: str
    verification: str | Promise
    over: bool
    conflicting: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Facts of a kind that can have one value only, which differ on the day (同项不同值). code, kind: of the kind."""

    code: str
    kind: str
    events: list[Event]


def names_of(codes: set[str], language: str, pack: Pack | None = None) -> dict[str, str]:
    """Names of organisations by code, in one query; with a pack also titles of its benefits by id."""
    titles = {key: title.in_language(language) for key, title in pack.benefits.items()} if pack else {}
    if not codes:
        return titles
    rows = Organisation.objects.filter(code__in=codes).order_by().values_list("code", "name", "name_en")
    return titles | {
        code: (english if language == "en" and english else name) for code, name, english in rows
    }


def organisations_named(facts: Iterable[Fact], schema: Schema) -> set[str]:
    """Codes of organisations that the facts name."""
    codes: set[str] = set()
    for fact in facts:
        kind = schema.kinds.get(fact.kind)
        for field in kind.fields.values() if kind else ():
            if field.type.kind is Kind.ORGANISATION and isinstance(fact.value.get(field.name), str):
                codes.add(fact.value[field.name])
    return codes


def in_conflict(facts: Sequence[Fact], schema: Schema, day: date) -> dict[str, list[Fact]]:
    """Kind → standing facts that contradict one another on ``day``."""
    return conflicts.in_conflict([fact for fact in facts if fact.withdrawn_at is None], schema, day)


def events_of(
    facts: Sequence[Fact],
    schema: Schema,
    language: str,
    names: Names,
    day: date,
    disputed: Iterable[Fact] = (),
) -> list[Event]:
    """Facts up to ``day`` as events, the newest first."""
    ids = {fact.pk for fact in disputed}
    known = [fact for fact in facts if fact.since <= day]
    known.sort(key=lambda fact: (fact.since, fact.pk), reverse=True)
    return [_event(fact, schema, language, names, day, conflicting=fact.pk in ids) for fact in known]


def conflicts_of(events: Sequence[Event], groups: Mapping[str, Sequence[Fact]]) -> list[Conflict]:
    """The groups of ``in_conflict`` with the events that tell them."""
    by_id = {event.fact.pk: event for event in events}
    found = []
    for group in groups.values():
        told = [by_id[fact.pk] for fact in group if fact.pk in by_id]
        found.append(Conflict(group[0].kind, told[0].kind, told))
    return found


@dataclass(frozen=True, slots=True)
class ToAsk:
    """A field to be asked for next. kind: code, for the address of its form. said: when it was stated, None: never."""

    kind: str
    title: str
    said: date | None


def to_ask(held: Completeness, schema: Schema, language: str) -> list[ToAsk]:
    """The gaps of a record in words, in the order in which to ask."""
    return [
        ToAsk(
            gap.kind,
            labelled(
                schema.kinds[gap.kind].title.in_language(language),
                schema.kinds[gap.kind].fields[gap.field].title.in_language(language),
            ),
            gap.said,
        )
        for gap in held.gaps
    ]


def masked_fields(facts: Sequence[Fact], schema: Schema) -> list[tuple[Fact, str, str]]:
    """(fact, field, value) of every value that is shown masked: the newest statement of each field."""
    newest: dict[tuple[str, str], tuple[Fact, str, str]] = {}
    for fact in sorted(facts, key=lambda fact: (fact.since, fact.pk)):
        kind = schema.kinds.get(fact.kind)
        for field in kind.fields.values() if kind else ():
            value = fact.value.get(field.name)
            if is_masked(field) and isinstance(value, str):
                newest[fact.kind, field.name] = (fact, field.name, value)
    return list(newest.values())


def _event(fact: Fact, schema: Schema, language: str, names: Names, day: date, *, conflicting: bool) -> Event:
    kind = schema.kinds.get(fact.kind)
    verification = Verification(fact.verification)
    return Event(
        fact=fact,
        kind=kind.title.in_language(language) if kind else fact.kind,
        icon=kind.icon if kind else "file-text",
        sentence=fact_sentence(kind, fact.value, schema, language, names) if kind else "",
        details=fact_details(kind, fact.value, schema, language, names) if kind else "",
        tone=TONES[verification],
        mark=MARKS[verification],
        verification=verification.label,
        over=fact.until is not None and fact.until <= day,
        conflicting=conflicting,
    )
