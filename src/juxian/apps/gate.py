"""One writer at a time (写入闸): SQLite's own waiting is unfair, and with many writers some wait for seconds.

A writer waits in the kernel's queue for a lock beside the database before it begins. PostgreSQL needs no gate.

On SQLite the disk is waited for after the turn, not in it: the transaction is committed, the next writer begins, and only
then is the log written out; writers whose turns follow closely share one wait. Nobody is told that something is done before
it lies on the disk.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

LONGEST_NAP_SECONDS = 0.12  # those who wait for SQLite ask again after a tenth of a second at most
IN_PASSING_SECONDS = 0.25  # that something waits which may as well be left undone


@contextmanager
def writing(*, lasting: bool = True) -> Iterator[None]:
    """A transaction that has passed the gate; inside another transaction, simply a part of it.

    For what many people write at once, payments above all. Whoever is inside a transaction already holds SQLite's lock, so
    waiting at the gate there would be waiting for oneself. lasting: on return it survives a power cut; False for what may
    be lost with the last second, such as that somebody was seen.
    """
    place = None if connection.in_atomic_block else _place()
    if place is None:
        with transaction.atomic():
            yield
        return
    with _turn(place), _without_waiting(), transaction.atomic():
        yield
    if lasting:
        write_out(place)


@contextmanager
def taking_turns() -> Iterator[None]:
    """One transaction of a long work in batches (分批改写); then the others have the turn.

    SQLite gives the turn to whoever asks at the right moment, and of transactions that follow one another at once nearly none
    leaves room for that: others would wait for the whole work. PostgreSQL needs no pause.
    """
    outermost = not connection.in_atomic_block
    began = time.monotonic()
    with writing():
        yield
    if outermost:
        leave_turn(time.monotonic() - began)


def leave_turn(seconds: float = 0) -> None:
    """Let whoever waits for SQLite have it, for so long at least; at once on PostgreSQL, where nobody waits for another's table."""
    if connection.vendor == "sqlite":
        time.sleep(max(seconds, LONGEST_NAP_SECONDS))


@contextmanager
def in_passing() -> Iterator[None]:
    """A transaction of what may be left undone: where another writer is at work it fails at once (``DatabaseError``).

    For a note that reading makes: reading must not wait for a writer.
    """
    place = None if connection.in_atomic_block else _place()
    if place is None:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = {int(IN_PASSING_SECONDS * 1000)}")
            yield
        return
    with _without_waiting(), _waiting_for(IN_PASSING_SECONDS), transaction.atomic():
        yield


@contextmanager
def _turn(place: Path) -> Iterator[None]:
    """Whoever has waited at the gate waits so much less for the database: all are refused when the first is, not one by one."""
    handle = os.open(f"{place}.gate", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        began = time.monotonic()
        fcntl.flock(handle, fcntl.LOCK_EX)
        waited = time.monotonic() - began
        if waited < IN_PASSING_SECONDS:
            yield
            return
        with _waiting_for(max(_patience() - waited, 0)):
            yield
    finally:
        os.close(handle)  # which opens the gate


def _patience() -> float:
    """Seconds that a connection to SQLite waits for another writer."""
    return float(connection.settings_dict["OPTIONS"].get("timeout", 5))


@contextmanager
def _waiting_for(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    connection.connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
    try:
        yield
    finally:
        if connection.connection is not None:
            connection.connection.execute(f"PRAGMA busy_timeout={int(_patience() * 1000)}")


@contextmanager
def _without_waiting() -> Iterator[None]:
    """Transactions of this connection are committed without waiting for the disk; consistent after a power cut all the same."""
    connection.ensure_connection()
    connection.connection.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        if connection.connection is not None:  # a new connection waits as it is set up to
            connection.connection.execute("PRAGMA synchronous=FULL")


def write_out(place: Path) -> None:
    """Wait until the log of the database at ``place`` lies on the disk, with everything committed up to now.

    No log: its last user has closed the database, and SQLite has brought all of it into the file and waited for the disk.
    """
    try:
        handle = os.open(f"{place}-wal", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.fdatasync(handle)
    finally:
        os.close(handle)


def note_file(connection: BaseDatabaseWrapper, **more: Any) -> None:
    """A connection has been opened: to which file."""
    place = _place()
    connection.opened = _identity(place) if place is not None else None  # type: ignore[attr-defined]  # read by ``close_replaced``


def close_replaced(**more: Any) -> None:
    """A request begins: a connection that was kept is closed when another file lies in the place of its own (恢复备份之后)."""
    place = _place() if connection.connection is not None and not connection.in_atomic_block else None
    if place is not None and getattr(connection, "opened", None) != _identity(place):
        connection.close()


def _identity(place: Path) -> tuple[int, int] | None:
    try:
        found = place.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _place() -> Path | None:
    """The file of the database; None where there is none, so no gate either."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or name.startswith("file:") or ":memory:" in name:
        return None
    return Path(name)
