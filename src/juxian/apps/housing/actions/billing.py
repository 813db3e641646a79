"""Bills and receipts (账单与收款): rent is billed when a month of the lease is over, to each payer its part.

Every bill and receipt is an entry of the ledger under the tenancy's name, in the same transaction.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.funds.actions import post
from juxian.apps.gate import writing
from juxian.apps.housing.enums import BillKind, PayerKind
from juxian.apps.housing.models import Bill, Lease, Receipt, RentPeriod
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.rules import NotPossible
from juxian.core.dates import add_months
from juxian.core.housing.leaving import Monthly, exit_charge
from juxian.core.housing.rent import for_days, parts_of
from juxian.core.housing.stock import DM2_PER_M2
from juxian.core.housing.tenure import months_of
from juxian.core.ledger import lettings

DAYS_TO_PAY = 30
DEPOSIT_REFERENCE = "keys"


@transaction.atomic
def bill_months(*, lease: Lease, day: date) -> list[Bill]:
    """Bill every month of the lease that ended by ``day`` and was not billed; safe to run again."""
    rents = list(lease.rents.order_by("since"))
    last = lease.until if lease.notice_on is None else min(lease.notice_on, lease.until)
    wanted = [
        Bill(
            lease=lease,
            kind=BillKind.RENT,
            payer=payer,
            since=since,
            until=until,
            due_on=until + timedelta(days=DAYS_TO_PAY),
            amount_fen=fen,
        )
        for number, since, until in months_of(lease.first_day, last)
        if until <= day
        for payer, fen in _parts_of_month(lease, rents, number, since, until).items()
        if fen
    ]
    known = set(lease.bills.filter(kind=BillKind.RENT).values_list("payer", "since"))
    return _issue([bill for bill in wanted if (bill.payer, bill.since) not in known])


def bill_deposit(lease: Lease) -> list[Bill]:
    """The deposit of the scheme: an amount, or months of the first rent."""
    deposit = scheme_of(lease.estate).deposit
    first = lease.rents.order_by("since").first()
    fen = deposit.amount_fen + deposit.months * (first.monthly_fen if first else 0)
    if not fen:
        return []
    due = lease.first_day + timedelta(days=DAYS_TO_PAY)
    return _issue(
        [
            Bill(
                lease=lease,
                kind=BillKind.DEPOSIT,
                payer=deposit.payer.value,
                since=lease.first_day,
                until=lease.until,
                due_on=due,
                amount_fen=fen,
            )
        ]
    )


def bill_exit(lease: Lease, back_on: date) -> list[Bill]:
    """What the days from the notice to the return of the keys cost the tenant."""
    if lease.notice_on is None or back_on <= lease.notice_on:
        return []
    fen = exit_charge(scheme_of(lease.estate), lease.notice_on, monthly_of(lease), back_on)
    if not fen:
        return []
    return _issue(
        [
            Bill(
                lease=lease,
                kind=BillKind.EXIT,
                payer=PayerKind.PERSON,
                since=lease.notice_on,
                until=back_on,
                due_on=back_on + timedelta(days=DAYS_TO_PAY),
                amount_fen=fen,
            )
        ]
    )


def monthly_of(lease: Lease) -> Monthly:
    """The last rent of a lease, and the market rent of its space."""
    rent = lease.rents.order_by("-since").first()
    price = lease.estate.market_fen
    market = None if price is None else round_half_up(price * lease.space.area_dm2, DM2_PER_M2)
    return Monthly(rent.monthly_fen if rent else 0, market)


def round_half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def receive(*, bill: Bill, amount_fen: int, day: date, reference: str, by: User) -> Receipt:
    """Money came in for a bill; raises ``NotPossible`` above what is owed, or when the reference stands already."""
    with writing():
        changed = Bill.objects.filter(pk=bill.pk, paid_fen__lte=F("amount_fen") - amount_fen)
        if amount_fen <= 0 or not changed.update(paid_fen=F("paid_fen") + amount_fen):
            raise NotPossible(_("金额应大于 0，且不超过未缴金额。"))
        try:
            with transaction.atomic():
                made = Receipt.objects.create(
                    bill=bill, amount_fen=amount_fen, day=day, reference=reference, by=by
                )
        except IntegrityError:
            raise NotPossible(_("这个凭证号已经登记过。")) from None
        lease = bill.lease
        entry = lettings.take_deposit if bill.kind == BillKind.DEPOSIT else lettings.collect
        post(entry(lease.estate.code, lease.number, amount_fen, day, f"{bill.pk}/{reference}"), by=by)
        record(
            "housing.received",
            actor=by,
            subject=bill,
            organisation_path=lease.estate.home.path,
            detail={"lease": lease.number, "fen": amount_fen, "reference": reference},
        )
    bill.refresh_from_db()
    return made


def settle_deposit(lease: Lease, day: date, by: User | None) -> None:
    """Take what the tenant owes out of the deposit that was paid, oldest first; the rest goes back."""
    paid = lease.bills.filter(kind=BillKind.DEPOSIT)
    held = sum(paid.values_list("paid_fen", flat=True))
    for bill in lease.bills.unpaid().exclude(kind=BillKind.DEPOSIT).order_by("due_on", "pk"):
        part = min(held, bill.open_fen)
        if bill.payer == PayerKind.PERSON and part:
            Bill.objects.filter(pk=bill.pk).update(paid_fen=F("paid_fen") + part)
            post(lettings.set_off_deposit(lease.number, part, day, str(bill.pk)), by=by)
            held -= part
    if held:
        post(lettings.return_deposit(lease.estate.code, lease.number, held, day, DEPOSIT_REFERENCE), by=by)


def _parts_of_month(
    lease: Lease, rents: list[RentPeriod], number: int, since: date, until: date
) -> dict[str, int]:
    """payer → fen of one month; a month that is cut short in proportion to its days."""
    rent = next((one for one in rents if one.since <= since < one.until), None)
    if rent is None:
        return {}
    whole_until = add_months(lease.first_day, number + 1)
    if until == whole_until:
        return dict(rent.parts)
    fen = for_days(rent.monthly_fen, since, until, since, whole_until)
    shares = scheme_of(lease.estate).rent.payers
    return {payer.value: part for payer, part in parts_of(fen, shares).items()} if fen else {}


def _issue(bills: list[Bill]) -> list[Bill]:
    """Store bills and charge the tenancy."""
    made = Bill.objects.bulk_create(bills)
    charged = [bill for bill in made if bill.kind != BillKind.DEPOSIT]
    if charged:
        post(
            *(
                lettings.charge(
                    bill.lease.estate.code,
                    bill.lease.number,
                    f"{bill.kind}:{bill.since.isoformat()}:{bill.payer}",
                    bill.amount_fen,
                    bill.until,
                )
                for bill in charged
            )
        )
    return made
