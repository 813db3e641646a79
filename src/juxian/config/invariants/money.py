"""The ledger: balances are the sums of what was posted, and nothing comes from nowhere (账目)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q, Sum

from juxian.apps.funds.enums import InstalmentState, LineState
from juxian.apps.funds.models import Account, Entry, Grant, Instalment, PaymentLine
from juxian.apps.funds.queries.proof import verify, wrong_balances
from juxian.config.invariants.result import Result, Scope
from juxian.core.ledger.proof import Difference, balance_differs
from juxian.core.text import Text


def ledger(scope: Scope) -> Result:
    """Balances are those of the postings; with everything looked at, each entry is replayed as well."""
    if scope.every:
        found = verify()
        return Result(found.entries, _said([found.difference] if found.difference else []))
    return Result(Account.objects.count() + Entry.objects.count(), _said(wrong_balances()))


def grants(_scope: Scope) -> Result:
    """What is reserved and paid of each grant is what its instalments say; a payment lies with the bank once."""
    held = dict(Account.objects.values_list("name", "balance"))
    return Result(Grant.objects.count(), _said([*_amounts(held), *_payments()]))


def _amounts(held: dict[str, int]) -> Iterator[Difference]:
    waiting = Q(instalments__state=InstalmentState.PLANNED, instalments__budget__isnull=False)
    rows = Grant.objects.annotate(
        promised=Sum("instalments__amount_fen", filter=waiting),
        paid=Sum("instalments__amount_fen", filter=Q(instalments__state=InstalmentState.PAID)),
    ).select_related("home", "obligation__recovery")
    for grant in rows.iterator(chunk_size=2000):
        duty = getattr(grant, "obligation", None)
        recovery = getattr(duty, "recovery", None) if duty else None
        back = recovery.refund_fen if recovery and recovery.demanded_on else 0
        for kind, told in (("reserved", grant.promised or 0), ("paid", (grant.paid or 0) - back)):
            stands = held.get(f"{kind}:{grant.name}", 0)
            if stands != told:
                yield Difference(f"{kind}:{grant.name}", balance_differs(stands, told))


def _payments() -> Iterator[Difference]:
    """Instalments that were paid without a confirmed payment, or with more than one."""
    confirmed = Count("lines", filter=Q(lines__state=LineState.CONFIRMED))
    rows = PaymentLine.objects.filter(state=LineState.CONFIRMED).exclude(
        instalment__state=InstalmentState.PAID
    )
    for reference in rows.values_list("reference", flat=True):
        yield Difference(
            reference, Text("已到账，分期却不是已发放", "it arrived, and its instalment is not paid")
        )
    paid = Instalment.objects.filter(state=InstalmentState.PAID).annotate(confirmed=confirmed)
    for item in paid.exclude(confirmed=1):
        yield Difference(
            str(item), Text("已发放的分期没有唯一的到账款项", "paid without exactly one confirmed payment")
        )


def _said(differences: list[Difference]) -> list[Text]:
    return [
        Text(f"{found.place}：{found.message.zh}", f"{found.place}: {found.message.in_language('en')}")
        for found in differences
    ]
