"""Requests that are refused leave an entry in the audit log (拒绝留痕).

403: the function is not open to whoever asked. 404 to somebody who is signed in, for an object in an address: it is not there,
or belongs to another; the answer does not tell which, and the entry does not either. Both are counted, not written each time.
"""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record_refusal
from juxian.apps.audit.registry import on_behalf_of
from juxian.web.kit.middleware import Respond
from juxian.web.kit.origin import address_of


class Refusals:
    """Records what was refused; a database that takes no entry does not change the answer."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        on_behalf_of.set("")  # of an earlier request of this thread
        response = self.get_response(request)
        refused = response.status_code == HTTPStatus.FORBIDDEN
        if refused or (response.status_code == HTTPStatus.NOT_FOUND and _names_an_object(request)):
            try:
                remember(request, missing=not refused)
            except DatabaseError as error:
                logging.getLogger("juxian.refusals").warning("a refusal was not recorded: %s", error)
        return response


def _names_an_object(request: HttpRequest) -> bool:
    """Somebody who is signed in asked for an object of a function that exists."""
    return bool(request.resolver_match and request.resolver_match.kwargs) and isinstance(request.user, User)


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
