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
from juxian.apps.messaging.actions.hooks import (
    Happened,
    HookRefused,
    announce,
    make_hook,
    send_dead_again,
    stop_hook,
)
from juxian.apps.messaging.actions.pushing import push_waiting
from juxian.apps.messaging.actions.queueing import Draft, queue_message, queue_messages
from juxian.apps.messaging.actions.sending import deliver_waiting

__all__ = [
    "AlreadyDecided",
    "Draft",
    "Happened",
    "HookRefused",
    "announce",
    "deliver_waiting",
    "make_hook",
    "mark_read",
    "push_waiting",
    "queue_message",
    "queue_messages",
    "release_message",
    "send_again",
    "send_dead_again",
    "send_digests",
    "set_preference",
    "stop_hook",
    "stop_message",
]
