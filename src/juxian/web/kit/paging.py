"""Pages of lists whose newest row stands first, by the last key seen (按键翻页): every page costs the same."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from juxian.web.kit.typed import whole_number

Row = TypeVar("Row", bound=Model)


def page_looking_at(
    rows: QuerySet[Row], among: QuerySet[Row], after: str, size: int, most: int
) -> tuple[list[Row], str]:
    """As ``page_by_key``, of ``rows`` that are a part of ``among``, be it a tiny one: no more than ``most`` of these are looked at.

    A page may hold fewer rows than ``size``, or none, and yet name a key after which to look on. ``among`` has an index of its own.
    """
    if is_key(after):
        rows, among = rows.filter(pk__lt=int(after)), among.filter(pk__lt=int(after))
    looked = among.order_by("-pk").values("pk")
    last = list(looked[most - 1 : most + 1].values_list("pk", flat=True))
    if last:  # said twice, since PostgreSQL would read all that stands before it to compare it with the list
        rows = rows.filter(pk__gte=last[0])
    found = list(rows.filter(pk__in=looked[:most])[: size + 1])
    if len(found) > size:
        return found[:size], str(found[size - 1].pk)
    return found, str(last[0]) if len(last) > 1 else ""


def is_key(text: str) -> bool:
    return whole_number(text) is not None


def page_by_key(rows: QuerySet[Row], after: str, size: int) -> tuple[list[Row], str]:
    """One page of ``rows``, which are ordered by ``-pk``, and the key after which the next begins, or an empty text."""
    if is_key(after):
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: size + 1])
    return found[:size], str(found[size - 1].pk) if len(found) > size else ""
