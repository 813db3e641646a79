"""Handing in a file (报送): read, checked, compared, and kept row by row; nothing reaches the register yet."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import SHANGHAI
from juxian.apps.imports.actions.bulk import rare_collection
from juxian.apps.imports.actions.filing import forget_file, store_file, stored_bytes
from juxian.apps.imports.actions.linking import Standing, compare
from juxian.apps.imports.actions.teams import check_rows
from juxian.apps.imports.enums import BatchState, RowState
from juxian.apps.imports.models import Batch, ColumnMapping, Row, Table
from juxian.apps.imports.queries import RowContent, earlier_batch, employers_below, organisations_of
from juxian.apps.organisations.models import Organisation
from juxian.core.packs import pack_called
from juxian.core.secrecy import seal
from juxian.core.source import Rejected
from juxian.core.tables.limits import Limits
from juxian.core.tables.mapping import Column
from juxian.core.tables.reader import DEFAULT_LIMITS
from juxian.core.tables.roster import Reading, Roster, RosterTable, read_roster
from juxian.core.tables.rows import RowReading
from juxian.core.tables.teams import target_of

CHUNK = 1000
IN_REQUEST_BYTES = 200_000  # of a file read at once; a larger one is read in the background
IN_REQUEST_SECONDS = 10


@dataclass
class AlreadyHandedIn(Exception):
    """The same file came from the same sender before (重复报送)."""

    batch: Batch

    def __str__(self) -> str:
        words = _("这个文件已于 %(day)s 报送过，见批次“%(name)s”。")
        day = self.batch.uploaded_at.astimezone(SHANGHAI).date().isoformat()
        return words % {"day": day, "name": self.batch.file_name}


@dataclass
class TooLarge(Exception):
    """A file is larger than an upload may be (超过上传上限)."""

    limit_bytes: int

    def __str__(self) -> str:
        return _("文件超过 %(limit)s MB 的上限。") % {"limit": self.limit_bytes // 1024**2}


def stage_file(
    *,
    data: bytes,
    file_name: str,
    organisation: Organisation,
    as_of: date,
    by: User | None,
    at_once: bool = False,
    of_teams: bool = False,
) -> Batch:
    """Keep a file and read it; large ones are left in state READING for ``tasks.read``.

    Raises ``TooLarge``, ``AlreadyHandedIn``, and ``Rejected`` when a file read at once cannot be read; then nothing
    is kept. at_once: read now, however large (command line, tests). of_teams: its rows are members of teams.
    """
    limit = settings.JUXIAN_UPLOAD_LIMIT_BYTES
    if len(data) > limit:
        raise TooLarge(limit)
    sha256 = hashlib.sha256(data).hexdigest()
    earlier = earlier_batch(organisation, sha256)
    if earlier:
        raise AlreadyHandedIn(earlier)
    now = at_once or len(data) <= IN_REQUEST_BYTES
    batch = Batch(
        organisation=organisation,
        home=Organisation.objects.get(path=organisation.root_code),
        pack=organisation.pack,
        of_teams=of_teams,
        file_name=file_name.replace("\x00", "")[-200:],
        sha256=sha256,
        size_bytes=len(data),
        as_of=as_of,
        uploaded_by=by,
    )
    limits = Limits() if at_once else Limits(seconds=IN_REQUEST_SECONDS)
    roster = _read(batch, data, limits) if now else None
    batch.stored_name = store_file(data)
    _save_new(batch, roster, by)
    return batch


def _save_new(batch: Batch, roster: Roster | None, by: User | None) -> None:
    try:
        with transaction.atomic():
            batch.save()
            record(
                "imports.handed_in",
                actor=by,
                subject=batch,
                organisation_path=batch.organisation.path,
                detail={"sha256": batch.sha256, "bytes": batch.size_bytes},
            )
            if roster:
                _keep(batch, roster)
    except BaseException:
        forget_file(batch.stored_name)
        raise


def read_batch(*, batch: Batch) -> Batch:
    """Read the stored file of a batch in state READING; what cannot be read leaves it REJECTED with the reasons."""
    try:
        roster = _read(batch, stored_bytes(batch.stored_name))
    except Rejected as refused:
        batch.notes = [_words(problem.message.zh, problem.message.en) for problem in refused.problems]
        batch.state = BatchState.REJECTED
        batch.save(update_fields=["notes", "state"])
        return batch
    with transaction.atomic():
        _keep(batch, roster)
    return batch


@transaction.atomic
def correct_mapping(*, table: Table, targets: Mapping[int, str], by: User) -> Batch:
    """Say by hand what the columns of a table mean, remember it for this sender, and read the file again.

    targets: column index → ``kind.field`` or ``kind.field@part``, empty for ignored; columns left out keep theirs.
    Decisions made before on rows of this batch are dropped. Raises ``Rejected`` when no name column is left.
    """
    batch = table.batch
    kept = {str(column["index"]): column["target"] for column in table.columns}
    kept |= {str(index): target for index, target in targets.items()}
    ColumnMapping.objects.update_or_create(
        pack=batch.pack,
        sender=batch.organisation,
        signature=table.signature,
        defaults={"targets": kept, "corrected_by": by},
    )
    roster = _read(batch, stored_bytes(batch.stored_name))
    batch.tables.all().delete()
    _keep(batch, roster)
    record(
        "imports.mapping_corrected",
        actor=by,
        subject=batch,
        organisation_path=batch.organisation.path,
        detail={"table": table.position, "columns": kept},
    )
    return batch


def _read(batch: Batch, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Roster:
    organisation = batch.organisation
    own = organisation.employs and not batch.of_teams  # people of other units are members, too
    reading = Reading(
        schema=pack_called(batch.pack).schema,
        organisations=organisations_of(batch.home),
        as_of=batch.as_of,
        employer=organisation.code if own else "",
        only_employers=employers_below(organisation) if own else None,
        limits=limits,
        set_aside=(lambda header: bool(target_of(header))) if batch.of_teams else (lambda _header: False),
    )
    known = ColumnMapping.objects.filter(pack=batch.pack, sender=organisation)
    remembered = {mapping.signature: mapping.targets for mapping in known}
    with rare_collection():
        return read_roster(data, batch.file_name, reading, lambda signature: remembered.get(signature, {}))


def _keep(batch: Batch, roster: Roster) -> None:
    """Store tables and rows of a roster and count them; the caller holds the transaction."""
    contents = [content_from_reading(row) for row in roster.rows]
    standings = compare(
        batch.home,
        [(content, row.state, row.reason) for content, row in zip(contents, roster.rows, strict=True)],
    )
    remaining = iter(zip(contents, standings, strict=True))
    counts: Counter[str] = Counter()
    for position, table in enumerate(roster.tables):
        kept = Table.objects.create(
            batch=batch,
            position=position,
            title=table.sheet[:120],
            signature=table.signature,
            columns=[_column(column, table) for column in table.columns],
            skipped=[{"row": row, "role": role.value, "text": text} for row, role, text in table.skipped],
        )
        pairs = list(islice(remaining, len(table.rows)))
        at_once = max(1, len(pairs)) if batch.of_teams else CHUNK  # teams are checked as a whole
        for start in range(0, len(pairs), at_once):
            part = pairs[start : start + at_once]
            rows = [_row(kept, content, standing) for content, standing in part]
            if batch.of_teams:
                members = zip(rows, (content for content, _standing in part), strict=True)
                check_rows(batch, list(members))
            counts.update(row.state for row in rows)
            Row.objects.bulk_create(rows, batch_size=CHUNK)
    batch.notes = [_words(note.zh, note.en) for note in roster.notes]
    batch.rows_accepted = counts[RowState.ACCEPTED]
    batch.rows_waiting = counts[RowState.WAITING]
    batch.rows_refused = counts[RowState.REFUSED]
    batch.rows_total = sum(counts.values())
    batch.state = BatchState.STAGED
    batch.save()


def _row(table: Table, content: RowContent, standing: Standing) -> Row:
    content.candidates = standing.candidates
    return Row(
        batch=table.batch,
        table=table,
        number=content.number,
        sealed=seal(content.as_json(), settings.JUXIAN_KEYS),
        state=standing.state,
        reason=standing.reason,
        problem_count=min(len(content.problems), 32_767),
        person_id=standing.person,
    )


def content_from_reading(row: RowReading) -> RowContent:
    """What is kept of a row that was read."""
    return RowContent(
        number=row.number,
        cells=row.cells,
        name=row.name,
        document_kind=row.document.kind if row.document else "",
        document_number=row.document.number if row.document else "",
        facts=row.facts,
        read=row.read,
        problems=row.problems,
    )


def _column(column: Column, table: RosterTable) -> dict[str, object]:
    """One column as a page shows it, with up to three values that are no identity numbers in clear."""
    return {
        "index": column.index,
        "header": column.header,
        "target": f"{column.target}@{column.part}" if column.part > 1 else column.target,
        "how": column.how.value,
        "confidence": column.confidence,
        "sample": [] if column.target.startswith("document.") else _sample(column.index, table.rows),
    }


def _sample(index: int, rows: Sequence[RowReading]) -> list[str]:
    found: dict[str, None] = {}
    for row in rows[:50]:
        if index < len(row.cells) and row.cells[index]:
            found[row.cells[index][:30]] = None
        if len(found) == 3:
            break
    return [_without_long_numbers(text) for text in found]


def _without_long_numbers(text: str) -> str:
    """Digits of a number long enough to identify somebody are starred."""
    return "*" * len(text) if sum(char.isdigit() for char in text) >= 7 else text


def _words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}
