"""Who may follow up warnings (流失预警权限)."""

from __future__ import annotations

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role
from juxian.apps.organisations.models import Organisation

READERS = (Role.OFFICE, Role.LEADER)


def may_follow_up(user: User, home: Organisation) -> Decision:
    """Look for warnings anew and note what was done: the talent office of the place."""
    return has_role(user, [Role.OFFICE], home)
