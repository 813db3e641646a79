"""Who may hold, read and release messages (审发权限)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role, refuse
from juxian.apps.messaging.models import Message
from juxian.apps.organisations.models import Organisation


def may_decide(user: User, message: Message) -> Decision:
    """Release or stop a held message, or send an unclear one again (审发)."""
    if message.place is None:
        return refuse(_("这条消息不属于任何机构的发件箱。"))
    return has_role(user, [Role.OFFICE], message.place)


def may_manage_hooks(user: User, root: Organisation) -> Decision:
    """Say which systems are told of events (管理事件推送): the system administrator of the jurisdiction."""
    return has_role(user, [Role.SYSTEM_ADMIN], root)


def may_give_addresses(user: User, root: Organisation) -> Decision:
    """Say where the staff of a jurisdiction is reached (录入站外地址): its system administrator."""
    return has_role(user, [Role.SYSTEM_ADMIN], root)
