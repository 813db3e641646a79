"""What the store could not do (存储故障), told apart by the codes of the database and of the system, never by words alone.

Words differ by language and version; SQLite and PostgreSQL both give a code with every failure of theirs.
"""

from __future__ import annotations

import errno
import sqlite3
from http import HTTPStatus

import psycopg
from django.db import DatabaseError

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SQLITE_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_UNUSABLE = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
_SQLITE_NO_ROOM = frozenset({sqlite3.SQLITE_FULL})
_EXTENDED = 0xFF  # what is left of an extended code of SQLite is its kind
_DISK_FULL = "53100"
_UNAVAILABLE = (
    "08",
    "40",
    "53",
    "55P03",
    "57",
)  # connection, rolled back, no resources, locked, ended by the operator


def status_of(exception: BaseException | None) -> HTTPStatus | None:
    """503 for what passes by itself, 507 for what somebody must make room for; None for any other mistake."""
    if isinstance(exception, OSError):
        return HTTPStatus.INSUFFICIENT_STORAGE if exception.errno in _NO_ROOM else None
    if isinstance(exception, DatabaseError):
        return _status_of_cause(exception.__cause__)
    return None


def _status_of_cause(cause: BaseException | None) -> HTTPStatus | None:
    """cause: what the driver raised, which Django's exception was made from."""
    if isinstance(cause, sqlite3.Error):
        return _status_on_sqlite(getattr(cause, "sqlite_errorcode", 0) & _EXTENDED)
    if isinstance(cause, psycopg.Error):
        return _status_on_postgresql(cause)
    return None


def _status_on_sqlite(kind: int) -> HTTPStatus | None:
    if kind in _SQLITE_NO_ROOM:
        return HTTPStatus.INSUFFICIENT_STORAGE
    return HTTPStatus.SERVICE_UNAVAILABLE if kind in _SQLITE_BUSY | _SQLITE_UNUSABLE else None


def _status_on_postgresql(cause: psycopg.Error) -> HTTPStatus | None:
    """No state at all: the server never answered, or the connection had gone."""
    state = cause.sqlstate
    if state == _DISK_FULL:
        return HTTPStatus.INSUFFICIENT_STORAGE
    if state is None:
        return HTTPStatus.SERVICE_UNAVAILABLE if isinstance(cause, psycopg.OperationalError) else None
    return HTTPStatus.SERVICE_UNAVAILABLE if state.startswith(_UNAVAILABLE) else None
