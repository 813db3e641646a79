"""Days on which nothing is taken in (停办期): listed, added, ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.services.actions import end_freeze, freeze
from juxian.apps.services.models import FreezePeriod
from juxian.apps.services.rules import may_freeze
from juxian.web.desk.cases.queue import service_choices
from juxian.web.desk.forms import day_field, text_field
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.once import once
from juxian.web.kit.paging import page_by_key
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope

PAGE = 50


class FreezeForm(forms.Form):
    """service: empty for all. until: the first day on which applications are taken in again."""

    service = forms.ChoiceField(label=gettext_lazy("事项"), required=False)
    since = day_field(gettext_lazy("开始日期"))
    until = day_field(gettext_lazy("恢复日期"), help_text=gettext_lazy("这一天起重新受理"))
    reason = text_field(gettext_lazy("原因"), 200, help_text=gettext_lazy("显示在申请页"))

    def __init__(self, scope: Scope, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.scope = scope
        set_choices(self, "service", [("", _("全部事项")), *service_choices(scope)])

    def clean(self) -> dict[str, Any]:
        """The period ends after it begins, and has not ended already."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until <= since:
            self.add_error("until", ValidationError(_("恢复日期应在开始日期之后。")))
        elif until and until <= self.scope.as_of:
            self.add_error("until", ValidationError(_("恢复日期已经过去，不需要登记。")))
        return given


@dataclass(frozen=True, slots=True)
class FreezeRow:
    """now: nothing is taken in today. over: applications are taken in again."""

    period: FreezePeriod
    title: str
    now: bool
    over: bool


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def freezes(request: HttpRequest) -> HttpResponse:
    """All periods of the place, the newest first; one is added by POST."""
    scope = current_scope(request)
    home = home_of(scope)
    may_freeze(user_of(request), home).or_refuse()
    form = FreezeForm(scope, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        freeze(home=home, by=user_of(request), **form.cleaned_data)
        messages.success(request, _("停办期已登记。"))
        return go(request, "desk:freezes")
    found = FreezePeriod.objects.filter(home=home).order_by("-pk")
    periods, further = page_by_key(found, request.GET.get("after", ""), PAGE)
    titles = dict(service_choices(scope))
    rows = [
        FreezeRow(
            period,
            titles.get(period.service, period.service) if period.service else _("全部事项"),
            period.since <= scope.as_of < period.until,
            period.until <= scope.as_of,
        )
        for period in periods
    ]
    context = {"form": form, "rows": rows, "next": further}
    return render(request, "desk/cases/freezes.html", context, status=422 if form.errors else 200)


@for_roles(Role.OFFICE)
@require_POST
@once
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Applications are taken in again from today on."""
    home = home_of(current_scope(request))
    may_freeze(user_of(request), home).or_refuse()
    period = get_object_or_404(FreezePeriod.objects.select_related("home"), pk=pk, home=home)
    end_freeze(period=period, by=user_of(request))
    messages.success(request, _("已恢复受理。"))
    return go(request, "desk:freezes")
