"""As whom the user of this request acts, so that every entry says for whom (代行身份)."""

from __future__ import annotations

from contextvars import ContextVar

on_behalf_of: ContextVar[str] = ContextVar("on_behalf_of", default="")
"""Account of the colleague for whom the user stands in; empty for nobody. Set and cleared for each request."""
