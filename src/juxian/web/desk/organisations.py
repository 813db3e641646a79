"""The tree of organisations with the people of each employer (机构)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.assessment.queries import organisations_behind
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Profile
from juxian.core.facts.schema import Schema
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles
from juxian.web.kit.responses import render_part
from juxian.web.kit.scope import Scope, current_scope

DEEPEST = 4  # steps of indentation that are drawn


@dataclass(frozen=True, slots=True)
class Branch:
    """One organisation of the tree. depth: 0 for the root. people: None for one that does not employ."""

    organisation: Organisation
    depth: int
    kind: str
    employer_kind: str
    people: int | None


@for_roles(Role.OFFICE, Role.DEPARTMENT, Role.LEADER)
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """The whole tree, or those that an indicator counts (``?indicator=``), or that a name is part of (``?q=``)."""
    scope = current_scope(request)
    home = home_of(scope)
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:60]
    code = request.GET.get("indicator", "")
    if code and code not in scope.pack.indicators:
        raise Http404
    indicator = scope.pack.indicators.get(code)
    found = Organisation.objects.under(home.path).order_by("path")
    if indicator:
        found = found.filter(pk__in=organisations_behind(indicator, scope.pack, scope.as_of))
    found = found.filter(name__contains=wanted) if wanted else found
    branches = _branches(list(found), home, scope)
    context = {
        "branches": branches,
        "q": wanted,
        "indicator": indicator,
        "employers": sum(branch.people is not None for branch in branches),
        "may_open": scope.role in (Role.OFFICE, Role.LEADER),
    }
    return render_part(request, "desk/organisations.html#list", context)


def _branches(found: list[Organisation], home: Organisation, scope: Scope) -> list[Branch]:
    counted = Profile.objects.filter(home=home).order_by().values("employer")
    people = dict(
        counted.annotate(number=Count("*")).values_list("employer", "number")
    )  # answered from the index of employers alone
    schema = scope.pack.schema
    return [
        Branch(
            organisation=organisation,
            depth=min(DEEPEST, organisation.path.count("/")),
            kind=_title(schema, "organisation_kind", organisation.kind, scope.language),
            employer_kind=_title(schema, "employer_kind", organisation.employer_kind, scope.language),
            people=people.get(organisation.code, 0) if organisation.employs else None,
        )
        for organisation in found
    ]


def _title(schema: Schema, scale: str, code: str, language: str) -> str:
    level = schema.scales[scale].levels.get(code) if scale in schema.scales else None
    return level.title.in_language(language) if level else code
