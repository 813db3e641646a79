"""Taking a batch back (撤销批次): what it alone said is withdrawn; what a later roster said as well stays."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.imports.actions.accepting import add_documents, state_facts
from juxian.apps.imports.actions.teams import undo_members
from juxian.apps.imports.enums import BatchState
from juxian.apps.imports.models import Batch, Row
from juxian.apps.imports.queries import contents_of
from juxian.apps.persons.actions import refresh_profiles, withdraw_source
from juxian.apps.persons.models import Person


@transaction.atomic
def undo_batch(*, batch: Batch, by: User, reason: str) -> Batch:
    """Withdraw the facts and documents of a batch; a batch that was not accepted yet is only closed.

    Persons who keep no standing fact leave the lists; their record and history stay.
    """
    changed = Batch.objects.filter(pk=batch.pk, state__in=(BatchState.STAGED, BatchState.ACCEPTED)).update(
        state=BatchState.UNDONE, undone_at=now(), undo_reason=reason[:500]
    )
    if not changed:
        return batch
    if batch.of_teams:
        undo_members(batch=batch, by=by, reason=reason)
    facts = withdraw_source(source=batch.source, by=by, reason=reason) if batch.source else 0
    if not batch.of_teams:
        _say_again(batch)
    record(
        "imports.undone",
        actor=by,
        subject=batch,
        organisation_path=batch.organisation.path,
        detail={"facts": facts, "rows": batch.rows_done},
        reason=reason,
    )
    batch.refresh_from_db()
    return batch


def _say_again(batch: Batch) -> None:
    """Facts that other standing batches stated, and that were not kept twice, are stated under those batches."""
    people = batch.rows.exclude(person=None).values("person")
    others = (
        Row.objects.filter(person__in=people, batch__state=BatchState.ACCEPTED, batch__of_teams=False)
        .exclude(batch=batch)
        .exclude(recorded_at=None)
        .select_related("batch__source", "batch__home")
        .order_by("pk")
    )
    by_batch: dict[int, list[Row]] = defaultdict(list)
    for row in others:
        by_batch[row.batch_id].append(row)
    for rows in by_batch.values():
        pairs = contents_of(rows)
        add_documents(pairs, rows[0].batch)
        state_facts(rows[0].batch, pairs, None)
        refresh_profiles(
            list(Person.objects.filter(pk__in=[row.person_id for row in rows]).select_related("home"))
        )
