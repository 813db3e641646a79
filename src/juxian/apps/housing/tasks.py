"""Nightly work on apartments (夜间任务): offers lapse, months are billed, terms end, causes of leaving are found."""

from __future__ import annotations

from datetime import date

from juxian.apps.housing.actions.billing import bill_months
from juxian.apps.housing.actions.letting import give_notice
from juxian.apps.housing.actions.offering import expire_offers
from juxian.apps.housing.enums import LeaseState
from juxian.apps.housing.models import Lease
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.queries.tenancies import grounds_of
from juxian.core.housing.words import Cause


def nightly(day: date) -> dict[str, int]:
    """All of it, safe to run again: offers that lapsed, bills issued, terms that ended, leases with a new cause of leaving."""
    expired = expire_offers(day=day)
    ended = 0
    for lease in Lease.objects.filter(state=LeaseState.RUNNING, until__lte=day).select_related(
        "estate__home"
    ):
        if Cause.EXPIRED in scheme_of(lease.estate).leaving.causes and not lease.renewal_asked_on:
            give_notice(lease=lease, cause=Cause.EXPIRED, day=lease.until, by=None)
            ended += 1
    running = Lease.objects.filter(state=LeaseState.RUNNING).select_related("estate__home", "space")
    bills = sum(len(bill_months(lease=lease, day=day)) for lease in running.iterator(chunk_size=200))
    return {"offers": expired, "bills": bills, "terms": ended, "grounds": find_grounds(day)}


def find_grounds(day: date) -> int:
    """Look for causes of leaving in every running lease (退出事由核查); returns how many have a cause that is new."""
    running = Lease.objects.filter(state=LeaseState.RUNNING).select_related(
        "estate__home", "person", "spouse", "space"
    )
    fresh = 0
    for lease in running.iterator(chunk_size=200):
        found = [one.cause.value for one in grounds_of(lease, day)]
        if found != lease.grounds:
            Lease.objects.filter(pk=lease.pk, state=LeaseState.RUNNING).update(grounds=found)
            fresh += bool(set(found) - set(lease.grounds))
    return fresh
