"""Who may see and change teams, carriers and pairs (团队与平台权限)."""

from __future__ import annotations

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role
from juxian.apps.organisations.models import Organisation

READERS = (Role.OFFICE, Role.LEADER)


class NotPossible(Exception):
    """What the moment does not allow (暂不能办理); says why to the user. field: of the form, empty for the whole."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


def may_manage(user: User, home: Organisation) -> Decision:
    """Keep the teams, carriers and pairs of a place (管理团队与平台): its talent office."""
    return has_role(user, [Role.OFFICE], home)
