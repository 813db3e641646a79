"""Files and sealed values: none lost, none left over, all open with the key (文件与密文)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection

from juxian.apps.clock import now
from juxian.apps.files.models import StoredFile
from juxian.apps.files.queries import FOLDER as ATTACHMENTS
from juxian.apps.files.queries import pieces_of
from juxian.apps.imports.actions.filing import FOLDER, stored_bytes
from juxian.apps.imports.models import Batch
from juxian.apps.persons.actions import number_digests
from juxian.apps.persons.models import IdentityDocument
from juxian.config.invariants.result import Result, Scope
from juxian.config.stored_files import SETTLED_SECONDS, columns, known_files, present_files
from juxian.core.identity import mask_document
from juxian.core.secrecy import Unreadable, unseal
from juxian.core.text import Text


def files(scope: Scope) -> Result:
    """Each file that is named lies there; each that has lain there for an hour is named."""
    present = present_files(Path(settings.JUXIAN_FILES))
    known = known_files(_ask, {(column.table, column.name) for column in columns()})
    settled_before = now().timestamp() - SETTLED_SECONDS
    missing = sorted(known - present.keys())
    orphans = sorted(name for name in present.keys() - known if present[name] < settled_before)
    found = [
        Text(f"文件 {name}：登记了，但不存在", f"file {name} is named and does not exist") for name in missing
    ]
    found += [
        Text(f"文件 {name}：没有任何记录指向它", f"file {name} is named by nothing") for name in orphans
    ]
    return Result(len(present), found)


def _ask(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def sealed(scope: Scope) -> Result:
    """Document numbers, stored rosters and attached files open with the key, and are what was put in (a sample unless all)."""
    if not scope.with_key:
        return Result(0, [])
    numbers = scope.chosen(list(IdentityDocument.objects.order_by("pk").values_list("pk", flat=True)))
    batches = scope.chosen(list(Batch.objects.order_by("pk")))
    attached = scope.chosen(list(StoredFile.objects.filter(removed_at=None).order_by("pk")))
    found = [*_numbers(numbers), *_rosters(batches), *_attachments(attached)]
    return Result(len(numbers) + len(batches) + len(attached), found)


def _numbers(chosen: Sequence[int]) -> Iterator[Text]:
    for start in range(0, len(chosen), 500):
        rows = IdentityDocument.objects.filter(pk__in=chosen[start : start + 500]).select_related("person")
        for document in rows.order_by("pk"):
            try:
                number = unseal(bytes(document.sealed), settings.JUXIAN_KEYS)
            except Unreadable:
                number = ""
            if (
                document.digest not in number_digests(number)
                or mask_document(document.kind, number) != document.masked
            ):
                code = document.person.number
                yield Text(
                    f"{code}：证件号码打不开，或与摘要、掩码不符",
                    f"{code}: the document number does not open, or is not that of digest and mask",
                )


def _fits(sha256: str, pieces: Iterable[bytes]) -> bool:
    """Whether a file opens and is what came in; one that is missing is told by ``files``."""
    found = hashlib.sha256()
    try:
        for piece in pieces:
            found.update(piece)
    except FileNotFoundError:
        return True
    except Unreadable:
        return False
    return found.hexdigest() == sha256


def _whole(name: str) -> Iterator[bytes]:
    yield stored_bytes(name)


def _rosters(chosen: Sequence[Batch]) -> Iterator[Text]:
    for batch in chosen:
        if batch.stored_name is None:  # its time of keeping is over
            continue
        name = f"{FOLDER}/{batch.stored_name}"
        if not _fits(batch.sha256, _whole(batch.stored_name)):
            yield Text(
                f"文件 {name}：打不开，或已不是批次 {batch.pk} 收到的文件",
                f"file {name} does not open, or is not what batch {batch.pk} received",
            )


def _attachments(chosen: Sequence[StoredFile]) -> Iterator[Text]:
    for file in chosen:
        if not _fits(file.sha256, pieces_of(file)):
            yield Text(
                f"文件 {ATTACHMENTS}/{file.stored_name}：打不开，或已不是附件 {file.pk} 存入的文件",
                f"file {ATTACHMENTS}/{file.stored_name} does not open, or is not what attachment {file.pk} kept",
            )
