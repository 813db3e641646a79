"""Applications taken in at the counter, on paper (窗口代录): an officer fills in for the person, with trace."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from juxian.apps.accounts.enums import Role
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.services.actions import NotTakenIn, submit_application
from juxian.apps.services.actions.opening import evidence_held, profile_of
from juxian.apps.services.rules import may_take_in_on_paper
from juxian.core.services import CaseRefused, prefilled
from juxian.web.desk.cases.queue import service_choices
from juxian.web.desk.forms import text_field
from juxian.web.desk.scope import home_of, people_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.serviceforms import ServiceForm
from juxian.web.kit.uploads import checks_files

MOST_FOUND = 10


class CounterForm(forms.Form):
    """Which service, for whom: a number, or a name."""

    service = forms.ChoiceField(label=gettext_lazy("事项"), choices=())
    who = text_field(gettext_lazy("申请人编号或姓名"), 60)

    def __init__(self, *args: Any, services: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        set_choices(self, "service", services)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@checks_files
@once
def counter(request: HttpRequest) -> HttpResponse:
    """Choose service and person (GET), then fill in and hand in (POST)."""
    scope = current_scope(request)
    home = home_of(scope)
    may_take_in_on_paper(user_of(request), home).or_refuse()
    given = request.POST if request.method == "POST" else request.GET
    asked = {"service": given.get("service", ""), "who": given.get("who", "")}
    choosing = CounterForm(asked if asked["who"] else None, services=service_choices(scope), initial=asked)
    people = list(_found(request, home, asked["who"])) if asked["who"] and choosing.is_valid() else []
    if request.method == "POST" and len(people) != 1:
        raise Http404
    context = {"choosing": choosing, "people": people, "asked": asked, "person": None, "form": None}
    if len(people) != 1:
        return render(request, "desk/cases/counter.html", context, status=422 if choosing.errors else 200)
    return _filling(request, people[0], asked["service"], context)


def _found(request: HttpRequest, home: Organisation, who: str) -> QuerySet[Person]:
    people = people_of(request, home).select_related("profile", "home")
    wanted = who.replace("\0", "").strip()
    return (
        people.filter(number=wanted.upper())[:1]
        if wanted[-1:].isdigit()
        else people.filter(name=wanted)[:MOST_FOUND]
    )


def _filling(request: HttpRequest, person: Person, service: str, context: dict[str, object]) -> HttpResponse:
    scope = current_scope(request)
    home, found = home_of(scope), scope.pack.services[service]
    form = ServiceForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        service=found,
        language=scope.language,
        day=scope.as_of,
        known=prefilled(found, profile_of(person)),
        profile=profile_of(person),
        held=evidence_held(person, scope.as_of),
        home=home,
    )
    if request.method == "POST" and form.is_valid():
        materials = form.keep_files(request, home)
        if not form.errors:
            try:
                with transaction.atomic():
                    case = submit_application(
                        home=home,
                        service=service,
                        by=user_of(request),
                        person=person,
                        answers=form.answers(),
                        materials=materials,
                        for_applicant=True,
                        paper=True,
                    )
                messages.success(request, _("已受理，编号 %(number)s。") % {"number": case.number})
                return go(request, "desk:case", number=case.number)
            except CaseRefused as refused:
                form.tell(refused)
            except NotTakenIn as frozen:
                form.add_error(None, str(frozen))
    context |= {"person": person, "form": form, "service": found}
    return render(request, "desk/cases/counter.html", context, status=422 if form.errors else 200)
