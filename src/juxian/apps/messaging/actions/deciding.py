"""What people decide about messages: release, stop, send again, read, prefer (审发、阅读、偏好)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.messaging.enums import Channel, DeliveryState, MessageState
from juxian.apps.messaging.models import Delivery, Message, Preference


class AlreadyDecided(Exception):
    """Somebody else has released or stopped it in the meantime."""

    def __str__(self) -> str:
        return _("这条消息已由他人处理。")


def release_message(*, message: Message, by: User) -> None:
    """Let a held message go (放行). Raises ``AlreadyDecided``."""
    _decide(message, MessageState.RELEASED, by, "")


def stop_message(*, message: Message, by: User, reason: str) -> None:
    """A held message never leaves (截停). Raises ``AlreadyDecided``."""
    _decide(message, MessageState.STOPPED, by, reason)


@transaction.atomic
def _decide(message: Message, state: MessageState, by: User, reason: str) -> None:
    moment = now()
    changed = Message.objects.filter(pk=message.pk, state=MessageState.HELD).update(
        state=state, decided_by=by, released_at=moment if state == MessageState.RELEASED else None
    )
    if not changed:
        raise AlreadyDecided
    Delivery.objects.filter(message=message, state=DeliveryState.WAITING).update(due_at=moment)
    record(
        f"messaging.{'released' if state == MessageState.RELEASED else 'stopped'}",
        actor=by,
        subject=message,
        organisation_path=message.place.path if message.place else "",
        detail={"template": message.template},
        reason=reason,
    )


@transaction.atomic
def send_again(*, message: Message, by: User) -> int:
    """Send what failed or is unclear once more, on a person's word (重新发送); returns how many ways."""
    lost = (DeliveryState.FAILED, DeliveryState.UNCLEAR)
    count: int = Delivery.objects.filter(message=message, state__in=lost).update(
        state=DeliveryState.WAITING, due_at=now(), attempts=0, failure=""
    )
    if count:
        record(
            "messaging.sent_again",
            actor=by,
            subject=message,
            organisation_path=message.place.path if message.place else "",
            detail={"ways": count},
        )
    return count


def mark_read(*, user: User, messages: Iterable[int]) -> int:
    """The user has seen these messages of their own; returns how many were unread."""
    count: int = Message.objects.unread().filter(recipient=user, pk__in=list(messages)).update(read_at=now())
    return count


@transaction.atomic
def set_preference(*, user: User, channels: Iterable[str], digest: bool, language: str) -> Preference:
    """How the user wants to be told from now on (通知偏好)."""
    wanted = [channel for channel in Channel.values if channel in set(channels)]
    made, _created = Preference.objects.update_or_create(
        user=user, defaults={"channels": wanted, "digest": digest, "language": language}
    )
    record(
        "messaging.preference_set", actor=user, subject=user, detail={"channels": wanted, "digest": digest}
    )
    return made
