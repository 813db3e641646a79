"""Who may do what with policies (政策权限)."""

from __future__ import annotations

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role
from juxian.apps.organisations.models import Organisation


def may_read_determinations(user: User) -> Decision:
    """Open the policies at the desk, with numbers and totals (查看政策与筛查结果)."""
    return has_role(user, [Role.OFFICE, Role.DEPARTMENT, Role.LEADER])


def may_sweep(user: User, root: Organisation) -> Decision:
    """Run the policies of a jurisdiction over its register (政策找人)."""
    return has_role(user, [Role.OFFICE], root)
