"""Taking in a statement of the bank (导入对账单): each line confirms a payment, brings one back, or waits for a word."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import today
from juxian.apps.funds.actions.recoveries import receive_refund
from juxian.apps.funds.actions.settling import AT_THE_BANK, CHUNK, confirm_lines, give_back, settle_runs
from juxian.apps.funds.enums import LineState, StatementOutcome
from juxian.apps.funds.models import BankStatement, PaymentLine, Recovery, StatementLine
from juxian.apps.funds.rules import NotPossible, leaves_statements_to_payer
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.bank import BadStatement, Statement, StatementRow, read_statement
from juxian.core.packs import pack_called

REFERENCE = re.compile(r"R[0-9]{6,}-[0-9]{5,}")
DEMAND = re.compile(r"K([0-9]{6,15})")


@transaction.atomic
def import_statement(
    *, home: Organisation, data: bytes, file_name: str, bank: str, by: User | None
) -> BankStatement:
    """Read and carry out a statement; all of it or nothing. Raises ``BadStatement``, ``NotPossible``, and ``PermissionDenied`` for
    whom the funds of the place do not leave it to.

    The same file a second time is refused. A payment whose run is not marked as sent but stands in the statement was sent.
    """
    leaves_statements_to_payer(by, home).or_refuse()
    layout = pack_called(home.pack).funds.banks.get(bank)
    if layout is None:
        raise NotPossible(_("没有这种银行文件格式。"))
    digest = hashlib.sha256(data).hexdigest()
    Organisation.objects.select_for_update(no_key=True).get(pk=home.pk)  # one statement of a place at a time
    if BankStatement.objects.filter(home=home, digest=digest).exists():
        raise NotPossible(_("这份对账单已导入过。"))
    read = read_statement(data, layout)
    if read.adds_up is False:
        raise NotPossible(_("对账单自身不平：期初减去发生额不等于期末。请向银行索取完整的对账单。"))
    found = _sorted_out(home, read)
    confirm_lines([(line, row.day) for row, line in found.arrived], by)
    for row, line in found.returned:
        line.refresh_from_db(fields=["state"])
        give_back(line, LineState.RETURNED, row.day, row.note or _("银行退回"), by)
    _receive(home, found, digest, by)
    statement = _store(home, read, digest, file_name, found, by)
    settle_runs({line.run_id for _row, line in (*found.arrived, *found.returned)})
    record(
        "funds.statement_imported",
        actor=by,
        subject=statement,
        organisation_path=home.path,
        detail={
            "sha256": digest,
            "confirmed": len(found.arrived),
            "returned": len(found.returned),
            "unknown": len(found.unknown),
        },
    )
    return statement


@dataclass
class _Found:
    """What the rows of a statement say of our payments. unknown: row → why."""

    arrived: list[tuple[StatementRow, PaymentLine]] = field(default_factory=list)
    returned: list[tuple[StatementRow, PaymentLine]] = field(default_factory=list)
    received: list[StatementRow] = field(default_factory=list)
    unknown: list[tuple[StatementRow, str]] = field(default_factory=list)


def _sorted_out(home: Organisation, read: Statement) -> _Found:
    lines = _payments(home, read.rows)
    found, states = _Found(), {reference: line.state for reference, line in lines.items()}
    for row in read.rows:
        reference = reference_in(row)
        line = lines.get(reference)
        why = _mismatch(row, line, states.get(reference, ""))
        if line is None or why:
            found.unknown.append((row, why))
        elif row.returned:
            states[reference] = LineState.RETURNED
            found.returned.append((row, line))
        else:
            states[reference] = LineState.CONFIRMED
            found.arrived.append((row, line))
    return found


def _mismatch(row: StatementRow, line: PaymentLine | None, state: str) -> str:
    """Why a row is not one of our payments, or not in order; empty when it fits."""
    if line is None:
        return _("没有这个业务编号的款项")
    if line.run.state not in AT_THE_BANK:
        return _("这笔款项的批次没有生成过银行文件")
    if abs(row.amount_fen) != line.amount_fen:
        return _("金额与款项不符")
    if row.returned:
        return "" if state in (LineState.OPEN, LineState.CONFIRMED) else _("这笔款项已退回或取消")
    if state == LineState.OPEN:
        return ""
    return (
        _("这笔款项已确认到账，银行可能重复支付")
        if state == LineState.CONFIRMED
        else _("这笔款项已退回或取消")
    )


def reference_in(row: StatementRow) -> str:
    """Our reference, where the bank repeats it: in its own column or within the remark."""
    for text in (row.reference, row.note):
        match = REFERENCE.search(text)
        if match:
            return match[0]
    return ""


def _receive(home: Organisation, found: _Found, digest: str, by: User | None) -> None:
    """Money that came in and names a demand is a refund; what does not fit stays unknown."""
    for row, why in list(found.unknown):
        named = DEMAND.search(f"{row.reference} {row.note}")
        if row.amount_fen >= 0 or named is None:
            continue
        recovery = Recovery.objects.filter(pk=int(named[1]), obligation__grant__home=home).first()
        if recovery is None:
            continue
        reference = f"{digest[:16]}:{row.number}"
        found.unknown.remove((row, why))
        try:
            receive_refund(
                recovery=recovery, amount_fen=-row.amount_fen, day=row.day, reference=reference, by=by
            )
        except NotPossible as refusal:
            found.unknown.append((row, str(refusal)))
        else:
            found.received.append(row)


def _payments(home: Organisation, rows: Sequence[StatementRow]) -> dict[str, PaymentLine]:
    wanted = sorted({reference for row in rows if (reference := reference_in(row))})
    found: dict[str, PaymentLine] = {}
    for start in range(0, len(wanted), CHUNK):
        part = PaymentLine.objects.filter(reference__in=wanted[start : start + CHUNK], run__home=home)
        part = part.select_related(
            "run", "instalment__grant__home", "instalment__grant__person__merged_into__merged_into"
        )
        found.update({line.reference: line for line in part})
    return found


def _store(
    home: Organisation, read: Statement, digest: str, file_name: str, found: _Found, by: User | None
) -> BankStatement:
    before = BankStatement.objects.filter(home=home, closing_fen__isnull=False).order_by("-id").first()
    gap = 0
    if before is not None and before.closing_fen is not None and read.opening_fen is not None:
        gap = read.opening_fen - before.closing_fen
    statement = BankStatement.objects.create(
        home=home,
        file_name=file_name[:200],
        digest=digest,
        opening_fen=read.opening_fen,
        closing_fen=read.closing_fen,
        gap_fen=gap,
        imported_by=by,
    )
    rows = [
        *(_row(statement, row, StatementOutcome.CONFIRMED, line) for row, line in found.arrived),
        *(_row(statement, row, StatementOutcome.RETURNED, line) for row, line in found.returned),
        *(_row(statement, row, StatementOutcome.RECEIPT, None) for row in found.received),
        *(_row(statement, row, StatementOutcome.UNKNOWN, None, why) for row, why in found.unknown),
    ]
    if gap:
        why = _("期初余额与上一份对账单的期末余额不一致")
        missing = StatementRow(0, min((row.day for row in read.rows), default=today()), "", -gap)
        rows.append(_row(statement, missing, StatementOutcome.UNKNOWN, None, why))
    StatementLine.objects.bulk_create(rows, batch_size=CHUNK)
    return statement


def _row(
    statement: BankStatement,
    row: StatementRow,
    outcome: StatementOutcome,
    payment: PaymentLine | None,
    reason: str = "",
) -> StatementLine:
    return StatementLine(
        statement=statement,
        number=row.number,
        day=row.day,
        reference=row.reference[:200],
        amount_fen=row.amount_fen,
        name=row.name[:200],
        note=row.note[:300],
        outcome=outcome,
        payment=payment,
        reason=reason,
    )


@transaction.atomic
def explain_line(*, line: StatementLine, reason: str, by: User) -> None:
    """Say what a line is that matches nothing (说明差异), e.g. bank charges; nothing is posted. Raises as ``import_statement``."""
    leaves_statements_to_payer(by, line.statement.home).or_refuse()
    if not StatementLine.objects.filter(pk=line.pk, outcome=StatementOutcome.UNKNOWN).update(
        outcome=StatementOutcome.EXPLAINED, reason=reason[:200], explained_by=by
    ):
        raise NotPossible(_("这一行已处理。"))
    record(
        "funds.difference_explained",
        actor=by,
        subject=line,
        organisation_path=line.statement.home.path,
        detail={"amount_fen": line.amount_fen},
        reason=reason,
    )


__all__ = ["BadStatement", "explain_line", "import_statement"]
