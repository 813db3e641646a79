"""Decisions about who may do what; every refusal has a reason (权限判断)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed, or refused with a reason for the user."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed

    def or_refuse(self) -> None:
        """Raises ``PermissionDenied`` with the reason."""
        if not self.allowed:
            raise PermissionDenied(str(self.reason))


def allow() -> Decision:
    return Decision(True)


def refuse(reason: str | Promise) -> Decision:
    return Decision(False, reason)


def has_role(user: User, roles: Iterable[str], organisation: Organisation | None = None) -> Decision:
    """The user holds one of ``roles`` today, over ``organisation`` where one is given."""
    paths = user.paths_for(roles, on=today()) if user.is_authenticated else []
    if organisation is None:
        reached = bool(paths)
    else:
        reached = any(organisation.path == path or organisation.path.startswith(path + "/") for path in paths)
    return allow() if reached else refuse(_("您的岗位没有这项权限。"))
