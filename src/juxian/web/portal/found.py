"""What was found for the person who is signed in: read why, decline it, want it again (为我找到的)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.packs.queries import pack_of
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import organisation_attributes, profile_from, records_of
from juxian.apps.policies.actions import FoundChanged, decline_found, want_again
from juxian.apps.policies.models import Found
from juxian.apps.policies.queries import found_for, policies_by
from juxian.apps.policies.registry import accounts_confirmed
from juxian.core.packs.schema import Pack
from juxian.core.policy import Policy
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.dossier import organisations_named
from juxian.web.kit.entitling import Claim
from juxian.web.kit.explaining import explanation_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.portal.claiming import NOWHERE, claims_of
from juxian.web.portal.own import own_record

SHOWN = 50
TONES = {"new": "info", "waiting": "warn", "declined": "mute", "granted": "ok", "stopped": "bad"}


@for_roles(Role.PERSON)
@require_safe
def found(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    scope, person = current_scope(request), own_record(request)
    context: dict[str, Any] = {"person": person, "contact": scope.pack.contact}
    if person is not None:
        pack = pack_of(person.home)
        rows = list(found_for(person)[:SHOWN])
        claim = claims_of(person, pack, scope.language)
        context |= {
            "rows": [
                (row, *titles_of(row, pack, scope.language), TONES[row.state], *_asked_at(row, pack, claim))
                for row in rows
            ],
            "account": accounts_confirmed([person.pk]).get(person.pk),
            "waits": any(row.state == Found.State.WAITING and row.amount_fen for row in rows),
            "granted": any(row.state == Found.State.GRANTED and row.amount_fen for row in rows),
        }
    return render(request, "portal/found.html", context)


def titles_of(row: Found, pack: Pack, language: str) -> tuple[str, str]:
    """Titles of benefit and policy; their ids where the text in force knows them no more."""
    policy = pack.policies.get(row.policy)
    benefit = policy.benefits.get(row.benefit) if policy else None
    return (
        benefit.title.in_language(language) if benefit else row.benefit,
        policy.title.in_language(language) if policy else row.policy,
    )


def _asked_at(row: Found, pack: Pack, claim: Claim) -> tuple[str, str]:
    """Where a benefit is asked for, or the case under way; the hall of services where no service claims it."""
    policy = pack.policies.get(row.policy)
    benefit = policy.benefits.get(row.benefit) if policy else None
    href, title = claim(benefit) if benefit else NOWHERE
    return (href, title) if href else (reverse("portal:services-here"), _("去申请"))


@for_roles(Role.PERSON)
@require_POST
@once
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """``do``: ``decline`` what is to be granted, or ``want`` it again."""
    person = own_record(request)
    row = get_object_or_404(Found.objects.standing().select_related("home", "person"), pk=pk, person=person)
    try:
        if request.POST.get("do") == "want":
            want_again(found=row, by=user_of(request))
            messages.success(request, _("已恢复，到期核定。"))
        else:
            decline_found(found=row, by=user_of(request))
            messages.success(request, _("已放弃；核定日之前可以恢复。"))
    except FoundChanged:
        messages.warning(request, _("状态已变化，请看最新状态。"))
    return go(request, "portal:found")


@for_roles(Role.PERSON)
@require_safe
def why(request: HttpRequest, policy: str, benefit: str) -> HttpResponse:
    """By the texts and the facts of today."""
    person = own_record(request)
    if person is None:
        raise Http404
    pack, day = pack_of(person.home), current_scope(request).as_of
    facts = list(person.facts.standing())
    attributes = organisation_attributes(organisations_named(facts, pack.schema))
    profile = profile_from(person, records_of(facts), pack.schema, day, attributes)
    return _explained(request, person, pack, list(pack.policies.values()), (policy, benefit), profile, day)


@for_roles(Role.PERSON)
@require_safe
def found_why(request: HttpRequest, pk: int) -> HttpResponse:
    """By the texts, the profile and the day of the search that found it."""
    person = own_record(request)
    rows = Found.objects.told().select_related("run", "snapshot")
    row = get_object_or_404(rows, pk=pk, person=person)
    if person is None:
        raise Http404
    pack = pack_of(person.home)
    try:
        policies = policies_by(row.run.texts, pack)
    except LookupError as error:
        raise Http404 from error
    wanted = row.policy, row.benefit
    return _explained(request, person, pack, policies, wanted, row.snapshot.values, row.run.as_of)


def _explained(
    request: HttpRequest,
    person: Person,
    pack: Pack,
    policies: list[Policy],
    wanted: tuple[str, str],
    profile: dict[str, Any],
    day: Any,
) -> HttpResponse:
    language = current_scope(request).language
    facts = list(person.facts.standing())
    told = explanation_of(policies, *wanted, profile, day, pack, language, facts, records_of(facts))
    if told is None:
        raise Http404
    contact = pack.contact.in_language(language) if pack.contact else ""
    return render(request, "portal/explanation.html", {"why": told, "person": person, "contact": contact})
