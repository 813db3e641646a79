"""What became of payments (到账、退回): the only way by which a payment is posted.

Confirmed by the bank's statement, or by two persons who say the same. A payment that comes back frees its instalment for the
next attempt; its key is closed, or reversed when it had been posted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import same_hands
from juxian.apps.audit.actions import record
from juxian.apps.clock import now
from juxian.apps.funds.actions.posting import close_key, post, reverse
from juxian.apps.funds.enums import GrantState, InstalmentState, LineState, RunState
from juxian.apps.funds.models import Grant, Instalment, PaymentLine
from juxian.apps.funds.queries.grants import living
from juxian.apps.funds.queries.ledger import as_day
from juxian.apps.funds.rules import NotPossible, leaves_to_payer
from juxian.apps.persons.actions import add_facts, refresh_profiles
from juxian.apps.persons.enums import SourceKind, Verification
from juxian.apps.persons.models import Fact, Source
from juxian.apps.sets import among, ask
from juxian.core.ledger.flows import pay

CHUNK = 5000
AT_THE_BANK = (RunState.EXPORTED, RunState.SENT, RunState.SETTLED)
TOLD = (LineState.CONFIRMED, LineState.RETURNED, LineState.VOID)


def key_of(line: PaymentLine) -> str:
    """``pay:{policy}:{grant}:{instalment}:{attempt}``."""
    item = line.instalment
    return f"pay:{item.grant.policy}:{item.grant.name}:{item.number}:{line.attempt}"


def confirm_lines(arrived: Sequence[tuple[PaymentLine, date]], by: User | None) -> None:
    """The bank has paid these on these days. All in the caller's transaction, lines with their grant and its home read.

    Raises ``NotPossible`` when another transaction settled one of them first.
    """
    if not arrived:
        return
    post(
        *(pay(key_of(line), line.instalment.grant.name, line.amount_fen, day) for line, day in arrived),
        by=by,
    )
    by_day: dict[date, list[PaymentLine]] = {}
    for line, day in arrived:
        by_day.setdefault(day, []).append(line)
    for day, lines in by_day.items():
        for start in range(0, len(lines), CHUNK):
            _confirm(lines[start : start + CHUNK], day)
    _finish_grants({line.instalment.grant_id for line, _day in arrived})
    _state_received(arrived, by)


_CONFIRM = """
UPDATE funds_paymentline SET state = 'confirmed', settled_on = %s WHERE state = 'open' AND {lines} RETURNING id
"""
_PAID = "UPDATE funds_instalment SET state = 'paid', paid_on = %s WHERE {items}"
_DONE = """
UPDATE funds_grant SET state = 'done' WHERE state = 'active' AND {grants}
AND NOT EXISTS (SELECT 1 FROM funds_instalment item WHERE item.grant_id = funds_grant.id AND item.state = 'planned')
"""


def _confirm(lines: Sequence[PaymentLine], day: date) -> None:
    settled_on = connection.ops.adapt_datefield_value(day)
    condition, parameters = among("id", [line.pk for line in lines])
    changed = ask(_CONFIRM.format(lines=condition), [settled_on, *parameters])
    if len(changed) != len(lines):
        raise NotPossible(_("有款项刚刚由他人确认或退回，请刷新后再办。"))
    condition, parameters = among("id", [line.instalment_id for line in lines])
    ask(_PAID.format(items=condition), [settled_on, *parameters])


def _finish_grants(grants: Iterable[int]) -> None:
    condition, parameters = among("id", sorted(grants))
    ask(_DONE.format(grants=condition), parameters)


def _state_received(arrived: Sequence[tuple[PaymentLine, date]], by: User | None) -> None:
    """A fact of each payment (待遇发放), so that the policies know what was received."""
    home = arrived[0][0].instalment.grant.home
    source = Source.objects.create(
        kind=SourceKind.FORM, title=_("资金拨付"), organisation=home, day=max(day for _line, day in arrived)
    )
    facts = []
    for line, day in arrived:
        grant = line.instalment.grant
        value = {"benefit": grant.benefit, "amount": line.amount_fen, "batch": line.reference}
        facts.append(
            Fact(
                person=living(grant.person),
                kind="benefit_received",
                value=value,
                since=day,
                source=source,
                evidence=line.reference,
                verification=Verification.VERIFIED,
                recorded_by=by,
            )
        )
    add_facts(facts)


def give_back(line: PaymentLine, state: LineState, day: date, reason: str, by: User | None) -> None:
    """The payment came back, or never left (退回、未付); in the caller's transaction. Raises ``NotPossible``."""
    key = key_of(line)
    if line.state == LineState.CONFIRMED:
        reverse(key, day, reason, by=by)
        _withdraw_fact(line)
        Grant.objects.filter(pk=line.instalment.grant_id, state=GrantState.DONE).update(
            state=GrantState.ACTIVE
        )
    else:
        close_key(key, reason, day, by=by)
    changed = PaymentLine.objects.filter(pk=line.pk, state=line.state).update(
        state=state, settled_on=day, reason=reason[:200]
    )
    if not changed:
        raise NotPossible(_("有款项刚刚由他人确认或退回，请刷新后再办。"))
    Instalment.objects.filter(pk=line.instalment_id).update(
        state=InstalmentState.PLANNED, paid_on=None, attempt=F("attempt") + 1
    )


