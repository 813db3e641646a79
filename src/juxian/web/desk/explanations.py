"""Why somebody gets a benefit or does not, fit to print for an appeal (认定说明)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import organisation_attributes, profile_from, records_of, visible_spouse
from juxian.apps.policies.models import Determination, FindRun, Found, SweepRun
from juxian.apps.policies.queries import policies_by, profile_of
from juxian.core.facts.values import Refusal, parse_day
from juxian.core.policy import ENGINE_VERSION, Policy
from juxian.web.desk.scope import find_person, home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.dossier import organisations_named
from juxian.web.kit.explaining import explanation_of
from juxian.web.kit.openings import note_opening
from juxian.web.kit.scope import current_scope

READERS = (Role.OFFICE, Role.LEADER)


@for_roles(*READERS)
@require_safe
def of_person(request: HttpRequest, number: str, policy: str, benefit: str) -> HttpResponse:
    """By the texts and facts of today, or of ``?as_of=``."""
    scope, person = current_scope(request), find_person(request, number)
    asked = request.GET.get("as_of", "").strip()[:20]
    day = parse_day(asked) if asked else scope.as_of
    day = scope.as_of if isinstance(day, Refusal) else day
    facts = list(person.facts.standing())
    attributes = organisation_attributes(organisations_named(facts, scope.pack.schema))
    profile = profile_from(person, records_of(facts), scope.pack.schema, day, attributes)
    return _page(request, person, list(scope.pack.policies.values()), (policy, benefit), profile, day)


@for_roles(*READERS)
@require_safe
def of_found(request: HttpRequest, pk: int) -> HttpResponse:
    """By the texts, the profile and the day of the search that found it."""
    home = home_of(current_scope(request))
    rows = Found.objects.select_related("person__home", "run", "snapshot")
    row = get_object_or_404(rows, pk=pk, home=home)
    return _of_then(request, row, row.run, row.snapshot.values)


@for_roles(*READERS)
@require_safe
def of_determination(request: HttpRequest, pk: int) -> HttpResponse:
    """By the texts, the profile and the day of the run that determined it."""
    rows = Determination.objects.select_related("person__home", "answer__run")
    rows = rows.exclude(answer__run__finished_at=None)
    row = get_object_or_404(rows, pk=pk, person__home=home_of(current_scope(request)))
    values = profile_of(row)
    if values is None:
        raise Http404
    return _of_then(request, row, row.run, values)


def _of_then(
    request: HttpRequest, row: Found | Determination, run: FindRun | SweepRun, values: Mapping[str, Any]
) -> HttpResponse:
    try:
        policies = policies_by(run.texts, current_scope(request).pack)
    except LookupError as error:
        raise Http404 from error
    verdict = row.verdict if isinstance(row, Determination) else "yes"
    changed = run.engine_version != ENGINE_VERSION
    then = {"engine_changed": changed, "verdict": verdict, "amount_fen": row.amount_fen}
    return _page(request, row.person, policies, (row.policy, row.benefit), values, run.as_of, then)


def _page(
    request: HttpRequest,
    person: Person,
    policies: Sequence[Policy],
    wanted: tuple[str, str],
    profile: Mapping[str, Any],
    day: date,
    then: Mapping[str, Any] | None = None,
) -> HttpResponse:
    scope = current_scope(request)
    facts = list(person.facts.standing())
    why = explanation_of(
        policies,
        *wanted,
        profile,
        day,
        scope.pack,
        scope.language,
        facts,
        records_of(facts),
        spouse_shown=visible_spouse(user_of(request), person, day) is not None,
    )
    if why is None:
        raise Http404
    note_opening(request, person)
    context = {
        "why": why,
        "person": person,
        "contact": scope.pack.contact.in_language(scope.language) if scope.pack.contact else "",
        "engine_changed": bool(then and then["engine_changed"]),
        "otherwise": bool(then and then["verdict"] != why.verdict),
    }
    return render(request, "desk/explanation.html", context)
