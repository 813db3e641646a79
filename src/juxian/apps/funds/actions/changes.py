"""What one person asks to be done to a budget, and another decides (预算变动的申请与复核)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import same_hands
from juxian.apps.audit.actions import record
from juxian.apps.funds.actions.budgets import appropriate_more
from juxian.apps.funds.actions.years import allot_to_lower, close_fund_year, move_between_lines
from juxian.apps.funds.enums import ChangeKind, ChangeState
from juxian.apps.funds.models import BudgetChange
from juxian.apps.funds.queries.years import closing_of, effect_of
from juxian.apps.funds.rules import NotPossible
from juxian.core.packs import pack_called


@transaction.atomic
def ask_change(*, change: BudgetChange, by: User) -> BudgetChange:
    """Hand in a change that was made from a form; nothing moves before another person approves it.

    Raises ``NotPossible`` and ``OpenReserves`` when it could not be carried out as things are.
    """
    book = pack_called(change.home.pack).funds
    if change.kind == ChangeKind.CLOSE:
        closing_of(change.home, book.funds[change.fund], change.year, change.promises, change.asked_on)
        waiting = BudgetChange.objects.filter(
            home=change.home,
            kind=ChangeKind.CLOSE,
            fund=change.fund,
            year=change.year,
            state=ChangeState.ASKED,
        )
        if waiting.exists():
            raise NotPossible(_("这一年的关账已提交，等待另一人复核。"))
    elif not effect_of(change, book).enough:
        raise NotPossible(_("可用额度不足，不能调出这么多。"))
    change.asked_by, change.state = by, ChangeState.ASKED
    change.save()
    _record("funds.change_asked", change, by)
    return change


@transaction.atomic
def decide_change(
    *, change: BudgetChange, approved: bool, day: date, by: User, seen: str = "", remark: str = ""
) -> None:
    """The second person's word; approved, it is carried out. seen: stamp of the closing that was shown.

    Raises ``NotPossible``, ``OpenReserves`` and what the ledger refuses; then it still waits.
    """
    if same_hands(by, change.asked_by_id):
        raise NotPossible(_("申请人不能复核自己的申请，请由另一人复核。"))
    state = ChangeState.APPROVED if approved else ChangeState.REFUSED
    waiting = BudgetChange.objects.filter(pk=change.pk, state=ChangeState.ASKED)
    if not waiting.update(state=state, decided_by=by, decided_on=day, remark=remark):
        raise NotPossible(_("这项申请已有决定。"))
    if approved:
        _carry_out(change, day, by, seen)
    _record("funds.change_decided", change, by, remark, approved=approved)


def _carry_out(change: BudgetChange, day: date, by: User, seen: str) -> None:
    book, home, amount = pack_called(change.home.pack).funds, change.home, change.amount_fen or 0
    fund = book.funds[change.fund]
    if change.kind == ChangeKind.CLOSE:
        close_fund_year(
            home=home, fund=fund, year=change.year, day=day, by=by, promises=change.promises, seen=seen
        )
    elif change.kind == ChangeKind.MOVE:
        move_between_lines(
            home=home,
            fund=fund,
            year=change.year,
            line=change.line,
            other=change.other_line,
            amount_fen=amount,
            document=change.document,
            day=day,
            by=by,
        )
    elif change.kind == ChangeKind.ALLOT:
        allot_to_lower(
            home=home,
            fund=fund,
            line=change.line,
            lower=book.funds[change.other_fund],
            lower_line=change.other_line,
            year=change.year,
            amount_fen=amount,
            document=change.document,
            day=day,
            by=by,
        )
    else:
        appropriate_more(
            home=home,
            fund=fund,
            year=change.year,
            line=change.line,
            source=change.source,
            amount_fen=amount,
            document=change.document,
            day=day,
            by=by,
        )


def _record(action: str, change: BudgetChange, by: User, reason: str = "", **detail: object) -> None:
    record(
        action,
        actor=by,
        subject=change,
        organisation_path=change.home.path,
        detail={
            "kind": change.kind,
            "fund": change.fund,
            "year": change.year,
            "line": change.line,
            "amount_fen": change.amount_fen,
            "document": change.document,
            **detail,
        },
        reason=reason,
    )
