"""Lucide icons as inline SVG (图标); drawn once and kept."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from lucide import _render_icon

NORMAL_PX = 18


@lru_cache(maxsize=512)
def icon(name: str, size: int = NORMAL_PX) -> SafeString:
    """The icon ``name`` of Lucide, decorative (hidden from screen readers). Raises ``IconDoesNotExist``."""
    drawn = _render_icon(name, size, **{"class": "i", "aria-hidden": "true", "stroke-width": "1.8"})
    return mark_safe(drawn)  # noqa: S308  # drawn from the icon package, holds no text of users
