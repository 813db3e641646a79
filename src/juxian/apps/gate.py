"""One writer at a time (写入闸): SQLite's own waiting is unfair, and with many writers some wait for seconds.

A writer waits in the kernel's queue for a lock beside the database before it begins. PostgreSQL needs no gate.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from django.db import connection, transaction


@contextmanager
def writing() -> Iterator[None]:
    """A transaction that has passed the gate; inside another transaction, simply a part of it.

    For what many people write at once, payments above all. Whoever is inside a transaction already holds SQLite's lock, so
    waiting at the gate there would be waiting for oneself.
    """
    with nullcontext() if connection.in_atomic_block else _gate(), transaction.atomic():
        yield


@contextmanager
def _gate() -> Iterator[None]:
    place = _place()
    if place is None:
        yield
        return
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)  # which opens the gate


def _place() -> Path | None:
    """The file of the gate; None for a database that is no file."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or name.startswith("file:") or ":memory:" in name:
        return None
    return Path(f"{name}.gate")
