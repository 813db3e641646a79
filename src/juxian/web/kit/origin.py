"""Where a request comes from (来源地址)."""

from __future__ import annotations

from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Address of the browser, at most 64 characters."""
    return str(request.META.get("REMOTE_ADDR", ""))[:64]
