"""Who may change pools (分类人才库权限)."""

from __future__ import annotations

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role
from juxian.apps.pools.models import Pool


def may_manage(user: User, pool: Pool) -> Decision:
    """Refresh a pool, pick members by hand and take them out (管理人才库)."""
    return has_role(user, [Role.OFFICE], pool.home)
