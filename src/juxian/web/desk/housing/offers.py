"""Offers at the desk: what is open, what is to be signed (配租与签约)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.actions.letting import sign_lease
from juxian.apps.housing.actions.offering import give_up_signing
from juxian.apps.housing.enums import OfferState
from juxian.apps.housing.models import Offer
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.queries.tenancies import offers_visible_to
from juxian.apps.housing.rules import may_manage
from juxian.web.desk.housing.finding import READERS, carried_out, chosen_months, find_estate, tabs_of
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import render_part
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 50
TONES = {
    OfferState.OPEN: "warn",
    OfferState.ACCEPTED: "info",
    OfferState.SIGNED: "ok",
    OfferState.DECLINED: "mute",
    OfferState.EXPIRED: "mute",
    OfferState.UNSIGNED: "bad",
}


@for_roles(*READERS)
@require_safe
def offers(request: HttpRequest, code: str) -> HttpResponse:
    """Offers of an estate, newest first; ``state`` narrows them."""
    estate, scope = find_estate(request, code), current_scope(request)
    wanted = request.GET.get("state", "")
    found = offers_visible_to(user_of(request)).filter(application__estate=estate)
    found = found.filter(state=wanted) if wanted in OfferState.values else found
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "estate": estate,
        "tabs": tabs_of(estate, "desk:housing-offers"),
        "page": page,
        "rows": [(offer, TONES[OfferState(offer.state)]) for offer in page.object_list],
        "states": OfferState.choices,
        "state": wanted,
        "may_manage": may_manage(user_of(request), estate.home),
        "today": scope.as_of,
        "terms": scheme_of(estate).tenure.choices,
    }
    return render_part(request, "desk/housing/offers.html#list", context)


@for_roles(Role.OFFICE)
@require_POST
@once
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign the lease of an accepted offer from today."""
    found, scope, user = managed_offer(request, pk), current_scope(request), user_of(request)
    return carried_out(
        request,
        lambda: sign_lease(offer=found, first_day=scope.as_of, by=user, months=chosen_months(request)),
        _("已签约，租约自今日起。"),
        "desk:housing-offers",
        found.application.estate.code,
    )


@for_roles(Role.OFFICE)
@require_POST
def unsigned(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody accepted and did not come to sign."""
    found, scope, user = managed_offer(request, pk), current_scope(request), user_of(request)
    return carried_out(
        request,
        lambda: give_up_signing(offer=found, day=scope.as_of, by=user),
        _("已记为逾期未签约，房源转给下一位。"),
        "desk:housing-offers",
        found.application.estate.code,
    )


def managed_offer(request: HttpRequest, pk: int) -> Offer:
    """An offer of the acting jurisdiction that the user may handle; 404 for all others."""
    home = home_of(current_scope(request))
    found = get_object_or_404(
        offers_visible_to(user_of(request)).filter(application__estate__home=home), pk=pk
    )
    may_manage(user_of(request), home).or_refuse()
    return found
