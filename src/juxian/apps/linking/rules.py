"""Who may settle doubts about records (查重权限)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role, refuse
from juxian.apps.linking.enums import PairState
from juxian.apps.linking.models import Merge, Pair
from juxian.apps.organisations.models import Organisation


def may_settle(user: User, home: Organisation) -> Decision:
    """Decide about records of a jurisdiction (核对重复档案)."""
    return has_role(user, [Role.OFFICE], home)


def may_decide(user: User, pair: Pair) -> Decision:
    """Decide about one pair; a decided one is changed through the merge."""
    if pair.state not in (PairState.OPEN, PairState.DIFFERENT):
        return refuse(_("这一对已经处理。"))
    return may_settle(user, pair.home)


def may_undo(user: User, merge: Merge) -> Decision:
    """Take a merge apart (拆分)."""
    if merge.undone_at:
        return refuse(_("该合并已经拆分。"))
    if merge.keep.merged_into_id:
        return refuse(_("保留的档案后来又并入了别的档案，请先拆分那一次合并。"))
    return may_settle(user, merge.keep.home)
