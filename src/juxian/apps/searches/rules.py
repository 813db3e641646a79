"""Who may change a saved search, and who may take a list out (常用查询、导出权限)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, has_role, refuse
from juxian.apps.organisations.models import Organisation
from juxian.apps.searches.models import SavedSearch


def may_change(user: User, search: SavedSearch) -> Decision:
    """Its owner (修改、删除常用查询)."""
    return allow() if search.owner_id == user.pk else refuse(_("只有创建人可以修改这个查询。"))


def may_export_plainly(user: User, home: Organisation) -> Decision:
    """Take sensitive values out unmasked, with a reason (导出敏感信息)."""
    return has_role(user, [Role.OFFICE], home)
