"""Offers, leases, bills and inspections for a user; why a tenancy should end (租住查询)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Max, Q, QuerySet, Sum

from juxian.apps.accounts.models import User
from juxian.apps.funds.queries.grants import spouse_of
from juxian.apps.housing.enums import BillKind, Finding, LeaseState, PayerKind
from juxian.apps.housing.models import Bill, Estate, Inspection, Lease, Offer, Unit
from juxian.apps.housing.models.tenancy import LeaseQuerySet
from juxian.apps.housing.queries.stock import estates_visible_to, scheme_of
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import records_of
from juxian.core.dates import add_months
from juxian.core.housing.breaches import breaches
from juxian.core.housing.words import Cause

OF_FINDINGS = {Finding.SUBLET: Cause.SUBLET, Finding.ALTERED: Cause.ALTERED}


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a tenancy may be ended (退出事由), since when; told: the fact, inspection or bill that says so."""

    cause: Cause
    since: date
    told: str


@dataclass(frozen=True, slots=True)
class Income:
    """What an estate billed and received, in fen (租金收缴)."""

    billed_fen: int
    paid_fen: int

    @property
    def open_fen(self) -> int:
        return self.billed_fen - self.paid_fen


def offers_visible_to(user: User) -> QuerySet[Offer]:
    found = Offer.objects.filter(application__estate__in=estates_visible_to(user))
    return found.select_related(
        "application__person", "application__estate__home", "space__unit__building", "draw", "lease"
    )


def offers_of(person: Person) -> QuerySet[Offer]:
    found = Offer.objects.filter(application__person=person)
    return found.select_related("application__estate__home", "space__unit__building", "draw__estate__home")


def leases_visible_to(user: User) -> QuerySet[Lease]:
    return Lease.objects.filter(estate__in=estates_visible_to(user)).select_related(
        "person", "spouse", "estate__home", "space__unit__building"
    )


def leases_of(person: Person) -> LeaseQuerySet:
    """Leases of the household: as tenant, or as the spouse on the lease."""
    found = Lease.objects.of(person).select_related(
        "person", "spouse", "estate__home", "space__unit__building"
    )
    return found.order_by("-id")


def sharers_of(lease: Lease) -> QuerySet[Lease]:
    """Who shares the flat (合租): the leases that stand for its other rooms or beds."""
    others = Lease.objects.standing().filter(space__unit=lease.space.unit_id).exclude(pk=lease.pk)
    return others.select_related("person", "spouse", "space", "estate").order_by("space__code")


def bills_visible_to(user: User) -> QuerySet[Bill]:
    found = Bill.objects.filter(lease__estate__in=estates_visible_to(user))
    return found.select_related("lease__estate__home", "lease__person")


def with_open(leases: QuerySet[Lease]) -> QuerySet[Lease]:
    """Leases, newest first, with ``open_fen``: what is billed and not paid."""
    owed = Sum(F("bills__amount_fen") - F("bills__paid_fen"), default=0)
    return leases.annotate(open_fen=owed).order_by("-pk")


def income_of(estate: Estate, since: date, until: date) -> Income:
    """Rents of periods that ended from ``since`` to ``until`` (exclusive)."""
    bills = Bill.objects.filter(lease__estate=estate, until__gte=since, until__lt=until)
    found = bills.exclude(kind=BillKind.DEPOSIT).aggregate(
        billed=Sum("amount_fen", default=0), paid=Sum("paid_fen", default=0)
    )
    return Income(found["billed"], found["paid"])


def grounds_of(lease: Lease, day: date) -> list[Ground]:
    """Every cause that the scheme names and that facts, inspections or bills prove on ``day``."""
    scheme = scheme_of(lease.estate)
    known = scheme.leaving.causes
    facts = records_of(lease.person.facts.standing())
    found = [Ground(one.cause, one.since, f"fact {one.fact}") for one in breaches(scheme, facts, day)]
    if lease.spouse is not None and not any(one.cause is Cause.BOUGHT_HOME for one in found):
        theirs = breaches(scheme, records_of(lease.spouse.facts.standing()), day)
        found += [
            Ground(one.cause, one.since, f"fact {one.fact}")
            for one in theirs
            if one.cause is Cause.BOUGHT_HOME  # a home of the household; the tenant alone has to work here
        ]
    found += _second_flat(lease, scheme.flats_per_household)
    found += _seen(lease, day)
    if lease.until <= day:
        found.append(Ground(Cause.EXPIRED, lease.until, lease.number))
    oldest = lease.bills.overdue_on(day).filter(payer=PayerKind.PERSON).order_by("due_on").first()
    if oldest is not None:
        found.append(Ground(Cause.ARREARS, oldest.due_on, str(oldest)))
    return [
        one
        for one in found
        if one.cause in known and add_months(one.since, known[one.cause].after_months) <= day
    ]


def _second_flat(lease: Lease, most: int) -> list[Ground]:
    """The household, as it is recorded, stands on more leases than it may."""
    spouse = lease.spouse or spouse_of(lease.person)
    people = [lease.person] if spouse is None else [lease.person, spouse]
    others = Lease.objects.standing().of(*people).exclude(pk=lease.pk).order_by("-first_day", "-pk")
    found = list(others.select_related("estate")[:most])
    if len(found) < most:
        return []
    return [Ground(Cause.SECOND_FLAT, max(lease.first_day, found[0].first_day), found[0].number)]


def _seen(lease: Lease, day: date) -> list[Ground]:
    """From inspections: empty since the first of an unbroken run; sublet and altered when last seen so."""
    rows = list(lease.inspections.filter(day__lte=day).order_by("-day", "-pk"))
    rows = [row for row in rows if row.finding != Finding.NO_ACCESS]
    if not rows:
        return []
    last = rows[0]
    if last.finding in OF_FINDINGS:
        return [Ground(OF_FINDINGS[Finding(last.finding)], last.day, str(last))]
    if last.finding != Finding.EMPTY:
        return []
    since = last
    for row in rows:
        if row.finding != Finding.EMPTY:
            break
        since = row
    return [Ground(Cause.EMPTY, since.day, str(since))]


def inspections_visible_to(user: User) -> QuerySet[Inspection]:
    found = Inspection.objects.filter(unit__building__estate__in=estates_visible_to(user))
    return found.select_related("unit__building__estate", "lease__person", "by")


def due_for_inspection(estate: Estate, day: date) -> QuerySet[Unit]:
    """Flats with a tenant that were not looked at within the months of the scheme; longest ago first."""
    months = scheme_of(estate).inspection_months
    if not months:
        return Unit.objects.none()
    let = Q(spaces__leases__state__in=(LeaseState.RUNNING, LeaseState.LEAVING))
    found = (
        Unit.objects.filter(let, building__estate=estate).distinct().annotate(seen=Max("inspections__day"))
    )
    late = found.filter(Q(seen=None) | Q(seen__lte=add_months(day, -months)))
    return late.select_related("building__estate").order_by(F("seen").asc(nulls_first=True), "pk")
