"""What a decided case does with cards (办结发卡、续期、补办、注销)."""

from __future__ import annotations

from juxian.apps.cards.actions.issuing import issue_card, reissue_card, renew_card, revoke_card
from juxian.apps.cards.enums import CardState
from juxian.apps.cards.models import Card
from juxian.apps.cards.queries import cards_of
from juxian.apps.cards.rules import NotPossible
from juxian.apps.persons.models import Person
from juxian.apps.services.actions.facts import living
from juxian.apps.services.registry import EffectCall, EffectRefused
from juxian.core.packs import pack_called
from juxian.core.text import Text

NO_KIND = Text("本地没有服务卡", "the place has no card")
NO_CARD = Text("没有可办理的服务卡", "there is no card to act upon")


def card_of_case(call: EffectCall) -> str:
    """``card:<number>``. Raises ``EffectRefused`` with what stands against it; the effect waits and is tried again."""
    person = living(call.case.person)
    kind = _kind(call, person)
    try:
        card = _carried_out(call, person, kind)
    except NotPossible as why:
        raise EffectRefused(Text(str(why))) from why
    return f"card:{card.number}"


def _carried_out(call: EffectCall, person: Person, kind: str) -> Card:
    key = f"case:{call.key}"
    if call.target == "issue":
        return issue_card(person=person, kind=kind, day=call.since, source_key=key)
    card = _card(call, person, kind)
    match call.target:
        case "renew":
            return renew_card(card=card, day=call.since)
        case "replace":
            return reissue_card(card=card, day=call.since, reason=call.case.number, source_key=key)
    return revoke_card(card=card, day=call.since, reason=call.case.number)


def _kind(call: EffectCall, person: Person) -> str:
    """The kind called like the service, else the first of the place."""
    kinds = pack_called(person.home.pack).cards
    if call.case.service in kinds:
        return str(call.case.service)
    if not kinds:
        raise EffectRefused(NO_KIND)
    return next(iter(kinds))


def _card(call: EffectCall, person: Person, kind: str) -> Card:
    """The one whose number the applicant gave, else the newest of the kind; only the holder's own."""
    cards = cards_of(person).filter(state=CardState.ACTIVE)
    number = str((call.case.data or {}).get("answers", {}).get("card_number") or "").strip().upper()
    found = cards.filter(number=number).first() if number else cards.filter(kind=kind).first()
    if found is None:
        raise EffectRefused(NO_CARD)
    return found
