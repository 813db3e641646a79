"""Talent cards for other systems (服务卡接口): the state by number, and uses recorded at a partner's own till."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from juxian.apps.cards.actions import record_use
from juxian.apps.cards.models import Card
from juxian.apps.cards.queries import benefits_left
from juxian.apps.cards.rules import NotPossible
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.tokens.enums import Scope
from juxian.web.api.base import Caller, Refusal, caller, needs
from juxian.web.kit.formats import language

router = Router(tags=["cards"])
Word = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]


class UseIn(Schema):
    """``key``: the caller's own, one for each use; the same key again gives the same use. ``partner``: code of the unit."""

    benefit: Word
    key: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_.:-]+$")]
    partner: Word | None = None


@router.get("/cards/{number}", auth=needs(Scope.CARDS_READ), url_name="card", response=dict[str, Any])
def read_card(request: HttpRequest, number: str) -> dict[str, Any]:
    """State of a card today and what is left of its benefits; nothing of the holder."""
    return _told(_found(caller(request), number))


@router.post(
    "/cards/{number}/uses", auth=needs(Scope.CARDS_USE), url_name="card-uses", response=dict[str, Any]
)
def use_card(request: HttpRequest, number: str, wanted: UseIn) -> dict[str, Any]:
    """Record one use; 409 when the card does not hold, has not the benefit, or the year's uses are spent."""
    by = caller(request)
    card = _found(by, number)
    try:
        use = record_use(
            card=card,
            benefit=wanted.benefit,
            partner=_partner(by, wanted.partner),
            key=f"api:{by.token.pk}:{wanted.key}",
            day=today(),
            acting_as=f"API · {by.token.name}",
        )
    except NotPossible as refused:
        raise Refusal(409, str(refused)) from refused
    return {"use": wanted.key, "benefit": use.benefit, "day": use.day, "card": _told(card)}


def _found(by: Caller, number: str) -> Card:
    card = (
        Card.objects.filter(home=by.organisation, number=number.upper())
        .select_related("home", "person")
        .first()
    )
    if card is None:
        raise Http404
    return card


def _partner(by: Caller, code: str | None) -> Organisation:
    if code is None:
        return by.organisation
    found = Organisation.objects.under(by.organisation.path).filter(code=code).first()
    if found is None:
        raise Refusal(
            422,
            _("没有这个机构。"),
            [{"at": "partner", "code": "unknown_partner", "message": _("没有这个机构。")}],
        )
    return found


def _told(card: Card) -> dict[str, Any]:
    day = today()
    lang = language()
    return {
        "number": card.number,
        "kind": card.kind,
        "level": card.level,
        "standing": card.standing_on(day).value,
        "since": card.since,
        "last_day": card.until - timedelta(days=1),
        "benefits": [
            {
                "benefit": item.benefit.id,
                "title": item.benefit.title.in_language(lang),
                "per_year": item.benefit.per_year or None,
                "used": item.used,
                "left": item.left,
            }
            for item in benefits_left(card, day)
        ],
    }
