"""The joint conference (联席会议): meetings, agendas, resolutions that go back to the cases."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.services.actions import (
    NotOnAgenda,
    Overtaken,
    close_conference,
    convene,
    escalate,
    resolve,
)
from juxian.apps.services.enums import ConferenceState
from juxian.apps.services.models import AgendaItem, Conference
from juxian.apps.services.rules import may_escalate
from juxian.web.desk.cases.finding import find_case
from juxian.web.desk.forms import day_field, text_field
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import whole_number, words_in

PAGE = 50
LONGEST = 2000


class ConferenceForm(forms.Form):
    title = text_field(gettext_lazy("名称"), 120)
    day = day_field(gettext_lazy("日期"))


class ResolutionForm(forms.Form):
    item = forms.IntegerField(min_value=1, max_value=2**31)
    resolution = forms.CharField(label=gettext_lazy("决议"), max_length=LONGEST)


@for_roles(Role.OFFICE, Role.LEADER)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def conferences(request: HttpRequest) -> HttpResponse:
    scope = current_scope(request)
    form = ConferenceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = convene(home=home_of(scope), by=user_of(request), **form.cleaned_data)
        return go(request, "desk:conference", pk=made.pk)
    found = Conference.objects.filter(home=home_of(scope)).annotate(
        number=Count("items"), left=Count("items", filter=Q(items__resolution=""))
    )
    context = {"form": form, "conferences": found[:PAGE]}
    return render(request, "desk/cases/conferences.html", context, status=422 if form.errors else 200)


@for_roles(Role.OFFICE, Role.LEADER)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def conference(request: HttpRequest, pk: int) -> HttpResponse:
    """The agenda; a resolution is written down for each item, then the meeting is closed."""
    meeting = get_object_or_404(Conference, pk=pk, home=home_of(current_scope(request)))
    if request.method == "POST":
        if request.POST.get("close"):
            close_conference(conference=meeting, by=user_of(request))
        else:
            _resolve(request, meeting)
        return go(request, "desk:conference", pk=pk)
    items = meeting.items.select_related("case__definition", "case__employer", "resolved_by")
    context = {"meeting": meeting, "items": items, "planned": meeting.state == ConferenceState.PLANNED}
    return render(request, "desk/cases/conference.html", context)


def _resolve(request: HttpRequest, meeting: Conference) -> None:
    form = ResolutionForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("请写明决议。"))
        return
    item = AgendaItem.objects.filter(pk=form.cleaned_data["item"], conference=meeting).first()
    if item is None:
        raise Http404
    try:
        resolve(item=item, resolution=form.cleaned_data["resolution"], by=user_of(request))
        messages.success(request, _("决议已记入办件。"))
    except (NotOnAgenda, Overtaken) as refused:
        messages.warning(request, str(refused))


@for_roles(Role.OFFICE)
@require_POST
@once
def bring(request: HttpRequest, number: str) -> HttpResponse:
    """Bring a case before a meeting that is planned."""
    case = find_case(request, number)
    may_escalate(user_of(request), case).or_refuse()
    wanted = request.POST.get("conference", "")
    question = words_in(request.POST.get("question", ""), LONGEST)
    meetings = Conference.objects.filter(home=case.home, state=ConferenceState.PLANNED)
    meeting = meetings.filter(pk=whole_number(wanted) or 0).first()
    if meeting is None or not question:
        messages.warning(request, _("请选择会议并写明提请审议的问题。"))
        return go(request, "desk:case", number=number)
    try:
        escalate(case=case, conference=meeting, question=question, by=user_of(request))
        messages.success(request, _("已列入议题。"))
    except (NotOnAgenda, Overtaken) as refused:
        messages.warning(request, str(refused))
    return go(request, "desk:case", number=number)
