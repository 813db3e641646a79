"""The person page (人才档案): facts on a day, what follows from them, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.collectives.queries import pairings_of, stays_of
from juxian.apps.persons.enums import DocumentKind
from juxian.apps.persons.models import Fact, Person
from juxian.apps.persons.queries import (
    completeness_of,
    organisation_attributes,
    profile_from,
    records_of,
    visible_spouse,
)
from juxian.apps.persons.rules import may_record_facts, may_reveal
from juxian.apps.services.queries.officers import officer_of
from juxian.apps.services.rules import may_name_officer
from juxian.core.facts.values import Refusal, parse_day, show_value
from juxian.core.identity.masking import mask_phone
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.scope import find_person
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.collectives import pairing_rows, stay_rows
from juxian.web.kit.dossier import (
    ToAsk,
    conflicts_of,
    events_of,
    in_conflict,
    masked_fields,
    names_of,
    organisations_named,
    to_ask,
)
from juxian.web.kit.entitling import (
    EntitlementCard,
    MissingFact,
    entitlement_cards,
    missing_facts,
    shown_first,
    turning_cards,
)
from juxian.web.kit.formats import labelled, rate
from juxian.web.kit.openings import note_opening
from juxian.web.kit.rows import level_badge
from juxian.web.kit.scope import Scope, current_scope

BELONGINGS_SHOWN = 30
HEADER_FIELDS = (
    "gender",
    "birth_date",
    "degree",
    "title_level",
    "introduced_on",
    "introduction_mode",
    "hired_on",
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is shown masked. key: ``document-<id>`` or ``fact-<id>-<field>``; value: set once revealed."""

    key: str
    title: str
    masked: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Lacking:
    """share: of what the record should hold, what is known. to_ask: what to ask for next. missing: what policies
    lack, each with the place to add it.
    """

    share: str
    to_ask: list[ToAsk]
    missing: list[tuple[MissingFact, str]]


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def person(request: HttpRequest, number: str) -> HttpResponse:
    """The record as of any day (``?as_of=``); a day that is none is told with status 422."""
    found = find_person(request, number)
    asked = request.GET.get("as_of", "").strip()[:20]
    day = parse_day(asked) if asked else current_scope(request).as_of
    problem = day.reason.in_language(current_scope(request).language) if isinstance(day, Refusal) else ""
    note_opening(request, found)
    return show(
        request, found, current_scope(request).as_of if isinstance(day, Refusal) else day, problem=problem
    )


def show(
    request: HttpRequest,
    person: Person,
    day: date,
    *,
    problem: str = "",
    revealed: dict[str, str] | None = None,
    refused: tuple[str, ReasonForm] | None = None,
) -> HttpResponse:
    """The page on ``day``. revealed: key of a secret → its value. refused: the secret and the form that was refused."""
    scope = current_scope(request)
    spouse = visible_spouse(user_of(request), person, day)
    context = dossier(person, scope, day, spouse_shown=spouse is not None)
    context |= {
        "spouse": spouse,
        "problem": problem,
        "officership": officer_of(person),
        "stays": stay_rows(
            stays_of(person).filter(since__lte=day)[:BELONGINGS_SHOWN], scope.pack, scope.language, day
        ),
        "pairings": pairing_rows(
            pairings_of(person).filter(since__lte=day)[:BELONGINGS_SHOWN], scope.pack, scope.language, day
        ),
        "may_name": may_name_officer(user_of(request), person.home),
        "may_record": may_record_facts(user_of(request), person),
        "may_reveal": may_reveal(user_of(request), person),
        "secrets": [
            Secret(secret.key, secret.title, secret.masked, (revealed or {}).get(secret.key, ""))
            for secret in secrets_of(person, context["facts"], scope)
        ],
        "refused_key": refused[0] if refused else "",
        "reason_form": refused[1] if refused else ReasonForm(),
    }
    status = 422 if problem or refused else 200
    return render(request, "desk/persons/person.html", context, status=status)


