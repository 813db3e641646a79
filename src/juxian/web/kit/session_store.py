"""Sessions in the database (会话): the engine that ``SESSION_ENGINE`` names.

Saving one does not wait for the disk: after a power cut somebody signs in again or misses a message, nothing more. Ending
one (``delete``, ``flush``) does wait.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection

from juxian.apps.clock import now
from juxian.apps.gate import writing
from juxian.apps.sets import ask

_UPDATE = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s RETURNING session_key"

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """A session whose saving takes its turn like every other writer."""

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
        with writing(lasting=False):
            if not ask(_UPDATE, [row.session_data, ends, row.session_key]):
                raise UpdateError
