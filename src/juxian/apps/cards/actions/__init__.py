"""Writing: keys, cards, uses; each with its audit entry in the same transaction."""

from juxian.apps.cards.actions.issuing import issue_card, reissue_card, renew_card, revoke_card
from juxian.apps.cards.actions.keys import NoKey, make_key, signing_key
from juxian.apps.cards.actions.reminding import remind, remind_all
from juxian.apps.cards.actions.using import AlreadyRecorded, record_use, take_back_use

__all__ = [
    "AlreadyRecorded",
    "NoKey",
    "issue_card",
    "make_key",
    "record_use",
    "reissue_card",
    "remind",
    "remind_all",
    "renew_card",
    "revoke_card",
    "signing_key",
    "take_back_use",
]
