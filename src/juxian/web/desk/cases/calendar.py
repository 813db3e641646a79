"""The announced days and what is not settled yet (工作日历): a new year is uploaded, running cases are dated anew."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.services.actions import upload_year
from juxian.apps.services.models import CalendarYear, Case
from juxian.apps.services.queries.calendar import current_calendar
from juxian.apps.services.rules import may_set_calendar
from juxian.apps.services.tasks import redate
from juxian.core.source import Rejected
from juxian.core.workdays import DayKind
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

LONGEST = 20_000
COUNTED = 9_999


class YearForm(forms.Form):
    """Rows as core.workdays reads them."""

    year = forms.IntegerField(label=gettext_lazy("年份"), min_value=2004, max_value=2100)
    text = forms.CharField(
        label=gettext_lazy("放假调休安排"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("每行：日期, 放假或上班, 节日。例如 2027-02-05..2027-02-11, 放假, 春节"),
    )


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def calendar(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    known = current_calendar()
    form = YearForm(
        request.POST if request.method == "POST" else None, initial={"year": max(known.years) + 1}
    )
    problems = []
    if request.method == "POST" and form.is_valid():
        may_set_calendar(user_of(request)).or_refuse()
        try:
            upload_year(by=user_of(request), **form.cleaned_data)
            redate.enqueue()
            messages.success(
                request,
                _("已收录 %(year)s 年安排，办理中的期限正在重算。") % {"year": form.cleaned_data["year"]},
            )
            return go(request, "desk:calendar")
        except Rejected as refused:
            problems = list(refused.problems)
    year = scope.as_of.year
    days = [day for day in known.days.values() if day.day.year in (year, year + 1)]
    running = Case.objects.running().filter(home=home_of(scope), provisional=True)
    context = {
        "form": form,
        "problems": problems,
        "years": f"{min(known.years)}–{max(known.years)}",
        "settled_until": known.settled_until,
        "days": [
            (day.day, day.kind is DayKind.WORKDAY, day.name) for day in sorted(days, key=lambda day: day.day)
        ],
        "provisional": running.order_by()[: COUNTED + 1].count(),
        "uploads": CalendarYear.objects.select_related("uploaded_by")[:20],
    }
    return render(
        request, "desk/cases/calendar.html", context, status=422 if form.errors or problems else 200
    )
