"""The place a public page is about (地区或单位)."""

from __future__ import annotations

from django.http import Http404

from juxian.apps.packs.queries import installed
from juxian.core.packs.schema import Pack


def place_or_404(code: str) -> Pack:
    """An installed pack by its code."""
    found = next((pack for pack in installed() if pack.code == code), None)
    if found is None:
        raise Http404
    return found
