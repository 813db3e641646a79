"""What has happened when the disk is waited for (写盘顺序). A process of its own, on SQLite; prints one JSON object."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from pathlib import Path

from juxian.config.cli import setup_django

setup_django()

from django.conf import settings  # noqa: E402  # models need the settings
from django.db import connection  # noqa: E402

from juxian.apps import gate  # noqa: E402
from juxian.apps.clock import now  # noqa: E402
from juxian.apps.submissions.models import Submission  # noqa: E402

FILE = Path(settings.DATABASES["default"]["NAME"])
seen: list[dict[str, object]] = []
wait = os.fdatasync


def looking(handle: int) -> None:
    """Instead of waiting for the disk: look at the database from outside, then wait."""
    other = sqlite3.connect(FILE)
    with Path(f"{FILE}.gate").open("rb") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except BlockingIOError:
            free = False
    seen.append(
        {
            "committed": other.execute("SELECT count(*) FROM submissions_submission").fetchone()[0],
            "gate is free": free,
            "log": os.path.samestat(os.fstat(handle), Path(f"{FILE}-wal").stat()),
            "waits again": connection.connection.execute("PRAGMA synchronous").fetchone()[0],
        }
    )
    other.close()
    wait(handle)


def failing(handle: int) -> None:
    raise OSError("the disk is full")


def written(key: str, **how: bool) -> None:
    with gate.writing(**how):
        Submission.objects.create(owner=1, key=key, content="", at=now())
        inside.append(connection.cursor().execute("PRAGMA synchronous").fetchone()[0])


inside: list[int] = []
os.fdatasync = looking
written("a")
written("b", lasting=False)
after_two = len(seen)
try:
    with gate.writing():
        Submission.objects.create(owner=1, key="c", content="", at=now())
        raise RuntimeError
except RuntimeError:
    pass
after_failure, kept = len(seen), Submission.objects.count()
os.fdatasync = failing
try:
    written("d")
    told = ""
except OSError as error:
    told = str(error)
print(  # noqa: T201
    json.dumps(
        {
            "seen": seen,
            "after two": after_two,
            "after failure": after_failure,
            "kept": kept,
            "told": told,
            "inside": inside,
        }
    )
)
