"""Who may make and revoke tokens (令牌权限)."""

from __future__ import annotations

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role
from juxian.apps.organisations.models import Organisation


def may_manage_tokens(user: User, root: Organisation) -> Decision:
    """Make and revoke the tokens of a jurisdiction (管理接口令牌): its system administrator, nobody of the offices."""
    return has_role(user, [Role.SYSTEM_ADMIN], root)
