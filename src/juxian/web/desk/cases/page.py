"""One case: what was asked, where it stands, what may be done (办件页)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.queries.repairs import repair_of
from juxian.apps.services.enums import ConferenceState
from juxian.apps.services.models import Case, Conference, Turn
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.loading import Loaded, load, open_seats
from juxian.apps.services.queries.materials import files_of
from juxian.apps.services.queries.possible import Choice, choices_of
from juxian.apps.services.rules import may_assign
from juxian.core.services import Service
from juxian.core.services.answers import shown_fields
from juxian.web.desk.cases.finding import STAFF, find_case
from juxian.web.kit import cases as words
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.openings import CASE, note_opening
from juxian.web.kit.scope import Scope, current_scope

FIRST_TONES = {
    "refuse": "danger",
    "fail": "danger",
    "decline": "danger",
    "withdraw": "danger",
    "uphold": "danger",
}
BY_APPLICANT = ("supplement", "submit")  # need the form: done in the portal or at the counter


@dataclass(frozen=True, slots=True)
class ActionButton:
    """One thing that may be done. ``reason``: has to be given."""

    action: str
    title: str
    tone: str
    reason: bool


@dataclass(frozen=True, slots=True)
class TurnCard:
    """An open turn and what the user may do in it. marks: (name, title) of what may be returned for supplement."""

    turn: Turn | None
    key: str
    title: str
    unit: str
    buttons: Sequence[ActionButton]
    may_return: bool
    proposal: str
    proposal_reason: str
    for_applicant: bool
    reason_needed: bool


@for_roles(*STAFF)
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    found = find_case(request, number)
    if found.person is not None:
        note_opening(request, found.person, action=CASE, case=found.number)
    return show(request, found)


def show(
    request: HttpRequest,
    found: Case,
    *,
    status: int = 200,
    revealed: frozenset[str] = frozenset(),
    **more: Any,
) -> HttpResponse:
    """The page of a case; ``more``: what an action that was refused adds to it."""
    scope = current_scope(request)
    service, loaded = service_of(found), load(found)
    events = list(found.events.select_related("actor"))
    seats = open_seats(found)
    choices = choices_of(user_of(request), service, loaded, seats)
    language = scope.language
    context = {
        "case": found,
        "service": service,
        "tone": words.RESULT_TONES.get(found.result, "info"),
        "state_title": words.title_of(service, found.state, language),
        "steps": words.step_rows(service, found, events, language),
        "sections": words.answer_sections(
            service, loaded.state, language, day=scope.as_of, revealed=revealed
        ),
        "materials": words.material_rows(service, loaded.state, files_of(found), language, scope.as_of),
        "history": words.history_rows(events, service, language),
        "letters": [(letter, *letter.words(language)) for letter in found.letters.all()],
        "effects": words.effect_rows(found.effects.all(), scope.pack, language),
        "cards": _cards(service, loaded, seats, choices, language),
        "markable": _markable(service, loaded, scope),
        "waiting": [
            (words.title_of(service, seat.turn.state, language), service.posts[seat.turn.key].title, seat)
            for seat in seats
        ],
        "meetings": Conference.objects.filter(home=found.home, state=ConferenceState.PLANNED)[:20]
        if may_assign(user_of(request), found)
        else (),
        "agenda": found.agenda.select_related("conference"),
        "may_reveal": scope.role in (Role.OFFICE, Role.DEPARTMENT),
        "repair": repair_of(found),
        "person_link": found.person if scope.role in (Role.OFFICE, Role.LEADER) else None,
        **more,
    }
    return render(request, "desk/cases/case.html", context, status=status)


def _cards(
    service: Service, loaded: Loaded, seats: Sequence[Any], choices: Sequence[Choice], language: str
) -> list[TurnCard]:
    """Own work first, then what may be done for the applicant."""
    units = {seat.turn.key: seat.organisation for seat in seats}
    groups: dict[tuple[str, bool], list[Choice]] = {}
    for choice in choices:
        if choice.for_applicant and choice.possible.action in BY_APPLICANT:
            continue
        groups.setdefault((choice.possible.task, choice.for_applicant), []).append(choice)
    return [
        _card(service, loaded, key, group, units.get(key), language, for_applicant)
        for (key, for_applicant), group in sorted(groups.items(), key=lambda item: item[0][1])
    ]


def _card(
    service: Service,
    loaded: Loaded,
    key: str,
    group: Sequence[Choice],
    unit: Any,
    language: str,
    for_applicant: bool,
) -> TurnCard:
    turn = loaded.turns.get(key)
    post = service.posts.get(key)
    buttons = [
        ActionButton(
            choice.possible.action,
            choice.possible.title.in_language(language),
            FIRST_TONES.get(choice.possible.action, "plain" if number else "primary"),
            choice.possible.reason,
        )
        for number, choice in enumerate(group)
        if choice.possible.action != "return"
    ]
    proposal = turn.proposal if turn and turn.proposal else None
    return TurnCard(
        turn=turn,
        key=key,
        title=post.title.in_language(language) if post else "",
        unit=unit.name if unit else "",
        buttons=buttons,
        may_return=any(choice.possible.action == "return" for choice in group),
        proposal=words.action_words(service, loaded.state.state, proposal[0], language) if proposal else "",
        proposal_reason=proposal[2] if proposal else "",
        for_applicant=for_applicant,
        reason_needed=any(button.reason for button in buttons),
    )


def _markable(service: Service, loaded: Loaded, scope: Scope) -> list[tuple[str, str]]:
    """(name, title) of the fields and materials that may be marked."""
    shown = shown_fields(service, loaded.state.answers, loaded.state.profile, scope.as_of)
    fields = [(item.name, item.title.in_language(scope.language)) for item in shown.values()]
    return [
        *fields,
        *((item.name, item.title.in_language(scope.language)) for item in service.materials.values()),
    ]
