"""Ledger first; what refers to it stands in modules of its own."""

from juxian.apps.funds.models.ledger import Account, Entry, Posting

__all__ = ["Account", "Entry", "Posting"]
