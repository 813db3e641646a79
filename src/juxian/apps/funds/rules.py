"""Who may do what with money, and what stands in the way of the moment (资金权限与不能办理的原因)."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import Decision, allow, has_role, refuse, same_hands
from juxian.apps.clock import today
from juxian.apps.funds.models import BudgetChange, PaymentRun
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.packs import pack_called


class NotPossible(Exception):
    """Something cannot be done now; the message is for the person who tried (现在不能办理)."""


def may_read_funds(user: User, home: Organisation) -> Decision:
    """See budgets, grants, runs of a jurisdiction (查看资金)."""
    return has_role(user, [Role.OFFICE, Role.LEADER], home)


def units_of(user: User, pack: str) -> frozenset[str]:
    """Codes of the departments of a pack where the user holds a post today."""
    posts = [post for post in user.posts_on(today()) if post.role == Role.DEPARTMENT]
    return frozenset(post.organisation.code for post in posts if post.organisation.pack == pack)


def funds_paid_by(user: User, pack: str) -> frozenset[str]:
    """Funds of a pack that a department of the user pays (拨付部门)."""
    units = units_of(user, pack)
    return (
        frozenset(fund.id for fund in pack_called(pack).funds.funds.values() if fund.paid_by in units)
        if units
        else frozenset()
    )


def funds_paid_anywhere(user: User) -> dict[str, frozenset[str]]:
    """Pack → funds that a department of the user pays; empty for everybody else."""
    packs = {post.organisation.pack for post in user.posts_on(today()) if post.role == Role.DEPARTMENT}
    found = {pack: funds_paid_by(user, pack) for pack in sorted(packs)}
    return {pack: funds for pack, funds in found.items() if funds}


def payer_of(funds: Iterable[str], pack: str) -> str:
    """The department that pays all of these funds; empty where it is the office, or not one department."""
    known = pack_called(pack).funds.funds
    payers = {known[fund].paid_by if fund in known else "" for fund in funds}
    return payers.pop() if len(payers) == 1 else ""


def payer_of_run(run: PaymentRun) -> str:
    """The department that pays a run."""
    if not any(fund.paid_by for fund in pack_called(run.home.pack).funds.funds.values()):
        return ""
    return payer_of(
        run.lines.order_by().values_list("instalment__grant__fund", flat=True).distinct(), run.home.pack
    )


def payer_of_statements(home: Organisation) -> str:
    """The department that reads the statements of the bank: one that pays for every fund of the place."""
    return payer_of(pack_called(home.pack).funds.funds, home.pack)


def may_pay_run(user: User, run: PaymentRun) -> Decision:
    """Fetch the bank file, say that it was sent, say what became of a payment (拨付): whoever pays, and no one who prepared it.

    Where no department is named, the office does, as it did.
    """
    said = _said_of_run(user, run)
    return may_manage_funds(user, run.home) if said is None else said


def may_read_back(user: User, home: Organisation) -> Decision:
    """Import a statement, explain a difference (对账)."""
    said = _said_of_statements(user, home)
    return may_manage_funds(user, home) if said is None else said


def leaves_to_payer(user: User | None, run: PaymentRun) -> Decision:
    """What ``paid_by`` alone says, asked where it is done: whoever acts, by whatever way, belongs to the department that pays."""
    said = _said_of_run(user, run)
    return allow() if said is None else said


def leaves_statements_to_payer(user: User | None, home: Organisation) -> Decision:
    """As ``leaves_to_payer``, of the statements of the bank."""
    said = _said_of_statements(user, home)
    return allow() if said is None else said


def _said_of_run(user: User | None, run: PaymentRun) -> Decision | None:
    """None where no department is named."""
    payer = payer_of_run(run)
    if not payer:
        return None
    if user is None or payer not in units_of(user, run.home.pack):
        return refuse(_("由拨付部门办理。"))
    if same_hands(user, run.made_by_id) or same_hands(user, run.checked_by_id):
        return refuse(_("拟制或复核过这一批次的人不能拨付。"))
    return allow()


def _said_of_statements(user: User | None, home: Organisation) -> Decision | None:
    payer = payer_of_statements(home)
    if not payer:
        return None
    of_payer = user is not None and payer in units_of(user, home.pack)
    return allow() if of_payer else refuse(_("由拨付部门办理。"))


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


def may_propose_account(user: User, person: Person) -> Decision:
    """Hand in bank details: the person, or the office (提交收款账户)."""
    if user.person_id == person.pk:
        return allow()
    return has_role(user, [Role.OFFICE], person.home)
