"""Who may do what with apartments, and what the moment does not allow (公寓管理权限)."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, has_role, refuse
from juxian.apps.organisations.models import Organisation
from juxian.core.text import Text

MANAGERS = (Role.OFFICE,)
READERS = (Role.OFFICE, Role.LEADER)
WITNESSES = (Role.DEPARTMENT, Role.EMPLOYER, Role.LEADER, Role.REVIEWER, Role.AUDITOR)


def worded(text: Text) -> str:
    """A pack's words in the language of whoever asked."""
    return text.in_language(get_language() or "zh")


class NotPossible(Exception):
    """What was asked for cannot be done now (暂不能办理); says why for the user."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))


def may_manage(user: User, home: Organisation) -> Decision:
    """Handle flats, draws, leases and bills of the jurisdiction ``home`` (公寓管理)."""
    return has_role(user, MANAGERS, home)


def may_read(user: User, home: Organisation) -> Decision:
    """See who lives where and who waits."""
    return has_role(user, READERS, home)


def may_witness(user: User, home: Organisation) -> Decision:
    """Add chance as an independent witness: somebody of the place who does not handle apartments (见证人)."""
    if has_role(user, MANAGERS, home):
        return refuse(_("见证人不能是经办公寓的人。"))
    return allow() if has_role(user, WITNESSES) else refuse(_("见证人须有本地岗位。"))
