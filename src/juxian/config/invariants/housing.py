"""Apartments: what tenancies owe and hold is in the ledger, nobody lives in two flats, repairs and flats agree (公寓)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, Sum

from juxian.apps.funds.models import Account
from juxian.apps.housing.enums import BillKind, LeaseState
from juxian.apps.housing.models import Lease, Repair, Unit
from juxian.config.invariants.result import Result, Scope
from juxian.core.text import Text


def tenancies(_scope: Scope) -> Result:
    """Balances are those of the bills, a person stands on one lease, and a flat is in repair as its repairs say."""
    return Result(Lease.objects.count() + Unit.objects.count(), [*_balances(), *_persons(), *_repairs()])


def _balances() -> Iterator[Text]:
    """What a tenant owes is billed and not paid; what is held of the deposit was paid of it, until it is settled."""
    held = dict(Account.objects.filter(kind__in=("receivable", "deposit")).values_list("name", "balance"))
    deposit = Q(bills__kind=BillKind.DEPOSIT)
    rows = Lease.objects.select_related("estate").annotate(
        owed=Sum(F("bills__amount_fen") - F("bills__paid_fen"), filter=~deposit, default=0),
        kept=Sum("bills__paid_fen", filter=deposit, default=0),
    )
    for lease in rows.iterator(chunk_size=2000):
        kept = 0 if lease.state == LeaseState.ENDED else -lease.kept
        for kind, told in (("receivable", lease.owed), ("deposit", kept)):
            stands = held.get(f"{kind}:{lease.number}", 0)
            if stands != told:
                yield Text(
                    f"{kind}:{lease.number} 余额 {stands} 分，账单为 {told} 分",
                    f"{kind}:{lease.number} holds {stands} fen, the bills say {told}",
                )


def _persons() -> Iterator[Text]:
    """The database keeps tenants and spouses apart; somebody could be the one here and the other there."""
    standing = Lease.objects.standing()
    counted = Counter(standing.values_list("person__number", flat=True))
    counted.update(standing.exclude(spouse=None).values_list("spouse__number", flat=True))
    for number, leases in sorted(counted.items()):
        if leases > 1:
            yield Text(f"{number} 同时在 {leases} 份租约上", f"{number} stands on {leases} leases")


def _repairs() -> Iterator[Text]:
    going_on = Repair.objects.filter(unit=OuterRef("pk"), unfit=True, begun_on__isnull=False, ended_on=None)
    units = Unit.objects.annotate(broken=Exists(going_on)).select_related("building")
    for unit in units.exclude(in_repair=F("broken")):
        yield Text(
            f"{unit} 的“维修中”与维修记录不符", f"{unit}: in repair, or not, against what its repairs say"
        )
