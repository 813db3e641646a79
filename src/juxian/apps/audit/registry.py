"""From where and as whom the request at work acts, so that every entry says it without being told (来源与身份)."""

from __future__ import annotations

from contextvars import ContextVar

on_behalf_of: ContextVar[str] = ContextVar("on_behalf_of", default="")
"""Account of the colleague for whom the user stands in; empty for nobody. Set and cleared for each request."""

came_from: ContextVar[str] = ContextVar("came_from", default="")
"""Address of the browser or system that asks; empty outside of a request."""

acts_as: ContextVar[str] = ContextVar("acts_as", default="")
"""Post that the user acts in, as ``role@organisation``, or the token of a system; empty for a visitor and outside."""
