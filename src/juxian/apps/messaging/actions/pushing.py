"""Sending events to other systems (推送): taken before it is sent, tried again with growing pauses, then given up.

An event may arrive twice when a worker dies between sending and noting it: it carries the same id then.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from juxian.apps.clock import now
from juxian.apps.messaging.actions.reaching import NotReached, post_outside
from juxian.apps.messaging.enums import DeliveryState
from juxian.apps.messaging.models import HookDelivery
from juxian.core.secrecy import unseal

LEASE = timedelta(minutes=2)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720, 1440))  # between attempts
AT_ONCE = 50
KEPT = timedelta(days=30)


def push_waiting(*, at: datetime | None = None) -> str:
    """Send what is due, at most ``AT_ONCE``; a system that fails is not asked again in the same call."""
    moment = at or now()
    HookDelivery.objects.filter(state=DeliveryState.SENDING, leased_until__lte=moment).update(
        state=DeliveryState.WAITING, leased_until=None, due_at=moment
    )
    due = HookDelivery.objects.filter(
        state=DeliveryState.WAITING, due_at__lte=moment, hook__stopped_at=None
    ).order_by("due_at", "id")
    sent, failing = 0, set()
    for pk, hook in list(due.values_list("id", "hook_id")[:AT_ONCE]):
        if hook in failing:
            continue
        done = _push(pk, moment)
        sent += done is True
        if done is False:
            failing.add(hook)
    HookDelivery.objects.filter(state=DeliveryState.SENT, sent_at__lt=moment - KEPT).delete()
    return f"{sent} sent"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """``v1=`` and HMAC-SHA256 over timestamp, a full stop and the body, in hexadecimal."""
    return f"v1={hmac.new(secret.encode(), timestamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def _push(pk: int, moment: datetime) -> bool | None:
    """Whether it arrived; None when another worker has it."""
    taken = HookDelivery.objects.filter(pk=pk, state=DeliveryState.WAITING).update(
        state=DeliveryState.SENDING, leased_until=moment + LEASE, attempts=F("attempts") + 1
    )
    if not taken:
        return None
    delivery = HookDelivery.objects.select_related("hook").get(pk=pk)
    body, timestamp = delivery.body.encode(), str(int(now().timestamp()))
    secret = unseal(bytes(delivery.hook.sealed), settings.JUXIAN_KEYS)
    headers = {
        "X-Juxian-Event": delivery.event,
        "X-Juxian-Delivery": hashlib.sha256(delivery.key.encode()).hexdigest()[:32],
        "X-Juxian-Timestamp": timestamp,
        "X-Juxian-Signature": signature(secret, timestamp, body),
    }
    try:
        post_outside(delivery.hook.url, body, headers)
    except NotReached as failed:
        _put_back(delivery, failed, moment)
        return False
    HookDelivery.objects.filter(pk=pk, state=DeliveryState.SENDING).update(
        state=DeliveryState.SENT, leased_until=None, sent_at=now(), failure=""
    )
    return True


def _put_back(delivery: HookDelivery, failed: NotReached, moment: datetime) -> None:
    over = failed.for_good or delivery.attempts > len(WAITS)
    HookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING).update(
        state=DeliveryState.FAILED if over else DeliveryState.WAITING,
        leased_until=None,
        due_at=moment if over else moment + WAITS[delivery.attempts - 1],
        failure=str(failed)[:200],
    )
