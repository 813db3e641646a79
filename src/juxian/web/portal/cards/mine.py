"""The own card with its code, and what is left this year (我的服务卡)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.cards.queries import cards_of
from juxian.apps.packs.queries import pack_of
from juxian.web.kit.access import for_roles
from juxian.web.kit.scope import current_scope
from juxian.web.kit.talentcards import benefit_rows, card_rows, code_picture
from juxian.web.portal.own import own_record

PAST_SHOWN = 20


@for_roles(Role.PERSON)
@require_safe
def my_card(request: HttpRequest) -> HttpResponse:
    """Valid and expired cards with benefits, others as a list; without one, the way to apply."""
    scope = current_scope(request)
    person = own_record(request)
    pack = pack_of(person.home) if person else scope.pack
    found = list(cards_of(person)[:PAST_SHOWN]) if person else []
    rows = card_rows(found, pack, scope.as_of, scope.language)
    shown = [
        (row, code_picture(row.card), benefit_rows(row.card, scope.as_of, scope.language))
        for row in rows
        if row.open
    ]
    kind = next(iter(pack.cards), "")
    service = kind if kind in pack.services.ids else ""
    context = {
        "person": person,
        "shown": shown,
        "past": [row for row in rows if not row.open],
        "service": service,
        "pack": pack,
    }
    return render(request, "portal/cards/mine.html", context)
