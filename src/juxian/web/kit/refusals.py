"""Requests that are answered with 403 leave an entry in the audit log (拒绝留痕)."""

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
        if response.status_code == HTTPStatus.FORBIDDEN:
            try:
                remember(request)
            except DatabaseError as error:
                logging.getLogger("juxian.refusals").warning("a refusal was not recorded: %s", error)
        return response


def remember(request: HttpRequest) -> None:
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
    )
