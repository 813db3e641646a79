"""The office's queue of proposed corrections, and the decision about one (更正核对)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.corrections.actions import NotPossible, accept_correction, refuse_correction
from juxian.apps.corrections.enums import State
from juxian.apps.corrections.queries import corrections_visible_to
from juxian.apps.corrections.rules import may_decide
from juxian.web.desk.forms import text_field
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.corrections import told
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

SHOWN, DECIDED_SHOWN = 50, 20


class AnswerForm(forms.Form):
    """Yes or no, with a word to who proposed it."""

    decision = forms.ChoiceField(
        label=_("决定"),
        choices=[("accept", _("采纳，写入档案")), ("refuse", _("不采纳"))],
        widget=forms.RadioSelect,
    )
    answer = text_field(_("答复"), 200, help_text=_("提出人会看到，也写入审计记录"))


@for_roles(Role.OFFICE)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The oldest that wait, and the last that were decided."""
    scope = current_scope(request)
    every = corrections_visible_to(user_of(request)).filter(home=home_of(scope))
    every = every.select_related("person", "about", "employer", "by", "decided_by")
    waiting = list(every.filter(state=State.OPEN, person__merged_into=None).order_by("pk")[:SHOWN])
    decided = list(every.exclude(state=State.OPEN).order_by("-decided_at", "-pk")[:DECIDED_SHOWN])
    context = {
        "waiting": told(waiting, scope.pack.schema, scope.language),
        "decided": told(decided, scope.pack.schema, scope.language),
    }
    return render(request, "desk/persons/corrections.html", context)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands, what is proposed, the paper, and the decision."""
    scope = current_scope(request)
    every = corrections_visible_to(user_of(request)).filter(home=home_of(scope))
    found = get_object_or_404(
        every.select_related("person", "home", "about__source", "employer", "by", "decided_by", "file"), pk=pk
    )
    form = AnswerForm(request.POST if request.method == "POST" else None)
    allowed = may_decide(user_of(request), found)
    if request.method == "POST":
        allowed.or_refuse()
        if form.is_valid():
            answer = form.cleaned_data["answer"]
            try:
                if form.cleaned_data["decision"] == "accept":
                    accept_correction(
                        correction=found,
                        by=user_of(request),
                        organisation=str(scope.organisation),
                        answer=answer,
                    )
                    messages.success(request, gettext("已采纳并写入档案。"))
                else:
                    refuse_correction(correction=found, by=user_of(request), answer=answer)
                    messages.success(request, gettext("已答复，档案未变。"))
            except NotPossible as refused:
                form.add_error(None, str(refused))
            else:
                return go(request, "desk:corrections")
    (row,) = told([found], scope.pack.schema, scope.language)
    context = {"row": row, "form": form, "allowed": allowed}
    return render(request, "desk/persons/correction.html", context, status=422 if form.errors else 200)
