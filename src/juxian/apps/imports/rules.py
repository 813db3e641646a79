"""Who may hand in, decide and undo rosters (名册权限)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, has_role, refuse
from juxian.apps.imports.enums import BatchState
from juxian.apps.imports.models import Batch
from juxian.apps.organisations.models import Organisation

SENDERS = (Role.OFFICE, Role.EMPLOYER)


def may_hand_in(user: User, organisation: Organisation) -> Decision:
    """Upload a roster of ``organisation`` (报送名册)."""
    return has_role(user, SENDERS, organisation)


def may_decide(user: User, batch: Batch) -> Decision:
    """Correct the mapping, decide rows and accept (核对入库)."""
    if batch.state == BatchState.UNDONE:
        return refuse(_("该批次已撤销。"))
    if batch.state in (BatchState.READING, BatchState.ACCEPTING):
        return refuse(_("该批次正在处理，请稍候。"))
    return _keeps(user, batch)


def may_undo(user: User, batch: Batch) -> Decision:
    """Take the whole batch back (撤销批次)."""
    if batch.state not in (BatchState.STAGED, BatchState.ACCEPTED):
        return refuse(_("只有待核对或已入库的批次可以撤销。"))
    return _keeps(user, batch)


def _keeps(user: User, batch: Batch) -> Decision:
    """Teams are kept by the talent office alone."""
    if batch.of_teams:
        return has_role(user, [Role.OFFICE], batch.home)
    return has_role(user, SENDERS, batch.organisation)


def may_choose_person(user: User, batch: Batch) -> Decision:
    """Link a row to a record by hand, and decide on people of other units; only the office sees everybody."""
    return has_role(user, [Role.OFFICE], batch.home)
