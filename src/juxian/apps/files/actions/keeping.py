"""Keeping a file and removing it (存放与删除)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record, record_each
from juxian.apps.clock import now
from juxian.apps.files.actions.checking import check_upload
from juxian.apps.files.enums import Scan
from juxian.apps.files.models import StoredFile
from juxian.apps.files.queries import FOLDER, path_of
from juxian.apps.organisations.models import Organisation
from juxian.apps.whole import write_whole
from juxian.core.secrecy import seal_pieces


def store_file(*, upload: File[bytes], home: Organisation, by: User | None, purpose: str) -> StoredFile:
    """Check and keep an uploaded file; where a scanner is set, it is held back until that has answered.

    Its bytes are on the disk before its row is committed; when the row is rolled back, the nightly check removes them.
    Raises ``Rejected``, ``TooManyUploads``.
    """
    checked = check_upload(upload, by)
    sealed = settings.JUXIAN_SEAL_FILES
    pieces = seal_pieces(checked.pieces(), settings.JUXIAN_KEYS) if sealed else checked.pieces()
    stored_name = _write(pieces, "sealed" if sealed else "plain")
    try:
        with transaction.atomic():
            file = StoredFile.objects.create(
                name=checked.name,
                kind=checked.found.kind.value,
                media=checked.found.media,
                size=checked.size,
                sha256=checked.sha256,
                width=checked.found.width,
                height=checked.found.height,
                pages=checked.found.pages,
                purpose=purpose,
                home=home,
                uploaded_by=by,
                stored_name=stored_name,
                sealed=sealed,
                scan=Scan.WAITING if settings.JUXIAN_ANTIVIRUS else Scan.NONE,
                stored_at=now(),
            )
            record(
                "files.stored",
                actor=by,
                subject=file,
                organisation_path=home.path,
                detail={"purpose": purpose, "kind": file.kind, "size": file.size, "sha256": file.sha256},
            )
    except BaseException:  # no room for the row, or a database that is locked
        _path(stored_name).unlink(missing_ok=True)
        raise
    return file


@transaction.atomic
def remove_file(*, file: StoredFile, by: User | None, reason: str) -> None:
    """Delete the bytes of a file; that it was there stays on record. Done once, however often it is asked for."""
    remove_files(files=StoredFile.objects.filter(pk=file.pk), by=by, reason=reason)


@transaction.atomic
def remove_files(*, files: QuerySet[StoredFile], by: User | None, reason: str) -> None:
    """As ``remove_file`` for each, with as many statements however many there are of one place."""
    standing = StoredFile.objects.select_for_update(of=("self",)).select_related("home").order_by("pk")
    by_place: dict[str, list[StoredFile]] = {}
    for file in standing.filter(pk__in=files.order_by().values("pk"), removed_at=None):
        by_place.setdefault(file.home.path, []).append(file)
    for place, some in by_place.items():
        paths = [path_of(file) for file in some]
        keys = [file.pk for file in some]
        StoredFile.objects.filter(pk__in=keys).update(removed_at=now(), stored_name="")
        record_each(
            "files.removed",
            [(file, {"purpose": file.purpose, "sha256": file.sha256}) for file in some],
            actor=by,
            organisation_path=place,
            reason=reason,
        )
        transaction.on_commit(partial(_unlink, paths))


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _write(pieces: Iterable[bytes], ending: str) -> str:
    """Write to a new file under a random name and see it onto the disk; returns the name."""
    name = f"{secrets.token_hex(16)}.{ending}"
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, pieces)
    return name


def _path(name: str) -> Path:
    return Path(settings.JUXIAN_FILES) / FOLDER / name
