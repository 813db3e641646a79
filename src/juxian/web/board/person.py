"""One person for a leader (人才简况): the facts with their sources; nothing masked opens here."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import organisation_attributes, persons_visible_to, profile_from, records_of
from juxian.core.facts.values import show_value
from juxian.web.board.day import board_day
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.dossier import events_of, in_conflict, names_of, organisations_named
from juxian.web.kit.openings import note_opening
from juxian.web.kit.rows import level_badge
from juxian.web.kit.scope import Scope, current_scope

SHOWN = ("gender", "birth_date", "degree", "title_level", "introduced_on", "hired_on")


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def person(request: HttpRequest, number: str) -> HttpResponse:
    """The person on the board's day; 404 for anybody outside the user's reach."""
    scope = current_scope(request)
    day = board_day(request, scope)
    people = persons_visible_to(user_of(request)).select_related("home")
    found: Person = get_object_or_404(people, number=number)
    note_opening(request, found)
    schema, language = scope.pack.schema, scope.language
    facts = list(found.facts.standing().select_related("source__organisation"))
    codes = organisations_named(facts, schema)
    names = names_of(codes, language, scope.pack)
    profile = profile_from(found, records_of(facts), schema, day.day, organisation_attributes(codes))
    disputed = [fact for group in in_conflict(facts, schema, day.day).values() for fact in group]
    level = profile.get("talent_level")
    context = {
        "person": found,
        "day": day,
        "level_code": level_badge(level),
        "level": _words(profile, "talent_level", scope),
        "line": [part for part in (profile.get("position"), names.get(profile.get("employer", ""))) if part],
        "header": [
            (schema.profile[name].title.in_language(language), _words(profile, name, scope))
            for name in SHOWN
            if name in schema.profile and profile.get(name) is not None
        ],
        "events": events_of(facts, schema, language, names, day.day, disputed),
    }
    return render(request, "board/person.html", context)


def _words(profile: dict[str, object], name: str, scope: Scope) -> str:
    value = profile.get(name)
    schema = scope.pack.schema
    return "" if value is None else show_value(value, schema.profile[name].type, schema, scope.language)
