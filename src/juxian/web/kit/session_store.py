"""Sessions in the database (会话): the engine that ``SESSION_ENGINE`` names.

Saving one does not wait for the disk: after a power cut somebody signs in again or misses a message, nothing more. Ending
one (``delete``, ``flush``) does wait.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection

from juxian.apps.gate import writing
from juxian.apps.sets import ask

_UPDATE = "UPDATE django_session SET session_data = %s, expire_date = %s WHERE session_key = %s RETURNING session_key"


class SessionStore(db.SessionStore):
    """A session whose saving takes its turn like every other writer."""

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
