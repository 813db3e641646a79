"""One mail a day for those who want it so (每日汇总)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.clock import SHANGHAI, now
from juxian.apps.messaging.actions.queueing import Draft, queue_messages
from juxian.apps.messaging.enums import Channel, DeliveryState, MessageState
from juxian.apps.messaging.models import Delivery, Message
from juxian.apps.messaging.registry import template
from juxian.core.text import Text

HOUR = 8  # not before this hour of the day
MOST = 50  # subjects named in one digest
DIGEST = template(
    "messaging.digest",
    Text("消息汇总：{count} 条", "Your messages: {count}"),
    Text("{list}\n\n登录平台查看全文。", "{list}\n\nSign in to read them."),
    channels=[Channel.MAIL],
)


def send_digests(*, at: datetime | None = None) -> int:
    """Make the digests of the day for everybody who waits for one; returns how many."""
    moment = (at or now()).astimezone(SHANGHAI)
    if moment.hour < HOUR:
        return 0
    waiting = Delivery.objects.filter(state=DeliveryState.DIGEST, message__state=MessageState.RELEASED)
    people = User.objects.filter(pk__in=waiting.values("message__recipient"))
    return sum(_digest(user, moment.date()) for user in people)


@transaction.atomic
def _digest(user: User, day: date) -> bool:
    rows = list(
        Delivery.objects.select_for_update(of=("self",))
        .filter(state=DeliveryState.DIGEST, message__recipient=user, message__state=MessageState.RELEASED)
        .select_related("message")
        .order_by("message_id")
    )
    if not rows:
        return False
    key = f"digest:{user.pk}:{day.isoformat()}"
    if Message.objects.filter(key=key).exists():
        return False  # one a day; the rest comes tomorrow
    queue_messages([Draft(user, DIGEST.name, {"count": str(len(rows)), "list": _subjects(rows)}, key)])
    Delivery.objects.filter(message__key=key).update(state=DeliveryState.WAITING)
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(state=DeliveryState.SENT, sent_at=now())
    return True


def _subjects(rows: list[Delivery]) -> Text:
    zh, en = ([f"· {row.message.words(language)[0]}" for row in rows[:MOST]] for language in ("zh", "en"))
    return Text("\n".join(zh), "\n".join(en))
