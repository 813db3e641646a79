"""What a roster said is forgotten when its time of keeping is over (名册到期清理); counts and states stay."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from juxian.apps.imports.actions.filing import forget_file
from juxian.apps.imports.models import Batch, Row
from juxian.apps.imports.queries import RowContent, content_of
from juxian.core.secrecy import seal

AT_ONCE = 250


def forget_roster(batch: Batch) -> None:
    """The file and what its rows said, in the caller's transaction."""
    name = batch.stored_name
    forget_rows(batch.rows.all())
    Batch.objects.filter(pk=batch.pk).update(stored_name=None)
    transaction.on_commit(lambda: forget_file(name))


def forget_rows(rows: QuerySet[Row]) -> int:
    """What these rows said; returns how many there are."""
    number, after = 0, 0
    while some := list(rows.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        for row in some:
            blank = RowContent(row.number, [""] * len(content_of(row).cells), "")
            row.sealed = seal(blank.as_json(), settings.JUXIAN_KEYS)
        Row.objects.bulk_update(some, ["sealed"])
        after = some[-1].pk
        number += len(some)
    return number
