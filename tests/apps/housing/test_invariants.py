"""The search for what must hold finds what was broken in tenancies, and nothing in sound ones."""

from __future__ import annotations

from juxian.apps.accounts.models import User
from juxian.apps.housing.actions.billing import bill_months, receive
from juxian.apps.housing.actions.letting import end_lease, give_notice, start_lease
from juxian.apps.housing.models import Bill, Estate, Lease, Unit
from juxian.apps.housing.queries.stock import free_spaces
from juxian.config.invariants import CHECKS, Scope
from juxian.core.dates import add_months
from juxian.core.housing.snapshot import Snapshot
from juxian.core.housing.words import Cause
from tests.apps.housing.conftest import DAY, NewPerson
from tests.flats import SNAPSHOT


def violations() -> list[str]:
    return [text.en for text in CHECKS["tenancies"](Scope(every=True)).violations]


def test_tenancies(estate: Estate, new_person: NewPerson, office: User) -> None:
    leases = [
        start_lease(
            person=new_person(name),
            space=free_spaces(estate)[0],
            estate=estate,
            first_day=DAY,
            asked={},
            snapshot=Snapshot(DAY, SNAPSHOT),
            by=office,
        )
        for name in ("甲", "乙")
    ]
    for lease in leases:
        bill_months(lease=lease, day=add_months(DAY, 2))
        for bill in lease.bills.filter(kind="deposit"):
            receive(bill=bill, amount_fen=bill.amount_fen, day=DAY, reference="1", by=office)
    give_notice(lease=leases[1], cause=Cause.OWN_WISH, day=add_months(DAY, 2), by=office)
    end_lease(lease=leases[1], day=add_months(DAY, 3), by=office)
    assert violations() == []

    Bill.objects.filter(lease=leases[0], kind="rent").first().delete()
    Lease.objects.filter(pk=leases[1].pk).update(state="running", notice_on=None, keys_on=None)
    Lease.objects.filter(pk=leases[0].pk).update(spouse=leases[1].person)
    Unit.objects.filter(pk=leases[0].space.unit_id).update(in_repair=True)

    assert [text.split(":")[0] for text in violations()] == [
        "receivable",
        "deposit",
        f"{leases[1].person.number} stands on 2 leases",
        str(leases[0].space.unit),
    ]
