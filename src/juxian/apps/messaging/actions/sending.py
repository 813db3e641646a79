"""Sending what waits (发送): a delivery is taken before it is sent, so that it leaves once.

Between handing over and noting it a worker may die. Such a delivery is *unclear*: it is shown to the office, which knows or
asks; the machine does not send it again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from juxian.apps.clock import now
from juxian.apps.messaging.actions.adapters import Letter, Undelivered, send
from juxian.apps.messaging.enums import DeliveryState, MessageState
from juxian.apps.messaging.models import Delivery
from juxian.apps.messaging.queries import preference_of
from juxian.core.identity.masking import without_address
from juxian.core.notices.numbers import masked_text

LEASE = timedelta(minutes=5)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))  # between attempts
AT_ONCE = 200
LONGEST_FAILURE = 200


def deliver_waiting(*, at: datetime | None = None) -> str:
    """Send what is due, at most ``AT_ONCE``; returns what happened, for the log."""
    moment = at or now()
    unclear = Delivery.objects.filter(state=DeliveryState.SENDING, leased_until__lte=moment).update(
        state=DeliveryState.UNCLEAR, leased_until=None
    )
    due = Delivery.objects.filter(
        state=DeliveryState.WAITING, due_at__lte=moment, message__state=MessageState.RELEASED
    )
    ids = due.order_by("due_at", "id").values_list("id", flat=True)[:AT_ONCE]
    sent = sum(_deliver(pk, moment) for pk in list(ids))
    return f"{sent} sent, {unclear} unclear"


def _deliver(pk: int, moment: datetime) -> bool:
    """Whether this call has sent it."""
    taken = Delivery.objects.filter(pk=pk, state=DeliveryState.WAITING).update(
        state=DeliveryState.SENDING, leased_until=moment + LEASE, attempts=F("attempts") + 1
    )
    if not taken:
        return False
    delivery = Delivery.objects.select_related("message__recipient").get(pk=pk)
    subject, body = delivery.message.words(preference_of(delivery.message.recipient).language)
    try:
        send(delivery.channel, Letter(delivery.message.key, delivery.address, subject, body))
    except Undelivered as failed:
        _put_back(delivery, failed, moment)
        return False
    Delivery.objects.filter(pk=pk, state=DeliveryState.SENDING).update(
        state=DeliveryState.SENT, leased_until=None, sent_at=now(), failure=""
    )
    return True


def _put_back(delivery: Delivery, failed: Undelivered, moment: datetime) -> None:
    over = failed.for_good or delivery.attempts > len(WAITS)
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING).update(
        state=DeliveryState.FAILED if over else DeliveryState.WAITING,
        leased_until=None,
        due_at=moment if over else moment + WAITS[delivery.attempts - 1],
        failure=failure_as_kept(str(failed), delivery.address),
    )


def failure_as_kept(reason: str, address: str) -> str:
    """Why it did not arrive, without the address: what a server answers repeats it more often than not."""
    return masked_text(without_address(reason, address))[:LONGEST_FAILURE]
