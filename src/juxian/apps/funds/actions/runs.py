"""A run of payments from draft to the bank (拨付批次): draft → submitted → sealed → exported → sent → settled.

Each step is a compare-and-set of the run's state. The bank file is made from the sealed lines alone, as often as it is
asked for, and its bytes must be those whose hash was kept when the run was sealed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import same_hands
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.funds.enums import LineState, RunState
from juxian.apps.funds.models import Instalment, PaymentLine, PaymentRun
from juxian.apps.funds.queries.due import due_instalments, due_lines
from juxian.apps.funds.queries.runs import unexplained
from juxian.apps.funds.rules import NotPossible, leaves_to_payer
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.bank import BankFile, BankRow, NotEncodable, bank_file
from juxian.core.funds.book import BankColumn, BankLayout
from juxian.core.packs import pack_called
from juxian.core.secrecy import unseal
from juxian.core.text import Text


class FileDiffers(Exception):
    """The sealed lines no longer give the bytes whose hash was kept: somebody changed the database."""


@transaction.atomic
def draft_run(
    *,
    home: Organisation,
    as_of: date,
    title: str,
    bank: str,
    by: User,
    instalments: Iterable[int] | None = None,
) -> PaymentRun:
    """A run of what is due by ``as_of`` and can be paid; ``instalments`` keeps to these. Raises ``NotPossible``."""
    if bank not in pack_called(home.pack).funds.banks:
        raise NotPossible(_("没有这种银行文件格式。"))
    rows = due_instalments(home, as_of)
    if instalments is not None:
        rows = rows.filter(pk__in=list(instalments))
    payable = [line for line in due_lines(rows, home) if not line.hold]
    if not payable:
        raise NotPossible(_("没有可以发放的款项；它们可能刚刚进入另一个批次。"))
    funds = pack_called(home.pack).funds.funds
    if len({funds[fund].paid_by for line in payable if (fund := line.instalment.grant.fund) in funds}) > 1:
        raise NotPossible(_("所选款项由不同部门拨付，请按拨付部门分批拟制。"))
    run = PaymentRun.objects.create(
        home=home,
        title=title,
        bank=bank,
        as_of=as_of,
        made_by=by,
        lines_total=len(payable),
        total_fen=sum(line.instalment.amount_fen for line in payable),
    )
    try:
        with transaction.atomic():
            PaymentLine.objects.bulk_create(
                PaymentLine(
                    run=run,
                    position=position,
                    reference=f"{run.number}-{position:05d}",
                    instalment=line.instalment,
                    attempt=line.instalment.attempt,
                    amount_fen=line.instalment.amount_fen,
                    account=line.account,
                )
                for position, line in enumerate(payable, 1)
            )
    except IntegrityError as error:
        raise NotPossible(_("有款项刚刚进入另一个批次，请重新预览。")) from error
    _record("funds.run_drafted", run, by, lines=len(payable), total_fen=run.total_fen)
    return run


@transaction.atomic
def remove_line(*, line: PaymentLine, by: User, reason: str) -> None:
    """Take a payment out of a draft."""
    run = (
        PaymentRun.objects.select_for_update(of=("self",), no_key=True)
        .select_related("home")
        .get(pk=line.run_id)
    )
    if run.state != RunState.DRAFT:
        raise NotPossible(_("只有拟制中的批次可以移出款项。"))
    _void(PaymentLine.objects.filter(pk=line.pk, state=LineState.OPEN), reason)
    open_lines = list(run.lines.filter(state=LineState.OPEN).values_list("amount_fen", flat=True))
    PaymentRun.objects.filter(pk=run.pk).update(lines_total=len(open_lines), total_fen=sum(open_lines))
    _record("funds.line_removed", run, by, reason, reference=line.reference)


@transaction.atomic
def submit_run(*, run: PaymentRun, by: User) -> None:
    """Hand the draft to a second person (提交复核)."""
    if not run.lines.filter(state=LineState.OPEN).exists():
        raise NotPossible(_("批次里没有款项。"))
    _step(run, [RunState.DRAFT], RunState.SUBMITTED, submitted_at=now(), remark="")
    _record("funds.run_submitted", run, by)


@transaction.atomic
def return_run(*, run: PaymentRun, by: User, reason: str) -> None:
    """Back to the one who made it (退回修改)."""
    _step(run, [RunState.SUBMITTED], RunState.DRAFT, remark=reason)
    _record("funds.run_returned", run, by, reason)


@transaction.atomic
def cancel_run(*, run: PaymentRun, by: User, reason: str) -> None:
    """Give up a run of which no bank file was made (作废); its payments are due again."""
    before = [RunState.DRAFT, RunState.SUBMITTED, RunState.SEALED]
    _step(run, before, RunState.CANCELLED, remark=reason)
    _void(run.lines.filter(state=LineState.OPEN), reason)
    _record("funds.run_cancelled", run, by, reason)


def _void(lines: Any, reason: str) -> None:
    lines.update(state=LineState.VOID, reason=reason)


@transaction.atomic
def seal_run(*, run: PaymentRun, by: User) -> None:
    """Approve by a second person and seal (复核并封存): from here on no line changes and the file's bytes are fixed.

    Raises ``NotPossible``: the same person, an open difference with the bank, a payment that may no longer be made, a
    value that does not fit into the bank's file.
    """
    if same_hands(by, run.made_by_id):
        raise NotPossible(_("拟制人不能复核自己拟制的批次，请由另一人复核。"))
    if unexplained(run.home):
        raise NotPossible(_("对账单还有未说明的差异，须先处理，才能封存下一批。"))
    _check_payable(run)
    layout = pack_called(run.home.pack).funds.banks[run.bank]
    rows = sealed_rows(run)
    try:
        file = bank_file(rows, layout)
    except NotEncodable as error:
        raise NotPossible(str(error.message)) from error
    _step(
        run,
        [RunState.SUBMITTED],
        RunState.SEALED,
        checked_by=by,
        sealed_at=now(),
        layout=written(layout),
        sealed_hash=hash_of(rows),
        file_hash=file.sha256,
        lines_total=len(rows),
        total_fen=sum(row.amount_fen for row in rows),
    )
    _record("funds.run_sealed", run, by, lines=len(rows), file_hash=file.sha256)


def _check_payable(run: PaymentRun) -> None:
    """What was payable when the run was drafted still is, into the same account."""
    lines = dict(run.lines.filter(state=LineState.OPEN).values_list("instalment_id", "account_id"))
    rows = (
        Instalment.objects.filter(lines__run=run, lines__state=LineState.OPEN)
        .select_related("grant__home", "grant__person__merged_into__merged_into")
        .defer("grant__profile")
    )
    for line in due_lines(rows, run.home):
        if line.hold or line.account is None or line.account.pk != lines[line.instalment.pk]:
            why = line.hold or _("收款账户已更换")
            raise NotPossible(
                _("%(name)s 的款项现在不能发放：%(why)s。请退回批次并移出。")
                % {"name": line.person.name, "why": why}
            )


def sealed_rows(run: PaymentRun) -> list[BankRow]:
    """The lines as the bank is told, in their order."""
    lines = run.lines.exclude(state=LineState.VOID, told="").order_by("position")
    keys = settings.JUXIAN_KEYS
    found = lines.values_list(
        "position",
        "reference",
        "account__holder",
        "account__sealed",
        "account__bank",
        "amount_fen",
        "instalment__grant__title",
    )
    return [
        BankRow(position, reference, holder, unseal(bytes(sealed), keys), bank, amount, memo)
        for position, reference, holder, sealed, bank, amount, memo in found.iterator(chunk_size=5000)
    ]


def hash_of(rows: Sequence[BankRow]) -> str:
    """SHA-256 over what was sealed."""
    found = hashlib.sha256()
    for row in rows:
        found.update(repr((row.position, row.reference, row.name, row.account, row.bank)).encode())
        found.update(f"{row.amount_fen}\n".encode())
    return found.hexdigest()


@transaction.atomic
def export_run(*, run: PaymentRun, by: User) -> BankFile:
    """The bank file (生成银行文件); the same bytes each time, for whoever pays.

    Raises ``PermissionDenied`` with the reason, ``NotPossible``, and ``FileDiffers`` after tampering.
    """
    run.refresh_from_db()
    leaves_to_payer(by, run).or_refuse()
    if run.state not in (RunState.SEALED, RunState.EXPORTED, RunState.SENT, RunState.SETTLED):
        raise NotPossible(_("批次还没有封存。"))
    file = bank_file(sealed_rows(run), read_layout(run.layout))
    if file.sha256 != run.file_hash:
        raise FileDiffers(f"run {run.number}: {file.sha256} is not {run.file_hash}")
    first = PaymentRun.objects.filter(pk=run.pk, state=RunState.SEALED)
    first.update(state=RunState.EXPORTED, exported_at=now(), exported_by=by)
    _record("funds.run_exported", run, by, file_hash=file.sha256)
    return file


@transaction.atomic
def send_run(*, run: PaymentRun, by: User) -> None:
    """Whoever pays says that the file is with the bank (已送银行). From here only a statement or two persons move a payment.

    Raises ``PermissionDenied`` with the reason, ``NotPossible``.
    """
    leaves_to_payer(by, run).or_refuse()
    _step(run, [RunState.EXPORTED], RunState.SENT, sent_at=now())
    _record("funds.run_sent", run, by)


def written(layout: BankLayout) -> dict[str, Any]:
    """A layout as JSON."""
    found = asdict(layout)
    return found | {"title": layout.title.zh, "statement": {}}


def read_layout(stored: dict[str, Any]) -> BankLayout:
    """The layout of a sealed run."""
    columns = tuple(BankColumn(**column) for column in stored["columns"])
    return BankLayout(**(stored | {"columns": columns, "title": Text(stored["title"])}))


def _step(run: PaymentRun, before: Sequence[RunState], after: RunState, **values: Any) -> None:
    changed = PaymentRun.objects.filter(pk=run.pk, state__in=before).update(state=after, **values)
    if not changed:
        raise NotPossible(_("批次的状态已由他人改变，请刷新后再办。"))
    run.refresh_from_db()


def _record(action: str, run: PaymentRun, by: User | None, reason: str = "", **detail: Any) -> None:
    record(
        action,
        actor=by,
        subject=run,
        organisation_path=run.home.path,
        detail={"run": run.number, **detail},
        reason=reason,
    )
