"""What is done to a case from its page (办理): one action, with the version that the page showed."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.actions import record
from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import now
from juxian.apps.services.actions import NotTaken, Overtaken, Wanted, act_on_case, put_back, take_turn
from juxian.apps.services.models import Turn
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.queue import seats_of
from juxian.apps.services.rules import may_act_for_applicant
from juxian.core.services import CaseRefused
from juxian.web.desk.cases import page
from juxian.web.desk.cases.finding import STAFF, find_case
from juxian.web.desk.forms import ReasonForm
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.cases import action_words
from juxian.web.kit.errors import too_many
from juxian.web.kit.formats import clauses
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import words_in

LONGEST_REASON, LONGEST_NOTE = 2000, 200
REVEALED = "services.value_revealed"
HOURLY_LIMIT = 60


class ActForm(forms.Form):
    """task: key of the turn. version: of the page. for_applicant: on behalf of the applicant."""

    action = forms.CharField(max_length=64)
    task = forms.CharField(max_length=130, required=False)
    version = forms.IntegerField(min_value=0, max_value=2**31)
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)
    for_applicant = forms.BooleanField(required=False)


@for_roles(*STAFF)
@require_POST
@once
def act(request: HttpRequest, number: str) -> HttpResponse:
    case, scope, form = find_case(request, number), current_scope(request), ActForm(request.POST)
    if not form.is_valid():
        return page.show(request, case, status=422, problem=_("请选择要办理的动作。"))
    given = form.cleaned_data
    if given["for_applicant"]:
        may_act_for_applicant(user_of(request), case).or_refuse()
    wanted = Wanted(given["action"], given["task"], given["reason"].strip(), marks=_marks(request))
    before = case.state
    try:
        with transaction.atomic():
            act_on_case(
                case=case,
                wanted=wanted,
                by=user_of(request),
                expected_version=given["version"],
                for_applicant=given["for_applicant"],
            )
    except Overtaken as told:
        return page.show(request, find_case(request, number), status=409, problem=str(told), typed=given)
    except CaseRefused as refused:
        details = [text.in_language(scope.language) for text in refused.fields.values()]
        problem = clauses([refused.reason.in_language(scope.language), *details])
        return page.show(request, case, status=422, problem=problem, typed=given)
    done = action_words(service_of(case), before, wanted.name, scope.language)
    messages.success(request, _("已办理：%(action)s") % {"action": done})
    return go(request, "desk:case", number=number)


def _marks(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name[:64], words_in(request.POST.get(f"note-{name}", ""), LONGEST_NOTE))
        for name in request.POST.getlist("mark")[:200]
    ]


@for_roles(*STAFF)
@require_POST
def take(request: HttpRequest, number: str, turn: int) -> HttpResponse:
    """Take a turn, or put it back."""
    case = find_case(request, number)
    seats = seats_of(user_of(request), current_scope(request).as_of).filter(case=case, turn=turn)
    found = Turn.objects.filter(pk__in=seats.values("turn")).select_related("case__home").first()
    if found is None:
        raise Http404
    try:
        if request.POST.get("back"):
            put_back(turn=found, by=user_of(request))
        else:
            take_turn(turn=found, by=user_of(request))
    except NotTaken as refused:
        messages.warning(request, str(refused))
    return go(request, "desk:case", number=number)


@for_roles(Role.OFFICE, Role.DEPARTMENT)
@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """One masked answer in full: recorded with its reason, and not too often."""
    case, scope = find_case(request, number), current_scope(request)
    since = now() - timedelta(hours=1)
    if (
        AuditEntry.objects.filter(action=REVEALED, actor=request.user.pk, at__gte=since).count()
        >= HOURLY_LIMIT
    ):
        return too_many(request, _("一小时内查看的号码太多，请稍后再试。"))
    name, form = request.POST.get("field", "")[:64], ReasonForm(request.POST)
    field = service_of(case).fields.get(name)
    if field is None or not field.sensitive:
        raise Http404
    if not form.is_valid():
        return page.show(request, case, status=422, problem=_("请写明查看理由。"))
    record(
        REVEALED,
        actor=user_of(request),
        subject=case.person or case,
        organisation_path=case.home.path,
        acting_as=f"{scope.role}@{scope.organisation.code}",
        detail={"value": name, "case": case.number},
        reason=form.cleaned_data["reason"],
    )
    return page.show(request, case, revealed=frozenset({name}))
