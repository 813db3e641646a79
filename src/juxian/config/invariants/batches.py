"""Rosters: every row is counted once, and a state keeps what it promises (名册批次)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q

from juxian.apps.imports.enums import BatchState, RowState
from juxian.apps.imports.models import Batch, Row
from juxian.apps.persons.models import Fact
from juxian.config.invariants.result import Result, Scope
from juxian.core.text import Text

COUNTS = {
    "rows_total": Count("rows"),
    "rows_accepted": Count("rows", filter=Q(rows__state=RowState.ACCEPTED)),
    "rows_waiting": Count("rows", filter=Q(rows__state=RowState.WAITING)),
    "rows_refused": Count("rows", filter=Q(rows__state=RowState.REFUSED)),
    "rows_done": Count("rows", filter=Q(rows__recorded_at__isnull=False)),
}
NOT_BEGUN = (BatchState.READING, BatchState.REJECTED, BatchState.STAGED)


def sums(scope: Scope) -> Result:
    """The counts kept with a batch are those of its rows."""
    counted = Batch.objects.annotate(**{f"counted_{name}": count for name, count in COUNTS.items()})
    batches = list(counted.order_by("pk"))
    found = [
        Text(
            f"批次 {batch.pk}：{name} 记 {getattr(batch, name)}，实有 {getattr(batch, f'counted_{name}')}",
            f"batch {batch.pk}: {name} says {getattr(batch, name)}, there are {getattr(batch, f'counted_{name}')}",
        )
        for batch in batches
        for name in COUNTS
        if getattr(batch, name) != getattr(batch, f"counted_{name}")
    ]
    return Result(len(batches), found)


def states(scope: Scope) -> Result:
    """Nothing is in the register before acceptance, everything accepted after, nothing after it was undone."""
    batches = list(Batch.objects.order_by("pk"))
    found = [
        Text(f"批次 {batch.pk}（{batch.state}）：{words.zh}", f"batch {batch.pk} ({batch.state}): {words.en}")
        for batch in batches
        for words in _broken_promises(batch)
    ]
    return Result(len(batches), found + list(_unlinked_rows()))


def _broken_promises(batch: Batch) -> Iterator[Text]:
    if batch.state not in BatchState.values:
        yield Text("没有这种状态", "no such state")
    if batch.state in NOT_BEGUN and (batch.source_id or batch.rows_done):
        yield Text("尚未入库却已有来源或已入库的行", "has a source or recorded rows before it was accepted")
    if batch.state == BatchState.ACCEPTED:
        if batch.accepted_at is None or batch.source_id is None:
            yield Text("没有入库时间或来源", "has no time of acceptance or no source")
        open_ = batch.rows.filter(state=RowState.ACCEPTED, recorded_at=None).count()
        if open_:
            yield Text(f"{open_} 行可入库却没有入库", f"{open_} accepted rows were not recorded")
    if batch.state == BatchState.UNDONE:
        if batch.undone_at is None:
            yield Text("没有撤销时间", "has no time of undoing")
        standing = Fact.objects.standing().filter(source=batch.source_id).count() if batch.source_id else 0
        if standing:
            yield Text(f"撤销后仍有 {standing} 条信息", f"{standing} facts stand after it was undone")


def _unlinked_rows() -> Iterator[Text]:
    rows = Row.objects.exclude(recorded_at=None).order_by("pk")
    wrong = rows.exclude(state=RowState.ACCEPTED) | rows.filter(person=None)
    for batch, number, state in wrong.values_list("batch", "number", "state"):
        yield Text(
            f"批次 {batch} 第 {number} 行：已入库，却是 {state} 或没有档案",
            f"batch {batch} row {number}: recorded, but {state} or without a person",
        )
