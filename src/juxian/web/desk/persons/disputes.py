"""Statements that contradict one another, side by side; and how far one has been checked (说法不一、核验)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.rules import Decision
from juxian.apps.persons.actions import NotStanding, set_verification, settle_conflict
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact
from juxian.apps.persons.queries import colleagues_in
from juxian.apps.persons.rules import may_record_facts, may_verify
from juxian.web.desk.forms import text_field
from juxian.web.desk.scope import find_person
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.dossier import Event, events_of, in_conflict, names_of, organisations_named
from juxian.web.kit.fields import set_choices
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope


class SettleForm(forms.Form):
    """Which statement holds, by what paper, and why."""

    keep = forms.TypedChoiceField(label=_("采信哪一条"), coerce=int, widget=forms.RadioSelect)
    evidence = text_field(_("依据"), 200, help_text=_("核对了哪份原件或哪个系统"))
    reason = text_field(_("理由"), 200, help_text=_("写入审计记录"))

    def __init__(self, data: Any, *, events: list[Event]) -> None:
        super().__init__(data)
        set_choices(
            self,
            "keep",
            [
                (event.fact.pk, " · ".join((event.sentence, str(event.fact.since), event.fact.source.title)))
                for event in events
            ],
        )


class VerificationForm(forms.Form):
    """How far the statement has been checked, by what paper, and why."""

    state = forms.ChoiceField(label=_("核验状态"), choices=Verification.choices, widget=forms.RadioSelect)
    evidence = text_field(_("凭证"), 200, required=False, help_text=_("留空则保留原来的凭证"))
    reason = text_field(_("理由"), 200, help_text=_("写入审计记录"))

    def __init__(self, *args: Any, may_verify: Decision, **values: Any) -> None:
        super().__init__(*args, **values)
        self.may_verify = may_verify

    def clean_state(self) -> str:
        """A state that the user may give."""
        state: str = self.cleaned_data["state"]
        if state == Verification.VERIFIED and not self.may_verify:
            raise forms.ValidationError(str(self.may_verify.reason))
        return state


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """The statements of one kind that contradict one another today, and the decision; 404 when there are none."""
    scope = current_scope(request)
    person = find_person(request, number)
    may_record_facts(user_of(request), person).or_refuse()
    facts = list(person.facts.standing().select_related("source", "recorded_by"))
    group = in_conflict(facts, scope.pack.schema, scope.as_of).get(kind)
    if group is None:
        raise Http404
    events = _told(group, scope)
    form = SettleForm(request.POST if request.method == "POST" else None, events=events)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        keep = next(fact for fact in group if fact.pk == wanted["keep"])
        try:
            settle_conflict(
                keep=keep,
                overrule=[fact for fact in group if fact.pk != keep.pk],
                by=user_of(request),
                organisation=str(scope.organisation),
                evidence=wanted["evidence"],
                reason=wanted["reason"],
            )
        except NotStanding:
            messages.warning(request, gettext("其中一条刚被撤销，请重新核对。"))
            return go(request, "desk:person", number=person.number)
        except PermissionDenied as refused:
            form.add_error("keep", str(refused))
        else:
            messages.success(request, gettext("已定夺；不采信的记录已撤销，历史仍可查阅。"))
            return go(request, "desk:person", number=person.number)
    context = {"person": person, "kind": events[0].kind, "events": events, "form": form}
    return render(request, "desk/persons/settle.html", context, status=422 if form.errors else 200)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Say that a statement has been checked, or that it is contested."""
    scope = current_scope(request)
    person = find_person(request, number)
    may_record_facts(user_of(request), person).or_refuse()
    fact = get_object_or_404(person.facts.standing().select_related("source", "person__home"), pk=pk)
    allowed = may_verify(user_of(request), fact)
    form = VerificationForm(
        request.POST if request.method == "POST" else None,
        initial={"state": fact.verification},
        may_verify=allowed,
    )
    if request.method == "POST" and form.is_valid():
        set_verification(
            fact=fact,
            by=user_of(request),
            organisation=str(scope.organisation),
            **form.cleaned_data,
        )
        messages.success(request, gettext("已记下核验状态。"))
        return go(request, "desk:person", number=person.number)
    (event,) = _told([fact], scope)
    context = {
        "person": person,
        "event": event,
        "form": form,
        "refused": "" if allowed else allowed.reason,
        "colleagues": [] if allowed else colleagues_in(person.home, user_of(request)),
    }
    return render(request, "desk/persons/verify.html", context, status=422 if form.errors else 200)


def _told(facts: list[Fact], scope: Scope) -> list[Event]:
    schema = scope.pack.schema
    names = names_of(organisations_named(facts, schema), scope.language)
    latest = max(fact.since for fact in facts)
    return events_of(facts, schema, scope.language, names, max(scope.as_of, latest))
