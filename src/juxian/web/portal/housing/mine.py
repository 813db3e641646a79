"""My application, my place, my offer, my lease and bills (我的公寓)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.queries.grants import spouse_of
from juxian.apps.housing.actions.applying import COUPLE, apply_for_flat, withdraw_application
from juxian.apps.housing.actions.letting import ask_renewal
from juxian.apps.housing.actions.offering import accept_offer, decline_offer
from juxian.apps.housing.enums import LIVE_APPLICATIONS, LeaseState, OfferState
from juxian.apps.housing.models import Application, Bill, DrawEntry, Estate, Lease, Photo
from juxian.apps.housing.queries.photos import photos_of, photos_of_flat
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.queries.tenancies import leases_of, offers_of
from juxian.apps.housing.queries.waiting import (
    Place,
    application_of_spouse,
    applications_of,
    ban_on,
    missing_titles,
    place_of,
)
from juxian.apps.housing.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.core.dates import whole_months
from juxian.core.housing.tenure import may_renew
from juxian.core.housing.words import HOUSEHOLD_MEMBERS, MONTHS_RENTED
from juxian.core.identity import mask_name
from juxian.web.kit import formats
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.portal.own import own_record, own_record_or_404

LARGEST_HOUSEHOLD = 20
BILLS_SHOWN, PHOTOS_SHOWN = 24, 4


class ApplicationForm(forms.Form):
    """What the register does not know."""

    household_members = forms.IntegerField(
        label=gettext_lazy("家庭人数"),
        min_value=1,
        max_value=LARGEST_HOUSEHOLD,
        help_text=gettext_lazy("本人和一同居住的家人"),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """My application in words. range: ``3`` or ``3–7``; entries: my numbers in draws."""

    application: Application
    place: Place | None
    range: str
    missing: str
    entries: list[DrawEntry]


@dataclass(frozen=True, slots=True)
class Tenancy:
    """My lease with what is owed. may_renew: renewal can be asked for today."""

    lease: Lease
    bills: list[Bill]
    open_fen: int
    may_renew: bool


@for_roles(Role.PERSON)
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """All of it on one page; an account without a record is told so."""
    scope, person = current_scope(request), own_record(request)
    context: dict[str, Any] = {"person": person, "contact": scope.pack.contact}
    if person:
        live = [one for one in applications_of(person) if one.state in LIVE_APPLICATIONS]
        leases = [one for one in leases_of(person) if one.state != LeaseState.ENDED]
        spouse = spouse_standing(person, scope)
        context |= {
            "estates": [] if live or leases or spouse else estate_cards(person.home),
            "standings": [standing_of(one, scope) for one in live],
            "offers": [
                (offer, photos_of_flat(offer.space.unit))
                for offer in offers_of(person).filter(state__in=(OfferState.OPEN, OfferState.ACCEPTED))
            ],
            "spouse": spouse,
            "ban": ban_on(person, scope.as_of),
            "tenancies": [tenancy_of(one, scope.as_of) for one in leases],
            "today": scope.as_of,
        }
    return render(request, "portal/housing/mine.html", context)


@for_roles(Role.PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a flat of an estate of one's own place."""
    person, scope = own_record_or_404(request), current_scope(request)
    estate = get_object_or_404(Estate.objects.select_related("home"), home=person.home, code=code)
    spouse = spouse_of(person)
    form = ApplicationForm(
        request.POST if request.method == "POST" else None,
        initial={HOUSEHOLD_MEMBERS: COUPLE if spouse else None},
    )
    if request.method == "POST" and form.is_valid():
        asked = {
            HOUSEHOLD_MEMBERS: form.cleaned_data["household_members"],
            MONTHS_RENTED: months_rented(person),
        }
        try:
            made = apply_for_flat(
                estate=estate, person=person, asked=asked, day=scope.as_of, by=user_of(request)
            )
            messages.success(request, _("已提交，编号 %(number)s") % {"number": made.number})
            return go(request, "portal:housing")
        except NotPossible as refused:
            form.add_error(None, str(refused))
    context = {
        "estate": estate,
        "scheme": scheme_of(estate),
        "form": form,
        "spouse": mask_name(spouse.name) if spouse else "",
    }
    return render(request, "portal/housing/apply.html", context, status=422 if form.errors else 200)


@for_roles(Role.PERSON)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(applications_of(own_record_or_404(request)), pk=pk)
    return _carried_out(
        request,
        lambda: withdraw_application(application=application, by=user_of(request)),
        _("申请已撤回。"),
    )


@for_roles(Role.PERSON)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    offer = get_object_or_404(offers_of(own_record_or_404(request)), pk=pk)
    day = current_scope(request).as_of
    return _carried_out(
        request,
        lambda: accept_offer(offer=offer, day=day, by=user_of(request)),
        _("已接受，请到人才办签约。"),
    )


@for_roles(Role.PERSON)
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    offer = get_object_or_404(offers_of(own_record_or_404(request)), pk=pk)
    day = current_scope(request).as_of
    return _carried_out(
        request,
        lambda: decline_offer(offer=offer, day=day, by=user_of(request)),
        _("已放弃，房源转给下一位。"),
    )


@for_roles(Role.PERSON)
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    lease = get_object_or_404(leases_of(own_record_or_404(request)), pk=pk)
    day = current_scope(request).as_of
    return _carried_out(
        request,
        lambda: ask_renewal(lease=lease, day=day, by=user_of(request)),
        _("已申请续租，等待人才办办理。"),
    )


def estate_cards(home: Organisation) -> list[tuple[Estate, list[Photo]]]:
    """What may be applied for, with what it looks like."""
    return [(estate, list(photos_of(estate)[:PHOTOS_SHOWN])) for estate in Estate.objects.filter(home=home)]


def spouse_standing(person: Person, scope: Scope) -> Standing | None:
    """The household's application that the other of a couple made: its place, which both may know."""
    found = application_of_spouse(person)
    return None if found is None else standing_of(found, scope)


def standing_of(application: Application, scope: Scope) -> Standing:
    place = place_of(application, scope.as_of)
    missing = missing_titles(application, scope.language)
    words = (
        ""
        if place is None
        else str(place.first)
        if place.first == place.last
        else f"{place.first}–{place.last}"
    )
    entries = application.draw_entries.select_related("draw__estate__home").order_by("-draw_id")
    return Standing(application, place, words, formats.listed(missing), list(entries))


def tenancy_of(lease: Lease, day: date) -> Tenancy:
    bills = list(lease.bills.filter(payer="person").order_by("-since", "-pk"))
    refusal = may_renew(scheme_of(lease.estate).tenure, lease.term, lease.first_day, lease.until, day)
    can = lease.state == LeaseState.RUNNING and refusal is None and not lease.renewal_asked_on
    return Tenancy(lease, bills[:BILLS_SHOWN], sum(bill.open_fen for bill in bills), can)


def months_rented(person: Person) -> int:
    """Full months of leases that ended."""
    ended = leases_of(person).filter(state=LeaseState.ENDED)
    return sum(whole_months(lease.first_day, lease.keys_on) for lease in ended if lease.keys_on)


def _carried_out(request: HttpRequest, act: Callable[[], object], told: str) -> HttpResponse:
    try:
        act()
    except NotPossible as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, told)
    return go(request, "portal:housing")
