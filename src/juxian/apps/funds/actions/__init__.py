"""Writing: ``posting`` is the only way into the ledger; all else goes through it."""

from juxian.apps.funds.actions.posting import close_key, open_accounts, post, post_what_can_be, reverse

__all__ = ["close_key", "open_accounts", "post", "post_what_can_be", "reverse"]
