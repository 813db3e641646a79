"""Leases: signed, renewed, given notice, ended (租约)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.funds.actions import open_accounts
from juxian.apps.gate import writing
from juxian.apps.housing.actions.banning import ban
from juxian.apps.housing.actions.billing import bill_deposit, bill_exit, bill_months, settle_deposit
from juxian.apps.housing.actions.households import require_no_lease
from juxian.apps.housing.actions.offering import close_after_signing
from juxian.apps.housing.enums import ApplicationState, LeaseState, OfferState
from juxian.apps.housing.models import Application, Estate, Lease, Offer, RentPeriod, Space
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.rules import NotPossible, worded
from juxian.apps.persons.models import Person
from juxian.apps.persons.queries import profile_as_of, schema_for
from juxian.core.dates import whole_months
from juxian.core.housing.leaving import leave_by
from juxian.core.housing.rent import Space as RentSpace
from juxian.core.housing.rent import Unsettled, rent_plan
from juxian.core.housing.scheme import Tenure
from juxian.core.housing.snapshot import Snapshot, snapshot_of
from juxian.core.housing.tenure import NoRenewal, may_renew, term_end
from juxian.core.housing.words import BanCause, Cause
from juxian.core.ledger.lettings import estate_accounts, lease_accounts

NO_RENEWAL = {
    NoRenewal.TOO_EARLY: gettext_lazy("还没到续租申请期。"),
    NoRenewal.TOO_LATE: gettext_lazy("续租申请期已过。"),
    NoRenewal.NO_MORE_TERMS: gettext_lazy("已到最长租期，不能续租。"),
}


def sign_lease(*, offer: Offer, first_day: date, by: User, months: int | None = None) -> Lease:
    """Sign what was accepted: rent by the scheme for the whole term, a bill for the deposit, accounts in the ledger.

    months: of the term, where the scheme lets choose. Raises ``NotPossible``: not accepted, a rent that cannot be told (what is missing is named), the space or the person
    has a lease.
    """
    application, space = offer.application, offer.space
    with writing():
        lease = start_lease(
            person=application.person,
            spouse=application.spouse,
            space=space,
            estate=application.estate,
            first_day=first_day,
            asked=application.asked,
            snapshot=Snapshot(application.snapshot_on, application.snapshot),
            offer=offer,
            by=by,
            months=months,
        )
        changed = Offer.objects.filter(pk=offer.pk, state=OfferState.ACCEPTED)
        if not changed.update(state=OfferState.SIGNED):
            raise NotPossible(_("只有已接受、未签约的配租可以签约。"))
        Application.objects.filter(pk=application.pk).update(state=ApplicationState.HOUSED)
        if offer.draw is not None:
            close_after_signing(offer.draw, first_day)
    return lease


@transaction.atomic
def start_lease(
    *,
    person: Person,
    space: Space,
    estate: Estate,
    first_day: date,
    asked: dict[str, Any],
    snapshot: Snapshot,
    by: User | None,
    offer: Offer | None = None,
    spouse: Person | None = None,
    months: int | None = None,
) -> Lease:
    """A lease with its first term; used for signing, and for tenants who were there before the system."""
    scheme = scheme_of(estate)
    require_no_lease(person, spouse)
    until = term_end(scheme.tenure, first_day, chosen=_chosen(scheme.tenure, months))
    try:
        with transaction.atomic():
            lease = Lease.objects.create(
                person=person,
                spouse=spouse,
                space=space,
                estate=estate,
                offer=offer,
                employer=_employer_of(person, first_day, estate),
                asked=asked,
                first_day=first_day,
                until=until,
                signed_by=by,
            )
    except IntegrityError:
        raise NotPossible(_("这套房或这个人已有租约。")) from None
    open_accounts((*estate_accounts(estate.code), *lease_accounts(lease.number)), estate.home)
    _add_term(lease, snapshot, first_day, until)
    bill_deposit(lease)
    _record("housing.lease_signed", lease, by, {"until": until.isoformat()})
    return lease


@transaction.atomic
def ask_renewal(*, lease: Lease, day: date, by: User) -> None:
    """Ask for another term (申请续租), within the window of the scheme; raises ``NotPossible``."""
    locked = _running(lease)
    refusal = may_renew(scheme_of(locked.estate).tenure, locked.term, locked.first_day, locked.until, day)
    if refusal:
        raise NotPossible(str(NO_RENEWAL[refusal]))
    if locked.renewal_asked_on:
        raise NotPossible(_("已经申请过续租。"))
    Lease.objects.filter(pk=locked.pk).update(renewal_asked_on=day)
    _record("housing.renewal_asked", locked, by, {})


@transaction.atomic
def renew_lease(*, lease: Lease, day: date, by: User, months: int | None = None) -> Lease:
    """Grant another term (续租): rent of the new term by the facts of ``day``. Raises ``NotPossible``."""
    locked = _running(lease)
    scheme, schema = scheme_of(locked.estate), schema_for(locked.estate.home)
    if not locked.renewal_asked_on:
        raise NotPossible(_("承租人还没有申请续租。"))
    spouse = profile_as_of(locked.spouse, day, schema) if locked.spouse else None
    profile = profile_as_of(locked.person, day, schema)
    snapshot = snapshot_of(scheme, day, profile, locked.asked, schema, spouse)
    since = locked.until
    before, chosen = whole_months(locked.first_day, since), _chosen(scheme.tenure, months)
    locked.term += 1
    locked.until, locked.renewal_asked_on = term_end(scheme.tenure, since, before, chosen), None
    if locked.until <= since:
        raise NotPossible(str(NO_RENEWAL[NoRenewal.NO_MORE_TERMS]))
    locked.save(update_fields=["term", "until", "renewal_asked_on"])
    _add_term(locked, snapshot, since, locked.until)
    _record("housing.lease_renewed", locked, by, {"term": locked.term, "until": locked.until.isoformat()})
    return locked


@transaction.atomic
def give_notice(*, lease: Lease, cause: Cause, day: date, by: User | None, reason: str = "") -> Lease:
    """Begin the leaving (通知腾退): rent of the lease ends on ``day``, the rising rent begins, the deadline is set.

    Raises ``NotPossible`` when the lease is not running, or the scheme knows no such cause.
    """
    locked = _running(lease)
    scheme = scheme_of(locked.estate)
    if cause not in scheme.leaving.causes:
        raise NotPossible(_("办法中没有这种退出事由。"))
    if day < locked.first_day:
        raise NotPossible(_("通知日期早于起租日期。"))
    locked.state, locked.cause, locked.notice_on = LeaseState.LEAVING, cause.value, day
    locked.leave_by = leave_by(scheme, cause, day)
    locked.save(update_fields=["state", "cause", "notice_on", "leave_by"])
    bill_months(lease=locked, day=day)
    detail = {"cause": cause.value, "leave_by": locked.leave_by.isoformat()}
    _record("housing.notice_given", locked, by, detail, reason)
    return locked


@transaction.atomic
def end_lease(*, lease: Lease, day: date, by: User) -> Lease:
    """The keys are back (交还): rent of leaving is billed, what is owed comes out of the deposit, the rest goes back.

    A breach or an early leaving closes the list for as long as the scheme says. Raises ``NotPossible``.
    """
    locked = Lease.objects.select_for_update().select_related("estate__home", "person").get(pk=lease.pk)
    if locked.state != LeaseState.LEAVING or locked.notice_on is None or day < locked.notice_on:
        raise NotPossible(_("先通知腾退；交还日期不能早于通知日期。"))
    bill_exit(locked, day)
    settle_deposit(locked, day, by)
    locked.state, locked.keys_on = LeaseState.ENDED, day
    locked.save(update_fields=["state", "keys_on"])
    made = ban(estate=locked.estate, person=locked.person, cause=locked.cause, day=day, by=by)
    if made is None:
        ban(
            estate=locked.estate,
            person=locked.person,
            cause=BanCause.LEFT_EARLY,
            day=day,
            by=by,
            stayed_since=locked.first_day,
        )
    _record("housing.lease_ended", locked, by, {"keys_on": day.isoformat()})
    return locked


def _chosen(tenure: Tenure, months: int | None) -> int | None:
    """The length of a term that was chosen; raises ``NotPossible`` for one that the scheme does not have."""
    if months is not None and months not in tenure.choices:
        raise NotPossible(_("办法中没有这种租期。"))
    return months


def _add_term(lease: Lease, snapshot: Snapshot, since: date, until: date) -> None:
    """The rents of a term; raises ``NotPossible`` naming what must be recorded first."""
    estate, schema = lease.estate, schema_for(lease.estate.home)
    space = RentSpace(lease.space.area_dm2, estate.market_fen)
    plan = rent_plan(scheme_of(estate), snapshot, schema, space, term=lease.term, since=since, until=until)
    if isinstance(plan, Unsettled):
        names = [
            worded(schema.profile[name].title) if name in schema.profile else name for name in plan.missing
        ]
        raise NotPossible(
            _("租金还算不出来，缺：%(missing)s") % {"missing": _("、").join(names) or _("对应的租金档")}
        )
    RentPeriod.objects.bulk_create(
        RentPeriod(
            lease=lease,
            term=lease.term,
            since=period.since,
            until=period.until,
            monthly_fen=period.rent.monthly_fen,
            parts={payer.value: part for payer, part in period.rent.parts.items()},
            share=period.rent.share,
            over_fen=period.rent.over_fen,
        )
        for period in plan
    )


def _running(lease: Lease) -> Lease:
    found = (
        Lease.objects.select_for_update(of=("self",))
        .select_related("estate__home", "person", "space", "spouse")
        .get(pk=lease.pk)
    )
    if found.state != LeaseState.RUNNING:
        raise NotPossible(_("这份租约不在租期内。"))
    return found


def _employer_of(person: Person, day: date, estate: Estate) -> str:
    return str(profile_as_of(person, day, schema_for(estate.home)).get("employer") or "")


def _record(
    action: str, lease: Lease, by: User | None, detail: Mapping[str, object], reason: str = ""
) -> None:
    record(
        action,
        actor=by,
        subject=lease,
        organisation_path=lease.estate.home.path,
        detail={"lease": lease.number, **detail},
        reason=reason,
    )
