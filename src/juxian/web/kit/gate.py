"""Waiting at the gate before a transaction begins (写入排队): for forms that many people send at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from juxian.apps.gate import writing

View = Callable[..., HttpResponse]


def gated(view: View) -> View:
    """A POST waits for its turn before its transaction begins; stands above ``@once``."""
    return gated_after()(view)


def gated_after(ready: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """``gated``, with what can be looked up and checked beforehand, so that others wait less.

    ready: called with the arguments of the view before the turn; what it gives is handed to the view as ``ready``. It may
    be out of date when the turn comes: the action looks again at whatever can change.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            more = {} if ready is None else {"ready": ready(request, *args, **kwargs)}
            if request.method != "POST":
                return view(request, *args, **kwargs, **more)
            with writing():
                return view(request, *args, **kwargs, **more)

        return guarded

    return declare
