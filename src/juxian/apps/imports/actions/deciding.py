"""What a person decides about rows that wait (决定). On a batch that is in the register already, it acts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.imports.actions.accepting import accept_rows
from juxian.apps.imports.actions.linking import compare
from juxian.apps.imports.enums import BatchState, RowDecision, RowReason, RowState
from juxian.apps.imports.models import Batch, Row
from juxian.apps.imports.queries import RowContent, content_of
from juxian.apps.persons.models import Person
from juxian.core.tables.comparing import NUMBER_SHARED, SAME_NAME

# what may be decided for each reason; the first is the usual one
DECISIONS: dict[str, tuple[RowDecision, ...]] = {
    RowReason.NUMBER_DAMAGED: (RowDecision.WITHOUT_DOUBTFUL, RowDecision.REFUSE),
    RowReason.NUMBER_WRONG: (RowDecision.WITHOUT_DOUBTFUL, RowDecision.REFUSE),
    RowReason.NUMBER_CONTRADICTS: (RowDecision.WITHOUT_DOUBTFUL, RowDecision.REFUSE),
    RowReason.CELL_UNREADABLE: (RowDecision.WITHOUT_DOUBTFUL, RowDecision.REFUSE),
    RowReason.EMPLOYER_UNKNOWN: (RowDecision.WITHOUT_DOUBTFUL, RowDecision.REFUSE),
    RowReason.EMPLOYER_OUTSIDE: (RowDecision.REFUSE,),
    RowReason.NUMBER_SHARED: (RowDecision.SAME_PERSON, RowDecision.NEW_PERSON, RowDecision.REFUSE),
    RowReason.MAYBE_KNOWN: (RowDecision.SAME_PERSON, RowDecision.OTHER_PERSON, RowDecision.REFUSE),
    RowReason.SAME_NAME: (RowDecision.SAME_PERSON, RowDecision.NEW_PERSON, RowDecision.REFUSE),
}


@dataclass
class NotPossible(Exception):
    """A decision that does not answer the row's question, or a row that waits no longer (无法这样决定)."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def decisions_for(reason: str, *, of_teams: bool = False) -> tuple[RowDecision, ...]:
    """What may be decided; a roster of teams makes no persons."""
    found = DECISIONS.get(reason, (RowDecision.REFUSE,))
    if of_teams:
        found = tuple(one for one in found if one not in (RowDecision.NEW_PERSON, RowDecision.OTHER_PERSON))
    return found


def decide_row(*, row: Row, decision: str, by: User, person: Person | None = None) -> Row:
    """Decide one row. person: with SAME_PERSON, the record; needed where the file does not tell it.

    Raises ``NotPossible``.
    """
    _decide([row], decision, by, person)
    row.refresh_from_db()
    return row


def decide_rows(*, batch: Batch, reason: str, decision: str, by: User) -> int:
    """Decide all rows that wait for one reason; returns their number. Raises ``NotPossible``."""
    rows = list(batch.rows.filter(state=RowState.WAITING, reason=reason).select_related("batch"))
    if decision == RowDecision.SAME_PERSON and any(len(content_of(row).candidates) != 1 for row in rows):
        raise NotPossible(_("有的行不止一个可能的人，请逐行决定。"))
    if rows:
        _decide(rows, decision, by, None)
    return len(rows)


@transaction.atomic
def _decide(rows: Sequence[Row], decision: str, by: User, person: Person | None) -> None:
    batch = (
        Batch.objects.select_for_update(of=("self",))
        .select_related("home", "source", "organisation")
        .get(pk=rows[0].batch_id)
    )
    if batch.state not in (BatchState.STAGED, BatchState.ACCEPTED):
        raise NotPossible(_("该批次现在不能修改。"))
    asked = {row.pk: (row.state, row.reason) for row in rows}
    stands = Row.objects.filter(pk__in=asked).values_list("pk", "state", "reason")
    if {pk: (state, reason) for pk, state, reason in stands} != asked:  # decided before the lock was ours
        raise NotPossible(_("该行不在等待这样的决定。"))
    for row in rows:
        if row.state != RowState.WAITING or decision not in decisions_for(
            row.reason, of_teams=batch.of_teams
        ):
            raise NotPossible(_("该行不在等待这样的决定。"))
        _apply(row, RowDecision(decision), batch, person)
    Row.objects.bulk_update(rows, ["state", "reason", "decision", "person"], batch_size=500)
    _count(batch, rows)
    accepted = [row for row in rows if row.state == RowState.ACCEPTED]
    if batch.state == BatchState.ACCEPTED and accepted:
        accept_rows(batch=batch, rows=accepted, by=by)
    record(
        "imports.rows_decided",
        actor=by,
        subject=batch,
        organisation_path=batch.organisation.path,
        detail={"rows": [row.number for row in rows][:200], "count": len(rows), "decision": str(decision)},
    )


def _apply(row: Row, decision: RowDecision, batch: Batch, person: Person | None) -> None:
    row.decision = decision
    if decision == RowDecision.REFUSE:
        row.state, row.reason = RowState.REFUSED, RowReason.REFUSED_BY_HAND
        return
    if decision == RowDecision.WITHOUT_DOUBTFUL:
        content, asked = content_of(row), row.reason
        open_ = next(
            (item for item in (NUMBER_SHARED, SAME_NAME) if item != asked and _has(content, item)), ""
        )
        state = RowState.WAITING if open_ else RowState.ACCEPTED
        standing = compare(batch.home, [(content, state, open_)])[0]
        row.state, row.reason, row.person_id = standing.state, standing.reason, standing.person
        if row.state == RowState.WAITING:
            row.decision = RowDecision.NONE
        return
    if decision == RowDecision.SAME_PERSON:
        row.person_id = _chosen(row, batch, person)
    row.state, row.reason = RowState.ACCEPTED, RowReason.NONE


def _has(content: RowContent, reason: str) -> bool:
    return any(problem.reason == reason for problem in content.problems)


def _chosen(row: Row, batch: Batch, person: Person | None) -> int | None:
    """The record that the row joins; rows of one number in a file without a record become one person."""
    candidates = content_of(row).candidates
    if person is not None:
        if person.home_id != batch.home_id or person.merged_into_id:
            raise NotPossible(_("所选档案不在本管辖范围内。"))
        return person.pk
    if len(candidates) == 1:
        return candidates[0]
    if row.reason == RowReason.NUMBER_SHARED and not candidates:
        return None
    raise NotPossible(_("请选择要并入的档案。"))


def _count(batch: Batch, rows: Sequence[Row]) -> None:
    accepted = sum(1 for row in rows if row.state == RowState.ACCEPTED)
    refused = sum(1 for row in rows if row.state == RowState.REFUSED)
    Batch.objects.filter(pk=batch.pk).update(
        rows_accepted=F("rows_accepted") + accepted,
        rows_refused=F("rows_refused") + refused,
        rows_waiting=F("rows_waiting") - accepted - refused,
    )
    batch.refresh_from_db()
