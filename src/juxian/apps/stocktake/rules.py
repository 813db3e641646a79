"""Who may take stock, and who may say what is needed (盘点权限)."""

from __future__ import annotations

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role
from juxian.apps.organisations.models import Organisation


def may_take_stock(user: User, home: Organisation) -> Decision:
    """Have a day counted (盘点某日)."""
    return has_role(user, [Role.OFFICE, Role.LEADER], home)


def may_state_needs(user: User, home: Organisation) -> Decision:
    """Say how many people a unit needs (登记需求)."""
    return has_role(user, [Role.OFFICE], home)
