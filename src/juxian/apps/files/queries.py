"""Finding a file for a reader, and its bytes (读取附件)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from juxian.apps.accounts.models import User
from juxian.apps.files.models import StoredFile
from juxian.apps.files.registry import Readable
from juxian.apps.files.rules import reading_of
from juxian.core.secrecy import CHUNK, unseal_pieces

FOLDER = "attachments"


def file_readable_by(user: User | AnonymousUser, uuid: UUID) -> tuple[StoredFile, Readable] | None:
    """The file and how it may be read; None alike for what is not theirs, held back, removed or was never there."""
    file = StoredFile.objects.readable().select_related("home").filter(uuid=uuid).first()
    reading = reading_of(file, user) if file else None
    return (file, reading) if file and reading else None


def path_of(file: StoredFile) -> Path:
    return Path(settings.JUXIAN_FILES) / FOLDER / file.stored_name


def pieces_of(file: StoredFile) -> Iterator[bytes]:
    """The bytes that were kept, in pieces; raises ``Unreadable``, ``FileNotFoundError``."""
    with path_of(file).open("rb") as stored:
        if file.sealed:
            yield from unseal_pieces(stored, settings.JUXIAN_KEYS)
        else:
            while piece := stored.read(CHUNK):
                yield piece


def bytes_of(file: StoredFile) -> bytes:
    """The whole file, for letters and scans."""
    return b"".join(pieces_of(file))