def dossier(person: Person, scope: Scope, day: date, *, spouse_shown: bool = False) -> dict[str, Any]:
    """Everything the page tells, in a number of queries that does not grow with the facts."""
    schema, language = scope.pack.schema, scope.language
    every = list(person.facts.select_related("source", "recorded_by"))
    facts = [fact for fact in every if fact.withdrawn_at is None]
    codes = organisations_named(every, schema)
    names = names_of(codes, language, scope.pack)
    records = records_of(facts)
    profile = profile_from(person, records, schema, day, organisation_attributes(codes))
    groups = in_conflict(facts, schema, day)
    events = events_of(
        facts, schema, language, names, day, [fact for group in groups.values() for fact in group]
    )
    withdrawn = [fact for fact in every if fact.withdrawn_at is not None]
    cards = entitlement_cards(
        scope.pack,
        profile,
        day,
        language,
        address=_policy_address,
        printed=_printed(person, day, scope),
        records=records,
        facts=facts,
        spouse_shown=spouse_shown,
    )
    near, rest = shown_first(cards)
    return {
        "person": person,
        "facts": facts,
        "day": day,
        "is_today": day == scope.as_of,
        "profile": profile,
        "level_code": level_badge(profile.get("talent_level")),
        "level": _words(profile, "talent_level", scope),
        "line": [part for part in (profile.get("position"), names.get(profile.get("employer", ""))) if part],
        "header": [
            (schema.profile[name].title.in_language(language), _words(profile, name, scope))
            for name in HEADER_FIELDS
            if name in schema.profile and profile.get(name) is not None
        ],
        "events": events,
        "withdrawn": events_of(withdrawn, schema, language, names, date.max),
        "conflicts": conflicts_of(events, groups),
        "resolutions": _resolutions(person, every, scope, names),
        "entitlements": near,
        "others": rest,
        "turning": turning_cards(cards),
        "completeness": _lacking(person, facts, scope, day, cards),
    }


@dataclass(frozen=True, slots=True)
class Settled:
    """A resolution in words: which statement was believed, and who decided by what."""

    title: str
    sub: str
    at: datetime


def _resolutions(person: Person, facts: list[Fact], scope: Scope, names: dict[str, str]) -> list[Settled]:
    told = {
        event.fact.pk: event for event in events_of(facts, scope.pack.schema, scope.language, names, date.max)
    }
    return [
        Settled(
            labelled(told[item.keeps_id].kind, told[item.keeps_id].sentence),
            " · ".join((item.by.name, item.evidence, item.reason)),
            item.at,
        )
        for item in person.resolutions.select_related("by")
        if item.keeps_id in told
    ]


def _lacking(
    person: Person, facts: list[Fact], scope: Scope, day: date, cards: list[EntitlementCard]
) -> Lacking:
    schema = scope.pack.schema
    held = completeness_of(person, facts, schema, day)
    missing = [
        (item, reverse("desk:fact-add", args=[person.number, item.kind]) if item.kind else "")
        for item in missing_facts(cards, schema, scope.language)
    ]
    return Lacking(rate(held.known, held.asked), to_ask(held, schema, scope.language), missing)


def _policy_address(policy: str) -> str:
    return reverse("desk:policy", args=[policy])


def _printed(person: Person, day: date, scope: Scope) -> Callable[[str, str], str]:
    asked = "" if day == scope.as_of else f"?as_of={day.isoformat()}"
    return lambda policy, benefit: reverse("desk:person-why", args=[person.number, policy, benefit]) + asked


def secrets_of(person: Person, facts: list[Fact], scope: Scope) -> list[Secret]:
    """Document numbers and contact details, masked; the newest first."""
    documents = person.documents.filter(withdrawn_at=None).order_by("-pk")
    secrets = [
        Secret(f"document-{document.pk}", str(DocumentKind(document.kind).label), document.masked)
        for document in documents
    ]
    for fact, name, value in masked_fields(facts, scope.pack.schema):
        title = scope.pack.schema.kinds[fact.kind].fields[name].title.in_language(scope.language)
        secrets.append(Secret(f"fact-{fact.pk}-{name}", title, mask_contact(value)))
    return secrets


def mask_contact(value: str) -> str:
    """A phone number by its own rule; an address keeps its first character and what follows the ``@``."""
    head, at, tail = value.partition("@")
    return f"{head[:1]}***{at}{tail}" if at else mask_phone(value)


def _words(profile: dict[str, Any], name: str, scope: Scope) -> str:
    field = scope.pack.schema.profile[name]
    value = profile.get(name)
    return "" if value is None else show_value(value, field.type, scope.pack.schema, scope.language)
