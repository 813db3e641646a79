"""Words that the next page shows (提示信息), kept in the session.

They are in the session the moment they are said, so that a form saves them in the transaction of what it does (``keep``):
one turn of the writer, not two.
"""

from __future__ import annotations

from typing import Any

from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponseBase

MOST = 10  # that wait to be shown; who never opens a page does not make the session grow


class Storage(SessionStorage):
    """The newest ten; what has been shown goes with the answer that shows it."""

    _queued_messages: list[Any]
    _loaded_messages: list[Any]

    def add(self, level: int, message: Any, extra_tags: str | None = "") -> None:
        super().add(level, message, extra_tags or "")
        if self._queued_messages and not self.used:
            self._prepare_messages(self._queued_messages)  # type: ignore[attr-defined]  # not in the stubs
            self._store([*self._loaded_messages, *self._queued_messages], None)

    def _store(self, messages: list[Any], response: HttpResponseBase | None, *args: Any, **more: Any) -> Any:
        found = self.serialize_messages(messages[-MOST:]) if messages else None
        if found is None:
            self.request.session.pop(self.session_key, None)
        elif self.request.session.get(self.session_key) != found:  # not ended, and begun anew, since
            self.request.session[self.session_key] = found
        return []


def keep(request: HttpRequest) -> None:
    """Save a changed session of somebody signed in within the caller's transaction, instead of in one of its own afterwards."""
    session = getattr(request, "session", None)
    if session is None or not (session.modified and session.session_key and request.user.is_authenticated):
        return
    try:
        session.save()
    except UpdateError:  # signed out meanwhile: the answer tells it, what was done stays done
        return
    session.modified = False
