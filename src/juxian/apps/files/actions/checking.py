"""Checking an upload outside any transaction (上传检查): in a process of its own, the web worker only waits."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.utils.functional import Promise

from juxian.apps.accounts.models import User
from juxian.apps.files.rules import may_upload
from juxian.core.files.checking import check_size
from juxian.core.files.confined import Found, check_confined
from juxian.core.files.limits import FileLimits
from juxian.core.files.names import safe_name
from juxian.core.secrecy import CHUNK

LEFT_AFTER = timedelta(hours=1)  # no check of an upload takes so long
_ATTRIBUTE = "_juxian_checked"
_FOLDER = "juxian-upload-"
_RECEIVED = "tmp*.upload*"  # as Django calls a large file while it is received


class TooManyUploads(Exception):
    """The user has uploaded as much as one may in a day."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason)


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """What may be kept of an upload; ``path`` is there as long as the upload is."""

    name: str
    found: Found
    path: Path
    size: int
    sha256: str

    def pieces(self) -> Iterator[bytes]:
        with self.path.open("rb") as kept:
            while piece := kept.read(CHUNK):
                yield piece


def limits() -> FileLimits:
    return FileLimits(file_bytes=settings.JUXIAN_UPLOAD_LIMIT_BYTES)


def check_upload(upload: File[bytes], by: User | None) -> CheckedUpload:
    """Check a file that was sent; asked again for the same upload, the answer is the first one's.

    Raises ``Rejected`` with what is wrong with the file, ``TooManyUploads``.
    """
    earlier: CheckedUpload | None = getattr(upload, _ATTRIBUTE, None)
    if earlier is not None:
        return earlier
    name, size = upload.name or "", upload.size or 0
    check_size(size, name, limits())
    allowed = may_upload(by, size)
    if not allowed:
        raise TooManyUploads(allowed.reason)
    checked = _checked(upload, name)
    setattr(upload, _ATTRIBUTE, checked)
    return checked


def _checked(upload: File[bytes], name: str) -> CheckedUpload:
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    weakref.finalize(upload, shutil.rmtree, folder, ignore_errors=True)
    source, target = folder / "source", folder / "target"
    with source.open("wb") as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
    upload.seek(0)
    found = check_confined(source, target, name, limits())
    kept = target if found.remade else source
    with kept.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return CheckedUpload(safe_name(name, found.kind.value), found, kept, kept.stat().st_size, sha256)


def remove_left(at: datetime) -> str:
    """Remove uploads that a killed process left in the directory of temporary files; returns a line for the schedule."""
    removed = 0
    place = Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())
    for left in (*Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"), *place.glob(_RECEIVED)):
        try:
            status = left.lstat()
        except FileNotFoundError:  # its process has just removed it
            continue
        if status.st_uid != os.getuid() or status.st_mtime >= (at - LEFT_AFTER).timestamp():
            continue
        if stat.S_ISDIR(status.st_mode):
            shutil.rmtree(left, ignore_errors=True)
        elif stat.S_ISREG(status.st_mode):
            left.unlink(missing_ok=True)
        else:
            continue
        removed += 1
    return f"{removed} removed"
