"""Proposing, deciding, confirming, and reminding (更正、确认、提醒)."""

from juxian.apps.corrections.actions.proposing import (
    NotPossible,
    Proposal,
    accept_correction,
    confirm_record,
    propose_correction,
    refuse_correction,
    take_back_correction,
)

__all__ = [
    "NotPossible",
    "Proposal",
    "accept_correction",
    "confirm_record",
    "propose_correction",
    "refuse_correction",
    "take_back_correction",
]
