"""A card from the first day to the last (发卡、续期、补办、注销)."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.cards.actions.keys import signing_key
from juxian.apps.cards.enums import CardState
from juxian.apps.cards.models import Card
from juxian.apps.cards.queries import kind_of
from juxian.apps.cards.rules import NotPossible
from juxian.apps.messaging.actions import Happened, announce
from juxian.apps.messaging.enums import HookEvent
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import profile_as_of
from juxian.core.cards.book import CardKind, CardLevel, Shown
from juxian.core.cards.code import CardClaims, masked, signed_code
from juxian.core.packs import pack_called
from juxian.core.packs.schema import Pack
from juxian.core.policy import evaluate_condition, names_of_schema, parse_condition

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without signs that look alike
LONGEST_REASON = 200


@transaction.atomic
def issue_card(
    *,
    person: Person,
    kind: str,
    day: date,
    by: User | None = None,
    level: str = "",
    source_key: str | None = None,
) -> Card:
    """The first card of a kind (发卡); a source key used before gives the earlier card. Raises ``NotPossible``.

    level: empty for the first whose condition holds on the day, else the one that the office gives by decision.
    """
    person = _locked(person)
    earlier = Card.objects.filter(source_key=source_key).first() if source_key else None
    if earlier is not None:
        return earlier
    pack = pack_called(person.home.pack)
    found = pack.cards.get(kind)
    if found is None:
        raise NotPossible(_("本地没有这种服务卡。"))
    if Card.objects.filter(person=person, kind=kind).valid_on(day).exists():
        raise NotPossible(_("该人已有有效的服务卡，可续期或补办。"))
    given = found.level(level) if level else level_for(person, found, pack, day)
    if given is None:
        raise NotPossible(_("按现有信息不符合任何一档发卡条件。"))
    card = _made(person, found, given.code, day, by=by, source_key=source_key)
    _note("cards.issued", card, by, kind=kind, level=given.code)
    return card


@transaction.atomic
def renew_card(*, card: Card, day: date, by: User | None = None) -> Card:
    """A further term from the day, under the same number (续期); the level is looked at again. Raises ``NotPossible``."""
    card = _standing(card)
    kind, pack = _kind(card), pack_called(card.home.pack)
    until = kind.until(day)
    if until <= card.until:
        raise NotPossible(_("续期后的期限没有更长。"))
    level = level_for(card.person, kind, pack, day)
    card.level = level.code if level else card.level
    card.until = until
    card.code = _code(card, kind)
    card.save(update_fields=["level", "until", "code"])
    _note("cards.renewed", card, by, until=until.isoformat())
    return card


@transaction.atomic
def reissue_card(
    *, card: Card, day: date, by: User | None = None, reason: str = "", source_key: str | None = None
) -> Card:
    """A new number to the same last day; the old card is void at once (补办). Raises ``NotPossible``."""
    earlier = Card.objects.filter(source_key=source_key).first() if source_key else None
    if earlier is not None:
        return earlier
    card = _standing(card)
    if card.until <= day:
        raise NotPossible(_("原卡已过期，请先续期。"))
    _end(card, CardState.REPLACED, day, reason)
    made = _made(
        card.person,
        _kind(card),
        card.level,
        day,
        by=by,
        source_key=source_key,
        replaces=card,
        until=card.until,
    )
    _note("cards.reissued", made, by, reason=reason, before=card.number)
    return made


@transaction.atomic
def revoke_card(*, card: Card, day: date, reason: str, by: User | None = None) -> Card:
    """The card holds no longer from now on (注销), also one whose term has ended. Raises ``NotPossible``."""
    card = _standing(card)
    _end(card, CardState.REVOKED, day, reason)
    _note("cards.revoked", card, by, reason=reason)
    return card


def level_for(person: Person, kind: CardKind, pack: Pack, day: date) -> CardLevel | None:
    """The first level whose condition is known to hold; a level without one stands for a decision."""
    profile = profile_as_of(person, day, pack.schema)
    names = names_of_schema(pack.schema)
    for level in kind.levels:
        if not level.when:
            return level
        if evaluate_condition(parse_condition(level.when, names, kind.id), profile, day, pack.schema) is True:
            return level
    return None


def _locked(person: Person) -> Person:
    """The living record, locked until the transaction ends. Raises ``NotPossible`` for a merged one."""
    person = Person.objects.select_for_update(of=("self",)).select_related("home").get(pk=person.pk)
    if person.merged_into_id:
        raise NotPossible(_("该档案已并入其他档案。"))
    return person


def _standing(card: Card) -> Card:
    """The card as it stands, under the lock of its holder. Raises ``NotPossible`` for one that was ended."""
    _locked(card.person)
    found = (
        Card.objects.select_for_update(of=("self",)).select_related("home", "person__home").get(pk=card.pk)
    )
    if found.state != CardState.ACTIVE:
        raise NotPossible(_("这张服务卡已注销或换发。"))
    return found


def _kind(card: Card) -> CardKind:
    kind = kind_of(card)
    if kind is None:
        raise NotPossible(_("本地没有这种服务卡。"))
    return kind


def _made(
    person: Person,
    kind: CardKind,
    level: str,
    day: date,
    *,
    by: User | None,
    source_key: str | None,
    replaces: Card | None = None,
    until: date | None = None,
) -> Card:
    card = Card(
        home=person.home,
        person=person,
        kind=kind.id,
        level=level,
        number=_number(pack_called(person.home.pack).number_prefix),
        since=day,
        until=until or kind.until(day),
        replaces=replaces,
        source_key=source_key,
        by=by,
    )
    card.code = _code(card, kind)
    card.save()
    _announce(HookEvent.CARD_ISSUED, card)
    return card


def _number(prefix: str) -> str:
    """Drawn, not counted: a number says nothing of how many there are and leads to no other."""
    drawn = "".join(secrets.choice(ALPHABET) for _place in range(8))
    return f"{prefix}-{drawn[:4]}-{drawn[4:]}"


def _code(card: Card, kind: CardKind) -> str:
    claims = CardClaims(
        place=card.home.pack,
        number=card.number,
        kind=card.kind,
        until=card.until,
        level=card.level if Shown.LEVEL in kind.shows else "",
        since=card.since if Shown.SINCE in kind.shows else None,
        holder=masked(card.person.name) if Shown.SURNAME in kind.shows else "",
    )
    return signed_code(claims, signing_key())


def _end(card: Card, state: CardState, day: date, reason: str) -> None:
    card.state, card.ended_on, card.reason = state, day, reason[:LONGEST_REASON]
    card.save(update_fields=["state", "ended_on", "reason"])
    _announce(HookEvent.CARD_REVOKED, card)


def _announce(event: HookEvent, card: Card) -> None:
    """Other systems are told number, kind, level and term; nothing of the holder."""
    data = {
        "number": card.number,
        "kind": card.kind,
        "level": card.level or None,
        "state": card.state,
        "since": card.since.isoformat(),
        "last_day": (card.until - timedelta(days=1)).isoformat(),
    }
    announce([Happened(event.value, card.home_id, card.home.code, f"{event.value}:{card.number}", data)])


def _note(action: str, card: Card, by: User | None, reason: str = "", **detail: str) -> None:
    record(
        action,
        actor=by,
        subject=card,
        organisation_path=card.home.path,
        detail={"number": card.number, **detail},
        reason=reason,
    )
