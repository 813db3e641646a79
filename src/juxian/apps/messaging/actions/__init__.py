"""Writing: queueing is done by the app whose matter it is, sending by the worker."""

from juxian.apps.messaging.actions.deciding import (
    AlreadyDecided,
    mark_read,
    release_message,
    send_again,
    set_preference,
    stop_message,
)
from juxian.apps.messaging.actions.digesting import send_digests
from juxian.apps.messaging.actions.queueing import Draft, queue_message, queue_messages
from juxian.apps.messaging.actions.sending import deliver_waiting

__all__ = [
    "AlreadyDecided",
    "Draft",
    "deliver_waiting",
    "mark_read",
    "queue_message",
    "queue_messages",
    "release_message",
    "send_again",
    "send_digests",
    "set_preference",
    "stop_message",
]
