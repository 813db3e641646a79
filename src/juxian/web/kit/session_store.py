"""Sessions in the database (会话): the engine that ``SESSION_ENGINE`` names.

Saving one does not wait for the disk: after a power cut somebody signs in again or misses a message, nothing more. Ending
one (``delete``, ``flush``) does wait.
"""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection

from juxian.apps.clock import now
from juxian.apps.gate import in_passing, writing
from juxian.apps.sets import ask
from juxian.web.kit import trouble

_UPDATE = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s RETURNING session_key"

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """A session whose saving takes its turn like every other writer.

    reading: the request only reads. What its session then notes (that it is in use, that a message was shown) is left undone
    where the database takes no writing at this moment; a session that was begun in the request is saved all the same.
    """

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.reading = False
        self._given = session_key

    def _get_session_from_db(self) -> Session | None:
        key, moment = self.session_key, connection.ops.adapt_datetimefield_value(now())
        rows = ask(_READ, [key, moment])
        if rows:
            return Session(session_key=key or "", session_data=rows[0][0])
        self._session_key = None
        return None

    def save(self, must_create: bool = False) -> None:
        """Raises ``UpdateError`` when the session has been ended meanwhile."""
        if must_create or self.session_key is None:
            with writing(lasting=False):
                super().save(must_create)
            return
        row = self.create_model_instance(dict(self.items()))
        ends = connection.ops.adapt_datetimefield_value(row.expire_date)
        values = [row.session_data, ends, row.session_key]
        if self.reading and self.session_key == self._given:
            _note(values)
            return
        with writing(lasting=False):
            _update(values)


def _update(values: list[Any]) -> None:
    if not ask(_UPDATE, values):
        raise UpdateError


def _note(values: list[Any]) -> None:
    try:
        with in_passing():
            _update(values)
    except DatabaseError as error:
        if trouble.status_of(error) is None:
            raise
        logging.getLogger("juxian.storage").warning("a session was not noted: %s", error)