def _withdraw_fact(line: PaymentLine) -> None:
    person = living(line.instalment.grant.person)
    facts = Fact.objects.standing().filter(kind="benefit_received", evidence=line.reference)
    if facts.filter(person=person).update(withdrawn_at=now()):
        refresh_profiles([person])


def settle_runs(runs: Iterable[int]) -> None:
    """Runs without a payment on its way are settled; one the bank knows of was sent, whatever was recorded."""
    moment = connection.ops.adapt_datetimefield_value(now())
    condition, parameters = among("id", sorted(set(runs)))
    if (
        connection.vendor == "postgresql"
    ):  # two last payments at once: the second sees that the first is settled
        ask(f"SELECT id FROM funds_paymentrun WHERE {condition} ORDER BY id FOR UPDATE", parameters)  # noqa: S608  # our own condition
    ask(_SENT.format(runs=condition), [moment, *parameters])
    ask(_SETTLED.format(runs=condition), [moment, *parameters])


_SENT = "UPDATE funds_paymentrun SET state = 'sent', sent_at = %s WHERE state = 'exported' AND {runs}"
_SETTLED = """
UPDATE funds_paymentrun SET state = 'settled', settled_at = %s WHERE state = 'sent' AND {runs}
AND NOT EXISTS (SELECT 1 FROM funds_paymentline line WHERE line.run_id = funds_paymentrun.id AND line.state = 'open')
"""
_NOW = """
SELECT line.state, line.told, line.told_on, line.told_by_id, run.state, payee.id, payee.merged_into_id
FROM funds_paymentline line
JOIN funds_paymentrun run ON run.id = line.run_id
JOIN funds_instalment item ON item.id = line.instalment_id
JOIN funds_grant promise ON promise.id = item.grant_id
JOIN persons_person payee ON payee.id = promise.person_id
WHERE line.id = %s {lock}
"""


def _as_it_stands(line: PaymentLine) -> PaymentLine:
    """The payment locked, with its state of this moment; what ``payments_read`` has given is not read again unless the
    person was merged since.
    """
    lock = "FOR NO KEY UPDATE OF line" if connection.vendor == "postgresql" else ""
    ((state, told, told_on, told_by, run_state, payee, merged),) = ask(_NOW.format(lock=lock), [line.pk])
    known = PaymentLine.instalment.is_cached(line) and Instalment.grant.is_cached(line.instalment)
    if not known or merged is not None or payee != line.instalment.grant.person_id:
        return (
            PaymentLine.objects.select_related("run__home", "instalment__grant__home")
            .select_related(
                "instalment__grant__person__home", "instalment__grant__person__merged_into__merged_into"
            )
            .get(pk=line.pk)
        )
    line.state, line.told, line.told_by_id, line.run.state = state, told, told_by, run_state
    line.told_on = None if told_on is None else as_day(told_on)
    return line


@transaction.atomic
def tell_line(*, line: PaymentLine, state: str, day: date, reason: str, by: User) -> bool:
    """Say what became of a payment without a statement (人工认定). True when a second person has now said the same.

    A word that differs from the first takes its place and waits for another person. Raises ``NotPossible``, and
    ``PermissionDenied`` for whom the fund does not leave it to.
    """
    found = _as_it_stands(line)
    leaves_to_payer(by, found.run).or_refuse()
    if state not in TOLD or found.run.state not in AT_THE_BANK or found.state != LineState.OPEN:
        raise NotPossible(_("只有已生成银行文件、尚无结果的款项可以人工认定。"))
    same = (found.told, found.told_on) == (state, day)
    if same and same_hands(by, found.told_by_id):
        raise NotPossible(_("须由另一人作出相同认定。"))
    if not same:
        PaymentLine.objects.filter(pk=found.pk).update(
            told=state, told_on=day, told_by=by, told_reason=reason
        )
        _record_told("funds.payment_told", found, by, reason, state)
        return False
    if state == LineState.CONFIRMED:
        confirm_lines([(found, day)], by)
    else:
        give_back(found, LineState(state), day, reason, by)
    settle_runs([found.run_id])
    _record_told("funds.payment_settled_by_two", found, by, reason, state)
    return True


def _record_told(action: str, line: PaymentLine, by: User, reason: str, state: str) -> None:
    record(
        action,
        actor=by,
        subject=line,
        organisation_path=line.run.home.path,
        detail={"reference": line.reference, "state": state},
        reason=reason,
    )
