"""What the pages of funds share: who may open them, what they are about, how a refusal is told."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.funds.models import BankStatement, Grant, PaymentRun
from juxian.apps.funds.queries.grants import grants_visible_to
from juxian.apps.funds.queries.runs import runs_visible_to, statements_visible_to
from juxian.apps.funds.rules import NotPossible, funds_paid_anywhere, funds_paid_by, may_read_funds
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.bank import BadStatement
from juxian.core.ledger.closing import OpenReserves
from juxian.core.ledger.refusals import Refused
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import user_of
from juxian.web.kit.formats import language
from juxian.web.kit.scope import current_scope

READERS = (Role.OFFICE, Role.LEADER)
WITH_PAYERS = (*READERS, Role.DEPARTMENT)  # a department sees what it pays, nothing else
PAYERS = (Role.OFFICE, Role.DEPARTMENT)


def home_here(request: HttpRequest) -> Organisation:
    """The jurisdiction whose money the page is about."""
    return home_of(current_scope(request))


def funds_shown(request: HttpRequest, home: Organisation) -> Collection[str] | None:
    """Those that the department of the user pays; None for whoever reads all of the place."""
    user = user_of(request)
    return None if may_read_funds(user, home) else funds_paid_by(user, home.pack)


def pays_funds(role: str, user: User) -> bool:
    """The acting post is one of a department that pays."""
    return role == Role.DEPARTMENT and bool(funds_paid_anywhere(user))


def carried_out(request: HttpRequest, act: Callable[[], object], done: str = "") -> bool:
    """Do it and say so, or say why it cannot be done; nothing is half done."""
    try:
        with transaction.atomic():
            act()
    except (NotPossible, Refused, OpenReserves, BadStatement) as why:
        messages.error(request, told(why))
        return False
    if done:
        messages.success(request, done)
    return True


def told(why: Exception) -> str:
    """A refusal in the language of the page."""
    message = getattr(why, "message", None)
    return message.in_language(language()) if message is not None else str(why)


def find_grant(request: HttpRequest, pk: int) -> Grant:
    rows = grants_visible_to(user_of(request)).select_related(
        "home", "person__merged_into__merged_into", "granted_by"
    )
    return get_object_or_404(rows, pk=pk)


def find_run(request: HttpRequest, pk: int) -> PaymentRun:
    rows = runs_visible_to(user_of(request)).select_related("home", "made_by", "checked_by", "exported_by")
    return get_object_or_404(rows, pk=pk)


def find_statement(request: HttpRequest, pk: int) -> BankStatement:
    rows = statements_visible_to(user_of(request)).select_related("home", "imported_by")
    return get_object_or_404(rows, pk=pk)
