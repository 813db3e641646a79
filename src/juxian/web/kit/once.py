"""A form that creates or pays is carried out once (只办一次), however often its button is pressed.

The page carries ``{% once %}``, the view ``@once`` (below the access declaration). The second submission of the same
content leads to the result of the first; another content under a used key is told with 409; a refused form (4xx)
leaves its key free. View and key share one transaction.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from juxian.apps.submissions.actions import AlreadySubmitted, claim, release, settle
from juxian.core.secrecy import digest
from juxian.web.kit import errors, messages
from juxian.web.kit.responses import go

FIELD = "once"
LONGEST_ANSWER = 500
_KEY = re.compile(r"[0-9a-f]{32}")
_NOT_CONTENT = ("csrfmiddlewaretoken", FIELD)

View = Callable[..., HttpResponse]


def new_key() -> str:
    return secrets.token_hex(16)


def once(view: View) -> View:
    """Carry out a POST once for each key; a POST without a key is refused with 400."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        key = request.POST.get(FIELD, "")
        if not _KEY.fullmatch(key):
            return errors.bad_request(request)
        try:
            return _carried_out(view, request, key, args, kwargs)
        except AlreadySubmitted as earlier:
            return _earlier(request, earlier)

    guarded.once = True  # type: ignore[attr-defined]  # a test asks every view that writes for it
    return guarded


@transaction.atomic
def _carried_out(
    view: View, request: HttpRequest, key: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponse:
    begun = claim(owner=request.user.pk or 0, key=key, content=_content(request))
    answer = view(request, *args, **kwargs)
    if answer.status_code >= 400:
        release(begun)
    else:
        settle(begun, answer=_address(answer))
        messages.keep(request)
    return answer


def _earlier(request: HttpRequest, earlier: AlreadySubmitted) -> HttpResponse:
    if earlier.same and earlier.answer:
        return go(request, earlier.answer)
    reason = (
        "" if earlier.same else _("内容与第一次提交的不同，这一次没有办理。需要再办一件时，请重新打开表单。")
    )
    return errors.page(request, 409, reason)


def _address(answer: HttpResponse) -> str:
    """Where an answer leads; empty for one that shows its result itself."""
    address = str(answer.headers.get("HX-Redirect") or answer.headers.get("Location") or "")
    return address if len(address) <= LONGEST_ANSWER else ""


def _content(request: HttpRequest) -> str:
    """Keyed digest of the address, the fields and the files that were sent."""
    fields = [(name, request.POST.getlist(name)) for name in sorted(request.POST) if name not in _NOT_CONTENT]
    files = [
        (name, file.name, _file_digest(file))
        for name in sorted(request.FILES)
        for file in request.FILES.getlist(name)
    ]
    return digest(repr((request.path, fields, files)), settings.JUXIAN_KEYS)


def _file_digest(file: Any) -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
