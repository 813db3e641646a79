"""What waits for me and my unit (待办), and steps that may be taken for many cases at once (批量)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.services.models import Seat
from juxian.apps.services.queries import queue as queues
from juxian.apps.services.queries.calendar import current_calendar
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.possible import safe_action
from juxian.core.workdays import Calendar
from juxian.web.desk.cases.finding import STAFF
from juxian.web.desk.forms import text_field
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.seeking import seeks, sought
from juxian.web.kit.turns import act_on_chosen

PAGE_SIZE = 50
MOST_AT_ONCE = 50
VIEWS: dict[str, str | Promise] = {
    "unit": gettext_lazy("本机构待办"),
    "mine": gettext_lazy("我的待办"),
    "overdue": gettext_lazy("已超时"),
    "soon": gettext_lazy("即将到期"),
    "supplement": gettext_lazy("等待补正"),
}


class QueueFilters(forms.Form):
    """view: of ``VIEWS``. service: id. q: number of a case, or how the applicant's name begins."""

    view = forms.ChoiceField(choices=list(VIEWS.items()), required=False)
    service = forms.SlugField(max_length=64, required=False)
    q = text_field(gettext_lazy("编号或申请人"), 60, required=False)
    after = forms.CharField(max_length=40, required=False)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One turn in words. days_left: working days, None without a last day. late: its last day is over. safe: action, or empty."""

    turn: int
    version: int
    number: str
    applicant: str
    employer: str
    service: str
    step: str
    unit: str
    due_on: date | None
    provisional: bool
    days_left: int | None
    late: bool
    officer: str
    proposed: bool
    safe: str


@for_roles(*STAFF)
@require_safe
@seeks
def queue(request: HttpRequest) -> HttpResponse:
    scope, form = current_scope(request), QueueFilters(sought(request))
    right = form.is_valid()
    wanted = form.cleaned_data if right else {}
    calendar = current_calendar()
    user = user_of(request)
    work, lens = queues.work_of(user, scope.as_of), queues.lens_of(user, scope.as_of, calendar)
    view = wanted.get("view") or "unit"
    shown = _filtered([queues.in_view(part, view, lens) for part in work], wanted)
    rows, next_one = queues.page_of(shown, queues.Cursor.read(wanted.get("after", "")), PAGE_SIZE)
    numbers = queues.counts(work, lens)
    context = {
        "form": form,
        "view": view,
        "views": [(key, title, _counted(numbers[key])) for key, title in VIEWS.items()],
        "services": service_choices(scope),
        "rows": [_row(seat, scope, calendar) for seat in rows],
        "next": str(next_one) if next_one else "",
        "chosen": bool(wanted.get("q") or wanted.get("service")),
    }
    return render_part(request, "desk/cases/queue.html#list", context, status=200 if right else 422)


def _counted(number: int) -> str:
    return f"{queues.COUNTED}+" if number > queues.COUNTED else str(number)


def _filtered(parts: list[QuerySet[Seat]], wanted: Mapping[str, Any]) -> list[QuerySet[Seat]]:
    if wanted.get("service"):
        parts = [part.filter(service=wanted["service"]) for part in parts]
    q = (wanted.get("q") or "").strip()
    if "-" in q and q[-1:].isdigit():
        return [part.filter(case__number=q.upper()) for part in parts]
    return queues.of_applicants(parts, q) if q else parts


def service_choices(scope: Scope) -> list[tuple[str, str]]:
    """(id, title) of what the place offers."""
    services = scope.pack.services
    return [(service, services[service].title.in_language(scope.language)) for service in services]


def _row(seat: Seat, scope: Scope, calendar: Calendar) -> QueueRow:
    case, turn, language = seat.case, seat.turn, scope.language
    service = service_of(case)
    due = seat.due_on if queues.has_day(seat) else None
    employer = case.employer or None
    return QueueRow(
        turn=turn.pk,
        version=case.version,
        number=case.number,
        applicant=case.applicant,
        employer=employer.name if employer else "",
        service=service.title.in_language(language),
        step=service.posts[turn.key].title.in_language(language),
        unit=seat.organisation.name if seat.organisation else "",
        due_on=due,
        provisional=turn.provisional,
        days_left=calendar.working_days(scope.as_of, due) if due else None,
        late=due is not None and due < scope.as_of,
        officer=str(turn.officer) if turn.officer else "",
        proposed=bool(turn.proposal),
        safe=safe_action(service, turn),
    )


@for_roles(*STAFF)
@require_POST
@once
def bulk(request: HttpRequest) -> HttpResponse:
    """The safe action of each chosen turn; what cannot be done is told."""
    act_on_chosen(request, MOST_AT_ONCE)
    return go(request, "desk:cases")
