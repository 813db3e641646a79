"""How long a sign-in lasts, and what is noted of it (会话期限与登录记录)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.actions import begin_session, count_miss, note_lock_out
from juxian.apps.accounts.models import SignedIn, User
from juxian.apps.accounts.queries import known_at, locks_of, missed_from, name_digest
from juxian.apps.accounts.rules import FIRST_LOCK_MINUTES, lock_minutes
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.web.kit.origin import address_of
from juxian.web.kit.session_store import SessionStore

BEGAN, SEEN, FACTOR = "began", "seen", "factor"  # keys in a session: seconds, seconds, kind of second factor
HELD_OFF = _("来自本网络的登录失败太多，请过一刻钟再试。")
NOTED_EVERY = 60  # seconds between two notes that a session is in use

Respond = Callable[[HttpRequest], HttpResponseBase]


class SessionLimits:
    """Signs out who was idle for ``JUXIAN_IDLE_MINUTES``, or signed in longer than ``SESSION_COOKIE_AGE`` ago."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.session, SessionStore):
            request.session.reading = request.method in ("GET", "HEAD")
        if request.user.is_authenticated:
            moment, session = int(now().timestamp()), request.session
            idle = moment - session.get(SEEN, moment)
            if idle > settings.JUXIAN_IDLE_MINUTES * 60 or (
                moment - session.get(BEGAN, moment) > settings.SESSION_COOKIE_AGE
            ):
                logout(request)
            elif idle > NOTED_EVERY or SEEN not in session:
                session[SEEN] = moment
                session.setdefault(BEGAN, moment)
        return self.get_response(request)


def address_in(request: HttpRequest | None) -> str:
    return address_of(request) if request is not None else ""


def signed_in(sender: object, request: HttpRequest, user: User, **more: Any) -> None:
    """Django has signed somebody in, by whatever way."""
    if not request.session.session_key:
        request.session.create()
    request.session[BEGAN] = request.session[SEEN] = int(now().timestamp())
    begin_session(
        user=user,
        session_key=str(request.session.session_key),
        address=address_in(request),
        browser=request.META.get("HTTP_USER_AGENT", "").replace("\0", ""),
    )


def signed_out(sender: object, request: HttpRequest, user: User | None, **more: Any) -> None:
    SignedIn.objects.filter(session_key=request.session.session_key or "-").delete()
    if user is not None:
        record("accounts.signed_out", actor=user, address=address_in(request))


def sign_in_failed(
    sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **more: Any
) -> None:
    """A wrong password, or one for a name that is unknown or locked; the name is kept as a digest."""
    name = str(credentials.get("username") or "")
    count_miss(address_in(request))
    record("accounts.sign_in_refused", address=address_in(request), detail={"name": name_digest(name)[:16]})


def held_off(request: HttpRequest) -> bool:
    """Where very many passwords were wrong, the address tries no further names; whoever is known there goes on."""
    address = address_of(request)
    if missed_from(address) < settings.JUXIAN_SIGN_IN_MISSES:
        return False
    name = unicodedata.normalize("NFKC", request.POST.get("username", "")).strip().casefold()
    return not known_at(name[:150], address)


def forget_form(sender: object, instance: AccessAttempt, **more: Any) -> None:
    """The counter of wrong passwords keeps no form: beside the password stand new passwords, codes, bank details."""
    instance.get_data = instance.post_data = ""


def locked_out(sender: object, request: HttpRequest, username: str, **more: Any) -> None:
    note_lock_out(name=username or "", address=address_in(request))


def cool_off(request: HttpRequest | None) -> timedelta:
    """How long the name that a request wants to sign in with, or has signed in with, is locked for."""
    name = ""
    if request is not None:
        user = getattr(request, "user", None)
        name = user.username if isinstance(user, User) else request.POST.get("username", "")
    earlier = locks_of(name).count() if name else 0
    return timedelta(minutes=lock_minutes(earlier - 1) if earlier else FIRST_LOCK_MINUTES)
