"""What the register holds of the person who is signed in, and what they are entitled to (我的档案与待遇)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.collectives.queries import pairings_of, stays_of
from juxian.apps.packs.queries import pack_of
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import organisation_attributes, profile_from, records_of
from juxian.web.kit.access import for_roles
from juxian.web.kit.collectives import pairing_rows, stay_rows
from juxian.web.kit.dossier import organisations_named
from juxian.web.kit.entitling import entitlement_cards, missing_facts, shown_first, turning_cards
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.portal.claiming import claims_of
from juxian.web.portal.corrections import record_of
from juxian.web.portal.own import own_record

BELONGINGS_SHOWN = 30


@for_roles(Role.PERSON)
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """The own record; a user without one is told how to get one."""
    scope = current_scope(request)
    person = own_record(request)
    context = {"person": person, "contact": scope.pack.contact} | (
        _dossier(person, scope) | record_of(request, person) if person else {}
    )
    return render(request, "portal/me.html", context)


def _dossier(person: Person, scope: Scope) -> dict[str, Any]:
    pack = pack_of(person.home)
    facts = list(person.facts.standing().select_related("source"))
    codes = organisations_named(facts, pack.schema)
    records = records_of(facts)
    profile = profile_from(person, records, pack.schema, scope.as_of, organisation_attributes(codes))

    def address(policy: str) -> str:
        return reverse("portal:policy", args=[pack.code, policy])

    def printed(policy: str, benefit: str) -> str:
        return reverse("portal:why", args=[policy, benefit])

    cards = entitlement_cards(
        pack,
        profile,
        scope.as_of,
        scope.language,
        address=address,
        printed=printed,
        claim=claims_of(person, pack, scope.language),
        records=records,
        facts=facts,
    )
    near, rest = shown_first(cards)
    return {
        "documents": person.documents.filter(withdrawn_at=None).order_by("-pk"),
        "entitlements": near,
        "others": rest,
        "missing": missing_facts(cards, pack.schema, scope.language),
        "turning": turning_cards(cards),
        "stays": stay_rows(stays_of(person)[:BELONGINGS_SHOWN], pack, scope.language, scope.as_of),
        "pairings": pairing_rows(pairings_of(person)[:BELONGINGS_SHOWN], pack, scope.language, scope.as_of),
    }
