"""Writing: queueing is done by the app whose matter it is, sending by the worker."""

from juxian.apps.messaging.actions.alarming import tell_of_suspension
from juxian.apps.messaging.actions.binding import (
    BindingRefused,
    Given,
    ask_for_code,
    confirm_address,
    give_addresses,
    remove_address,
)
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
    "BindingRefused",
    "Draft",
    "Given",
    "Happened",
    "HookRefused",
    "announce",
    "ask_for_code",
    "confirm_address",
    "deliver_waiting",
    "give_addresses",
    "make_hook",
    "mark_read",
    "push_waiting",
    "queue_message",
    "queue_messages",
    "release_message",
    "remove_address",
    "send_again",
    "send_dead_again",
    "send_digests",
    "set_preference",
    "stop_hook",
    "stop_message",
    "tell_of_suspension",
]
