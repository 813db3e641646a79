"""How the cases of one joint application stand, on one page (合办进度)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from juxian.apps.services.models import Case, Seat
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.loading import CASE_PARTS, load_many
from juxian.apps.services.queries.visible import visible_to
from juxian.web.kit import cases as words
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.scope import current_scope
from juxian.web.kit.templatetags.kit import name_of
from juxian.web.portal.services.applying import PEOPLE
from juxian.web.portal.services.following import marked

SHOWN = 50


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A case of the group. waits: (task, by whom, until when); asked: (what has to be supplemented, note)."""

    case: Case
    title: str
    state: str
    tone: str
    waits: tuple[tuple[str, str, date | None], ...]
    asked: tuple[tuple[str, str], ...]
    steps: tuple[words.StepRow, ...]


@for_roles(*PEOPLE)
@require_safe
def group(request: HttpRequest, group: str) -> HttpResponse:
    """Each case with its step, its deadline and what is asked; the same number of queries for any number of cases."""
    scope = current_scope(request)
    found = visible_to(user_of(request)).filter(group=group).exclude(group="")
    cases = list(found.select_related(*CASE_PARTS).prefetch_related("events").order_by("pk")[:SHOWN])
    if not cases:
        raise Http404
    seats: dict[int, list[Seat]] = {}
    for seat in Seat.objects.filter(case__in=cases, open=True).select_related("organisation", "turn"):
        seats.setdefault(seat.case_id, []).append(seat)
    rows = []
    for loaded in load_many(cases):
        case, service = loaded.case, service_of(loaded.case)
        waits = {
            seat.turn.key: (
                service.posts[seat.turn.key].title.in_language(scope.language),
                name_of(seat.organisation) if seat.organisation else "",
                seat.turn.due_on,
            )
            for seat in seats.get(case.pk, ())
        }
        rows.append(
            GroupRow(
                case,
                service.title.in_language(scope.language),
                words.title_of(service, case.state, scope.language),
                "warn" if case.supplementing else words.RESULT_TONES.get(case.result, "info"),
                tuple(waits.values()),
                tuple(marked(service, loaded, scope.language)),
                tuple(words.step_rows(service, case, case.events.all(), scope.language)),
            )
        )
    context = {
        "group": group,
        "rows": rows,
        "applicant": cases[0].applicant,
        "submitted_at": cases[0].submitted_at,
        "ended": sum(row.case.ended for row in rows),
        "asked": [row for row in rows if row.asked],
        "next_day": min(
            (row.case.due_on for row in rows if row.case.due_on and not row.case.ended), default=None
        ),
    }
    return render(request, "portal/services/group.html", context)
