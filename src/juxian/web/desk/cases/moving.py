"""Running cases go on under a new version of their service (换用新版): tried first, done on a second word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.services.actions import Tried, cases_behind, try_to_move
from juxian.apps.services.rules import may_revise
from juxian.apps.services.tasks import move_cases
from juxian.core.services import Service
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

TRIED, COUNTED = 1_000, 9_999


class MoveForm(forms.Form):
    """digest: of the version that was tried. sure: the second word."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    sure = forms.BooleanField(label=gettext_lazy("我已看过哪些可以换用、哪些不能"))


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A case and why it cannot go on under the new version, if so."""

    number: str
    applicant: str
    step: str
    due_on: date | None
    reasons: str


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def move(request: HttpRequest, service: str) -> HttpResponse:
    """What would happen; a POST of the version that was shown does it, case by case, behind the request."""
    scope = current_scope(request)
    if service not in scope.pack.services:
        raise Http404
    home, found = home_of(scope), scope.pack.services[service]
    may_revise(user_of(request), home).or_refuse()
    form = MoveForm(request.POST if request.method == "POST" else None, initial={"digest": found.digest})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["digest"] == found.digest:
            move_cases.enqueue(home.pk, service, user_of(request).pk)
            messages.success(request, _("正在逐件换用新版，结果写入各办件的办理记录。"))
            return go(request, "desk:service-move", service)
        form = MoveForm({"digest": found.digest})
        form.add_error(None, _("事项定义刚刚又有更新，请重新查看再执行。"))
    tried = try_to_move(home, found, TRIED)
    behind = cases_behind(home, found).order_by()[: COUNTED + 1].count()
    context = {
        "service": found,
        "form": form,
        "movable": [_row(item, found, scope.language) for item in tried if not item.obstacles],
        "kept": [_row(item, found, scope.language) for item in tried if item.obstacles],
        "behind": min(behind, COUNTED),
        "more": behind > COUNTED,
        "tried": len(tried),
        "untried": behind > len(tried),
    }
    return render(request, "desk/cases/move.html", context, status=422 if form.errors else 200)


def _row(tried: Tried, service: Service, language: str) -> MoveRow:
    case, step = tried.case, service.steps.get(tried.case.state)
    title = step.title.in_language(language) if step else case.state
    reasons = ", ".join(text.in_language(language) for text in tried.obstacles)
    return MoveRow(case.number, case.applicant, title, case.due_on, reasons)
