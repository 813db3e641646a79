"""Requests that are refused leave an entry in the audit log (拒绝留痕).

403: the function is not open to whoever asked. 404 to somebody who is signed in, for an object in an address: it is not there,
or belongs to another; the answer does not tell which, and the entry does not either. Both are counted, not written each time.
404 to visitors and to tokens is counted here first, so that whoever scans addresses costs one write a minute.
"""

from __future__ import annotations

import ipaddress
import logging
import threading
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record_refusal
from juxian.apps.audit.registry import acts_as, came_from, on_behalf_of
from juxian.apps.clock import now
from juxian.apps.tokens.models import ApiToken
from juxian.web.kit.middleware import Respond
from juxian.web.kit.origin import address_of

MINUTE = timedelta(minutes=1)
MOST_KINDS = 200  # of networks and functions at once; all further ones are counted as one
EVERYBODY = "*"
_PREFIX = {4: 24, 6: 64}


class Refusals:
    """Records what was refused; a database that takes no entry does not change the answer.

    While the request is at work, entries know where it comes from.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        for known in (on_behalf_of, acts_as):  # of an earlier request of this thread
            known.set("")
        began = came_from.set(address_of(request))
        try:
            return self._answered(request)
        finally:
            came_from.reset(began)
            acts_as.set("")
            on_behalf_of.set("")

    def _answered(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        try:
            if response.status_code == HTTPStatus.FORBIDDEN:
                remember(request)
            elif response.status_code == HTTPStatus.NOT_FOUND:
                _not_found(request)
        except DatabaseError as error:
            logging.getLogger("juxian.refusals").warning("a refusal was not recorded: %s", error)
        return response


def _not_found(request: HttpRequest) -> None:
    """Of somebody signed in: only where an object of a function that exists was asked for."""
    token = getattr(request, "auth", None)
    if isinstance(request.user, User) and not isinstance(token, ApiToken):
        if request.resolver_match and request.resolver_match.kwargs:
            remember(request, missing=True)
        return
    function = request.resolver_match.view_name if request.resolver_match else ""
    who = f"token:{token.pk}" if isinstance(token, ApiToken) else network_of(address_of(request))
    times = seen.count(who, function, now())
    if times is None:
        return
    who, function, number = times
    record_refusal(
        actor=None,
        address="" if who == EVERYBODY else address_of(request) if token else who,
        what=function,
        acting_as=f"token:{token.name}"[:128] if isinstance(token, ApiToken) else "",
        organisation_path=token.organisation.path if isinstance(token, ApiToken) else "",
        missing=True,
        who=who,
        times=number,
    )


def network_of(address: str) -> str:
    """The network that an address is counted by: 256 addresses of the fourth version, 2^64 of the sixth."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network((found, _PREFIX[found.version]), strict=False))


class Seen:
    """What visitors did not find, counted in this process; a process that ends forgets the counts of its last minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], tuple[datetime, int]] = {}

    def count(self, who: str, what: str, moment: datetime) -> tuple[str, str, int] | None:
        """(who, what, how often) to be written: the first time at once, then once a minute; None in between."""
        with self._lock:
            key = (who, what)
            if key not in self._counts and len(self._counts) >= MOST_KINDS:
                self._counts = {
                    kind: held for kind, held in self._counts.items() if moment - held[0] < MINUTE
                }
                if len(self._counts) >= MOST_KINDS:
                    key = (EVERYBODY, "")
            since, waiting = self._counts.get(key, (None, 0))
            if since is not None and moment - since < MINUTE:
                self._counts[key] = (since, waiting + 1)
                return None
            self._counts[key] = (moment, 0)
            return (*key, waiting + 1)

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()


seen = Seen()


def remember(request: HttpRequest, *, missing: bool = False) -> None:
    """One refusal of the function behind the address; never the address itself, which a visitor makes up."""
    user = request.user if isinstance(request.user, User) else None
    scope = getattr(request, "_juxian_scope", None)
    post = scope if user else None
    record_refusal(
        actor=user,
        address=address_of(request),
        what=request.resolver_match.view_name if request.resolver_match else "",
        acting_as=f"{post.role}@{post.organisation.code}" if post else "",
        organisation_path=post.organisation.path if post else "",
        missing=missing,
    )
