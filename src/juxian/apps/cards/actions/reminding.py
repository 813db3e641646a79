"""Telling holders that their card ends soon (到期提醒), once for each of the pack's days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from juxian.apps.cards.enums import CardState
from juxian.apps.cards.models import Card
from juxian.apps.cards.queries import kind_of
from juxian.apps.clock import today
from juxian.apps.messaging.actions import Draft, queue_messages
from juxian.apps.messaging.registry import template
from juxian.core.text import Text

ENDING = template(
    "cards.ending",
    Text("人才服务卡将于 {day} 到期", "Your talent card ends on {day}"),
    Text(
        "您的{card}（{number}）有效期至 {day}。需要继续使用的，请在到期前申请续期。",
        "Your {card} ({number}) is valid until {day}. Apply for its renewal before then to go on using it.",
    ),
)
LONGEST = 365


def remind_all() -> str:
    """As of today; returns what happened, for the log."""
    return f"{remind(day=today())} reminded"


def remind(*, day: date) -> int:
    """Messages that are new. A worker that slept for days tells each holder once, of the nearest day."""
    soon = Card.objects.filter(
        state=CardState.ACTIVE,
        until__gt=day,
        until__lte=day + timedelta(days=LONGEST),
        person__merged_into=None,
    )
    cards = soon.select_related("home", "person__user").exclude(person__user=None)
    return queue_messages(draft for card in cards.iterator(chunk_size=500) for draft in _drafts(card, day))


def _drafts(card: Card, day: date) -> Iterator[Draft]:
    kind = kind_of(card)
    left = (card.until - day).days
    due = min((days for days in kind.remind if left <= days), default=None) if kind else None
    if kind is None or due is None:
        return
    last = card.until - timedelta(days=1)
    words: dict[str, str | Text] = {"card": kind.title, "number": card.number, "day": last.isoformat()}
    key = f"card:{card.number}:{card.until.isoformat()}:{due}"
    yield Draft(card.person.user, ENDING.name, words, key, card.home, "/me/card/")
