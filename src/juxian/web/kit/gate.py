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

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with writing():
            return view(request, *args, **kwargs)

    return guarded
