"""Writing: sign-in and passwords, posts."""

from juxian.apps.accounts.actions.posts import (
    AlreadyDecided,
    AlreadyLent,
    AlreadyProposed,
    decide_proposal,
    end_post,
    lend_post,
    propose_post,
    take_back,
)
from juxian.apps.accounts.actions.signing import (
    AlreadyBound,
    begin_session,
    bind_outside,
    change_password,
    count_miss,
    create_account,
    end_sessions,
    forget_ended,
    move_session,
    note_lock_out,
    unbind_outside,
)

__all__ = [
    "AlreadyBound",
    "AlreadyDecided",
    "AlreadyLent",
    "AlreadyProposed",
    "begin_session",
    "bind_outside",
    "change_password",
    "count_miss",
    "create_account",
    "decide_proposal",
    "end_post",
    "end_sessions",
    "forget_ended",
    "lend_post",
    "move_session",
    "note_lock_out",
    "propose_post",
    "take_back",
    "unbind_outside",
]
