"""Estates, and the flats of one as a plan of its buildings (房源)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from juxian.apps.housing.enums import LeaseState
from juxian.apps.housing.models import Building, Estate, Lease, Unit
from juxian.apps.housing.queries.photos import photos_of
from juxian.apps.housing.queries.stock import Occupancy, estates_visible_to, occupancy_of, scheme_of, units_of
from juxian.apps.housing.queries.waiting import queued
from juxian.apps.housing.rules import may_manage
from juxian.core.housing.stock import DM2_PER_M2
from juxian.web.desk.housing.finding import READERS, find_estate, tabs_of
from juxian.web.desk.housing.photos import address_of_photos
from juxian.web.desk.scope import home_of
from juxian.web.kit import formats
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.phrases import BASIS
from juxian.web.kit.scope import current_scope

FREE, LET, OFFERED, LEAVING, CLOSED = _("空置"), _("在租"), _("配租中"), _("腾退中"), _("停用")
IN_REPAIR = _("维修中")


@dataclass(frozen=True, slots=True)
class EstateRow:
    estate: Estate
    occupancy: Occupancy
    waiting: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One flat of the plan. who: tenants or applicants; word: what it is now, ``2/3`` for a shared flat."""

    unit: Unit
    word: str | Promise
    tone: str
    who: str


@dataclass(frozen=True, slots=True)
class Floor:
    number: int
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Plan:
    """photos: where the photographs of the building are put in order."""

    building: Building
    floors: list[Floor]
    photos: str


@for_roles(*READERS)
@require_safe
def housing(request: HttpRequest) -> HttpResponse:
    """Estates of the place with what is free and who waits."""
    home = home_of(current_scope(request))
    estates = estates_visible_to(user_of(request)).filter(home=home)
    rows = [EstateRow(estate, occupancy_of(estate), queued(estate).count()) for estate in estates]
    return render(request, "desk/housing/estates.html", {"rows": rows})


@for_roles(*READERS)
@require_safe
def estate(request: HttpRequest, code: str) -> HttpResponse:
    """The plan of every building, floor by floor from the top."""
    found = find_estate(request, code)
    scheme, language = scheme_of(found), current_scope(request).language
    context = {
        "estate": found,
        "tabs": tabs_of(found, "desk:housing-estate"),
        "occupancy": occupancy_of(found),
        "scheme": scheme,
        "basis": BASIS[found.basis],
        "note": scheme.note.in_language(language),
        "plans": plans_of(units_of(found)),
        "market": formats.money(found.market_fen),
        "photos": photos_of(found),
        "photos_address": address_of_photos(found),
        "may_manage": may_manage(user_of(request), found.home),
    }
    return render(request, "desk/housing/estate.html", context)


def plans_of(units: Iterable[Unit]) -> list[Plan]:
    """Units in the order of building and floor as plans."""
    return [
        Plan(
            building,
            [
                Floor(number, [cell_of(unit) for unit in row])
                for number, row in groupby(floors, lambda unit: unit.floor)
            ],
            address_of_photos(building),
        )
        for building, floors in groupby(units, lambda unit: unit.building)
    ]


def cell_of(unit: Unit) -> Cell:
    """What a flat is now, from its spaces read with ``units_of``."""
    spaces = list(unit.spaces.all())
    leases = [lease for space in spaces for lease in space.leases.all()]
    offers = [offer for space in spaces for offer in space.offers.all() if not space.leases.all()]
    people = [name for lease in leases for name in names_on(lease)]
    people += [offer.application.person.name for offer in offers]
    who = formats.listed(people)
    if len(spaces) > 1 and people:
        tone = "ok" if len(leases) + len(offers) == len(spaces) else "warn"
        return Cell(unit, f"{len(leases)}/{len(spaces)}", tone, who)
    if any(lease.state == LeaseState.LEAVING for lease in leases):
        return Cell(unit, LEAVING, "bad", who)
    if leases:
        return Cell(unit, LET, "ok", who)
    if offers:
        return Cell(unit, OFFERED, "warn", who)
    if unit.in_repair:
        return Cell(unit, IN_REPAIR, "bad", unit.closed_because)
    return Cell(unit, CLOSED if unit.closed_because else FREE, "mute", unit.closed_because)


def names_on(lease: Lease) -> list[str]:
    """Who stands on a lease: the tenant, and the spouse of a couple."""
    return [one.name for one in (lease.person, lease.spouse) if one is not None]


def square_metres(area_dm2: int) -> str:
    """``92.5`` from hundredths of a square metre."""
    return formats.decimal(area_dm2, DM2_PER_M2, 2)
