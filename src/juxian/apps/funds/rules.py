"""Who may do what with money, and what stands in the way of the moment (资金权限与不能办理的原因)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, has_role, refuse, same_hands
from juxian.apps.funds.models import BudgetChange, PayeeAccount, PaymentLine, PaymentRun
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person


class NotPossible(Exception):
    """Something cannot be done now; the message is for the person who tried (现在不能办理)."""


def may_read_funds(user: User, home: Organisation) -> Decision:
    """See budgets, grants, runs of a jurisdiction (查看资金)."""
    return has_role(user, [Role.OFFICE, Role.LEADER], home)


def may_manage_funds(user: User, home: Organisation) -> Decision:
    """Grant, prepare runs, import statements (经办资金)."""
    return has_role(user, [Role.OFFICE], home)


def may_approve_run(user: User, run: PaymentRun) -> Decision:
    """Seal a run: a second person of the office (复核)."""
    if same_hands(user, run.made_by_id):
        return refuse(_("拟制人不能复核自己拟制的批次，请由另一人复核。"))
    return has_role(user, [Role.OFFICE], run.home)


def may_decide_change(user: User, change: BudgetChange) -> Decision:
    """Decide on a change to a budget: a second person of the office (预算变动复核)."""
    if same_hands(user, change.asked_by_id):
        return refuse(_("申请人不能复核自己的申请，请由另一人复核。"))
    return has_role(user, [Role.OFFICE], change.home)


def may_second(user: User, line: PaymentLine) -> Decision:
    """Say of a payment what another person has said of it before (第二人认定)."""
    if same_hands(user, line.told_by_id):
        return refuse(_("须由另一人作出相同认定。"))
    return has_role(user, [Role.OFFICE], line.run.home)


def may_propose_account(user: User, person: Person) -> Decision:
    """Hand in bank details: the person, or the office (提交收款账户)."""
    if user.person_id == person.pk:
        return allow()
    return has_role(user, [Role.OFFICE], person.home)


def may_confirm_account(user: User, account: PayeeAccount) -> Decision:
    """Confirm bank details that somebody else has handed in (确认收款账户)."""
    if same_hands(user, account.proposed_by_id):
        return refuse(_("提交人不能确认自己提交的账户，须由另一人确认。"))
    if user.person_id == account.person_id:
        return allow()
    return has_role(user, [Role.OFFICE], account.person.home)
