"""Adding a fact and taking one back (补充与撤销信息项)."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.actions import record_facts, withdraw_fact
from juxian.apps.persons.enums import SourceKind
from juxian.apps.persons.models import Source
from juxian.apps.persons.rules import may_record_facts, may_verify_oneself
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.scope import employers_of, find_person
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.dossier import events_of, names_of, organisations_named
from juxian.web.kit.factforms import FactForm
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope


@for_roles(Role.OFFICE)
@require_safe
def choose_kind(request: HttpRequest, number: str) -> HttpResponse:
    """Which kind of fact is to be added."""
    person = find_person(request, number)
    may_record_facts(user_of(request), person).or_refuse()
    kinds = current_scope(request).pack.schema.kinds.values()
    return render(request, "desk/persons/kinds.html", {"person": person, "kinds": kinds})


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def add(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """The form of one kind; nothing that stands is changed by it."""
    scope = current_scope(request)
    person = find_person(request, number)
    may_record_facts(user_of(request), person).or_refuse()
    if kind not in scope.pack.schema.kinds:
        raise Http404
    known, alone = scope.pack.schema.kinds[kind], may_verify_oneself(person.home)
    form = FactForm(
        request.POST if request.method == "POST" else None,
        kind=known,
        schema=scope.pack.schema,
        language=scope.language,
        employers=employers_of(person.home, scope.language),
        as_of=scope.as_of,
        asks_verified=bool(alone),
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            source = Source.objects.create(
                kind=SourceKind.FORM,
                title=form.cleaned_data["source"],
                organisation=scope.organisation,
                day=scope.as_of,
            )
            draft = form.draft(verified_by=str(scope.organisation))
            record_facts(person=person, facts=[draft], source=source, by=user_of(request))
        messages.success(request, _("已登记：%(kind)s") % {"kind": known.title.in_language(scope.language)})
        return go(request, "desk:person", number=person.number)
    context = {"person": person, "kind": known, "form": form, "apart": "" if alone else alone.reason}
    return render(request, "desk/persons/add_fact.html", context, status=422 if form.errors else 200)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take one statement back, with a reason; it stays readable."""
    scope = current_scope(request)
    person = find_person(request, number)
    may_record_facts(user_of(request), person).or_refuse()
    fact = get_object_or_404(person.facts.standing().select_related("source", "recorded_by"), pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        withdraw_fact(fact=fact, by=user_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("已撤销一条信息项，历史仍可查阅。"))
        return go(request, "desk:person", number=person.number)
    schema = scope.pack.schema
    names = names_of(organisations_named([fact], schema), scope.language, scope.pack)
    events = events_of([fact], schema, scope.language, names, max(scope.as_of, fact.since))
    context = {"person": person, "event": events[0], "form": form}
    return render(request, "desk/persons/withdraw.html", context, status=422 if form.errors else 200)
