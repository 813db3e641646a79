"""From a break of service to money that came back (违约发现、追缴、退款、减免核销)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import same_hands
from juxian.apps.audit.actions import record
from juxian.apps.funds.actions.grants import end_grant
from juxian.apps.funds.actions.posting import open_accounts, post
from juxian.apps.funds.enums import GrantState, ObligationState, RecoveryState, ReliefKind, ReliefState
from juxian.apps.funds.models import BudgetLine, Obligation, Receipt, Recovery, RecoveryPart, Relief
from juxian.apps.funds.queries.ledger import balance_of
from juxian.apps.funds.queries.obligations import Standing, running, standings
from juxian.apps.funds.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.core.dates import add_months
from juxian.core.ledger import flows

PAY_WITHIN_MONTHS = 1


@transaction.atomic
def detect_breaches(*, home: Organisation, day: date, by: User | None = None) -> list[Recovery]:
    """Look at every running obligation (每日核查): complete ones are fulfilled, broken ones wait to be looked into.

    A break that a new post could still heal is left alone. Nothing is demanded by this.
    """
    found = []
    for standing in standings(running(home), day):
        ending = standing.ending
        if standing.is_fulfilled:
            _set_state(standing.obligation, ObligationState.FULFILLED)
        elif ending is not None and ending.is_certain(day) and standing.paid_fen:
            found.append(_found(standing, day, by))
    return found


def _found(standing: Standing, day: date, by: User | None) -> Recovery:
    obligation, ending = standing.obligation, standing.ending
    if ending is None:
        raise ValueError("service has not ended")
    recovery, created = Recovery.objects.get_or_create(
        obligation=obligation,
        defaults={
            "ended_on": ending.day,
            "how": ending.how,
            "served_months": standing.served,
            "refund_fen": standing.owed.refund_fen,
            "penalty_fen": standing.owed.penalty_fen,
            "working": asdict(standing.owed.working),
            "found_on": day,
        },
    )
    _set_state(obligation, ObligationState.BREACHED)
    if created:
        _record("funds.breach_found", recovery, by, owed_fen=recovery.total_fen)
    return recovery


def _set_state(obligation: Obligation, state: ObligationState) -> None:
    Obligation.objects.filter(pk=obligation.pk).update(state=state)


@transaction.atomic
def demand_recovery(*, recovery: Recovery, day: date, by: User) -> None:
    """Ask the money back (发出追缴通知): worked out again on what stands now; what was not paid yet is given up."""
    recovery = _locked(recovery)
    if recovery.state != RecoveryState.FOUND:
        raise NotPossible(_("这项追缴已处理。"))
    grant = recovery.obligation.grant
    [standing] = standings([recovery.obligation], day)
    if standing.ending is None or not standing.owed.total_fen:
        raise NotPossible(_("按现有信息服务没有中断，或没有应退金额；可作不予追缴。"))
    if grant.state in (GrantState.ACTIVE, GrantState.SUSPENDED):
        end_grant(grant=grant, day=day, reason=_("服务中断"), by=by)
    open_accounts(flows.grant_accounts(grant.name), grant.home)
    owed = standing.owed
    post(flows.demand(grant.name, owed.refund_fen, owed.penalty_fen, day), by=by)
    Recovery.objects.filter(pk=recovery.pk).update(
        state=RecoveryState.DEMANDED,
        ended_on=standing.ending.day,
        how=standing.ending.how,
        served_months=standing.served,
        refund_fen=owed.refund_fen,
        penalty_fen=owed.penalty_fen,
        working=asdict(owed.working),
        demanded_on=day,
        pay_by=add_months(day, PAY_WITHIN_MONTHS),
        demanded_by=by,
    )
    _record("funds.recovery_demanded", recovery, by, owed_fen=owed.total_fen)


@transaction.atomic
def dismiss_recovery(*, recovery: Recovery, reason: str, by: User) -> None:
    """It was no breach (不予追缴), e.g. a transfer that the office had agreed to."""
    if not Recovery.objects.filter(pk=recovery.pk, state=RecoveryState.FOUND).update(
        state=RecoveryState.DISMISSED, remark=reason
    ):
        raise NotPossible(_("这项追缴已处理。"))
    _record("funds.recovery_dismissed", recovery, by, reason)


@transaction.atomic
def plan_recovery(*, recovery: Recovery, parts: Sequence[tuple[date, int]], by: User) -> None:
    """Agree on parts (分期缴还); together they are what is still owed."""
    recovery = _locked(recovery)
    if recovery.state != RecoveryState.DEMANDED or sum(amount for _day, amount in parts) != open_fen(
        recovery
    ):
        raise NotPossible(_("分期合计须等于尚欠金额。"))
    recovery.parts.all().delete()
    RecoveryPart.objects.bulk_create(
        RecoveryPart(recovery=recovery, due=due, amount_fen=amount) for due, amount in parts
    )
    _record("funds.recovery_planned", recovery, by, parts=len(parts))


@transaction.atomic
def receive_refund(
    *, recovery: Recovery, amount_fen: int, day: date, reference: str, by: User | None
) -> Receipt:
    """Money came back (退款到账), into the line of this year, else of the grant. The same reference finds the first.

    Raises ``NotPossible`` when more comes back than is owed.
    """
    known = Receipt.objects.filter(reference=reference).first()
    if known is not None:
        if (known.recovery_id, known.amount_fen) != (recovery.pk, amount_fen):
            raise NotPossible(_("这个凭证编号已登记，内容不同。"))
        return known
    recovery = _locked(recovery)
    if recovery.state != RecoveryState.DEMANDED or not 0 < amount_fen <= open_fen(recovery):
        raise NotPossible(_("退款超过尚欠金额，或追缴不在进行中。"))
    grant = recovery.obligation.grant
    post(flows.receive(_line_of(recovery, day).name, grant.name, amount_fen, day, reference), by=by)
    receipt = Receipt.objects.create(
        recovery=recovery, day=day, amount_fen=amount_fen, reference=reference, recorded_by=by
    )
    _settle(recovery)
    _record("funds.refund_received", recovery, by, amount_fen=amount_fen, reference=reference)
    return receipt


def _line_of(recovery: Recovery, day: date) -> BudgetLine:
    grant = recovery.obligation.grant
    lines = BudgetLine.objects.filter(home=grant.home, fund=grant.fund, line=grant.line).select_related(
        "home"
    )
    found = lines.filter(year=day.year, closed_on=None).first() or lines.order_by("-year").first()
    if found is None:
        raise NotPossible(_("没有可以收回款项的预算科目。"))
    return found


@transaction.atomic
def ask_relief(*, recovery: Recovery, kind: ReliefKind, amount_fen: int, reason: str, by: User) -> Relief:
    """Ask that part of a demand be waived or written off; another person decides."""
    recovery = _locked(recovery)
    if recovery.state != RecoveryState.DEMANDED or not 0 < amount_fen <= open_fen(recovery):
        raise NotPossible(_("金额超过尚欠金额，或追缴不在进行中。"))
    relief = Relief.objects.create(
        recovery=recovery, kind=kind, amount_fen=amount_fen, reason=reason, asked_by=by
    )
    _record("funds.relief_asked", recovery, by, reason, kind=kind, amount_fen=amount_fen)
    return relief


@transaction.atomic
def decide_relief(*, relief: Relief, approved: bool, day: date, by: User) -> None:
    """The second person's word. Raises ``NotPossible`` and what the ledger refuses."""
    if same_hands(by, relief.asked_by_id):
        raise NotPossible(_("申请人不能批准自己的申请，须由另一人决定。"))
    recovery = _locked(relief.recovery)
    state = ReliefState.APPROVED if approved else ReliefState.REFUSED
    waiting = Relief.objects.filter(pk=relief.pk, state=ReliefState.ASKED)
    if not waiting.update(state=state, decided_by=by, decided_on=day):
        raise NotPossible(_("这项申请已决定。"))
    if approved:
        grant = recovery.obligation.grant
        post(flows.write_off(grant.name, relief.amount_fen, day, f"relief-{relief.pk}"), by=by)
        _settle(recovery)
    _record("funds.relief_decided", recovery, by, approved=approved, amount_fen=relief.amount_fen)


def open_fen(recovery: Recovery) -> int:
    """What is still owed."""
    return balance_of(f"receivable:{recovery.obligation.grant.name}")


def _settle(recovery: Recovery) -> None:
    if not open_fen(recovery):
        Recovery.objects.filter(pk=recovery.pk).update(state=RecoveryState.SETTLED)


def _locked(recovery: Recovery) -> Recovery:
    rows = Recovery.objects.select_for_update(of=("self",), no_key=True)
    found: Recovery = rows.select_related(
        "obligation__grant__home", "obligation__grant__person__merged_into__merged_into"
    ).get(pk=recovery.pk)
    return found


def _record(action: str, recovery: Recovery, by: User | None, reason: str = "", **detail: object) -> None:
    record(
        action,
        actor=by,
        subject=recovery,
        organisation_path=recovery.obligation.grant.home.path,
        detail={"recovery": recovery.number, **detail},
        reason=reason,
    )
