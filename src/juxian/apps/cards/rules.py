"""Who may do what with cards (服务卡权限)."""

from __future__ import annotations

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, has_role, refuse
from juxian.apps.cards.models import CardUse
from juxian.apps.organisations.models import Organisation

MANAGERS = (Role.OFFICE,)
READERS = (Role.OFFICE, Role.LEADER)
COUNTERS = (Role.OFFICE, Role.DEPARTMENT)  # staff of a partner hold the post of a clerk at their own unit


class NotPossible(Exception):
    """What was asked for cannot be done now (暂不能办理); says why for the user."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))


class NothingLeft(NotPossible):
    """The uses of this year are spent (本年次数已用完)."""


def may_manage(user: User, home: Organisation) -> Decision:
    """Issue, renew, replace and revoke cards of the jurisdiction ``home``."""
    return has_role(user, MANAGERS, home)


def may_record(user: User, partner: Organisation) -> Decision:
    """Record uses for the unit ``partner``, or for any unit of the place as its office."""
    return has_role(user, COUNTERS, partner)


def may_take_back(user: User, use: CardUse, day: date) -> Decision:
    """Take back a use that was recorded by mistake: its counter on the day itself, the talent office at any time."""
    if may_manage(user, use.card.home):
        return allow()
    if use.day != day:
        return refuse(_("只能在登记当天由本机构撤回，以后请联系人才办。"))
    return may_record(user, use.partner)
