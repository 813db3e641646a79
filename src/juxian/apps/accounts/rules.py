"""Decisions about who may do what; every refusal has a reason (权限判断)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation

LONGEST_PASSWORD = 128  # characters; a longer one is refused before it is hashed
FIRST_LOCK_MINUTES, A_DAY_MINUTES = 15, 24 * 60


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


PASSWORD_HELP = _("至少 12 个字符；或至少 8 个字符，含大写、小写、数字、符号中的三类。")
LONG_ENOUGH, VARIED_ENOUGH, CLASSES_WANTED = 12, 8, 3


def password_classes(password: str) -> int:
    """How many of: lower case, upper case, digits, anything else."""
    return sum(
        (
            any(char.islower() for char in password),
            any(char.isupper() for char in password),
            any(char.isdigit() for char in password),
            any(not char.isalnum() for char in password),
        )
    )


class LongOrVaried:
    """12 characters, or 8 of three classes; at most 128 (密码规则). Source: SECURITY-BASELINE 2.1."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ``ValidationError``."""
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(_("密码最多 128 个字符。"), code="password_too_long")
        varied = len(password) >= VARIED_ENOUGH and password_classes(password) >= CLASSES_WANTED
        if len(password) < LONG_ENOUGH and not varied:
            raise ValidationError(PASSWORD_HELP, code="password_too_short")

    def get_help_text(self) -> str:
        return str(PASSWORD_HELP)


def lock_minutes(earlier: int) -> int:
    """How long a name is locked for: 15 minutes, doubled by each lock of the last day, a day at most."""
    return min(FIRST_LOCK_MINUTES << min(earlier, 7), A_DAY_MINUTES)
