"""Pages of lists whose newest row stands first, by the last key seen (按键翻页): every page costs the same."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
LONGEST_KEY = 18  # digits, so that it stays a whole number of the database


def page_by_key(rows: QuerySet[Row], after: str, size: int) -> tuple[list[Row], str]:
    """One page of ``rows``, which are ordered by ``-pk``, and the key after which the next begins, or an empty text."""
    if after.isascii() and after.isdigit() and len(after) <= LONGEST_KEY:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else ""
