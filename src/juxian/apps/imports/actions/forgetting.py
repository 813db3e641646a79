"""What a roster said is forgotten when its time of keeping is over (名册到期清理); counts and states stay."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from juxian.apps.imports.actions.filing import forget_file
from juxian.apps.imports.models import Batch, Row
from juxian.apps.imports.queries import RowContent, content_of
from juxian.core.secrecy import seal


def forget_roster(batch: Batch) -> None:
    """The file and what its rows said, in the caller's transaction."""
    name = batch.stored_name
    forget_rows(batch.rows.iterator())
    Batch.objects.filter(pk=batch.pk).update(stored_name=None)
    transaction.on_commit(lambda: forget_file(name))


def forget_rows(rows: Iterable[Row]) -> int:
    """What these rows said; returns how many there are."""
    number = 0
    for row in rows:
        blank = RowContent(row.number, [""] * len(content_of(row).cells), "")
        Row.objects.filter(pk=row.pk).update(sealed=seal(blank.as_json(), settings.JUXIAN_KEYS))
        number += 1
    return number
