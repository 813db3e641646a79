"""One lease as whoever lives there sees it: rent, bills, who shares the flat, what stands there, repairs (我的租约)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.enums import LeaseState
from juxian.apps.housing.models import Lease, Receipt
from juxian.apps.housing.queries.photos import photos_of_flat
from juxian.apps.housing.queries.repairs import repair_service, repairs_of_lease
from juxian.apps.housing.queries.stock import inventory_of
from juxian.apps.housing.queries.tenancies import leases_of, sharers_of
from juxian.apps.persons.models import Person
from juxian.apps.services.actions import save_draft
from juxian.apps.services.models import Draft
from juxian.core.identity import mask_name
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.portal.housing.mine import tenancy_of
from juxian.web.portal.own import own_record_or_404

FLAT = "flat"  # the field of the repair form that says where it is


@dataclass(frozen=True, slots=True)
class Sharer:
    """Who lives in another room: as much as a neighbour sees (掩码)."""

    name: str
    room: str


@for_roles(Role.PERSON)
@require_safe
def lease(request: HttpRequest, pk: int) -> HttpResponse:
    """A lease of the household; 404 for all others."""
    person, scope = own_record_or_404(request), current_scope(request)
    found = get_object_or_404(leases_of(person), pk=pk)
    unit = found.space.unit
    context = {
        "lease": found,
        "tenancy": tenancy_of(found, scope.as_of),
        "rents": found.rents.all(),
        "mate": _mate_of(found, person),
        "shared": unit.spaces.count() > 1,
        "sharers": [] if found.state == LeaseState.ENDED else [_sharer(one) for one in sharers_of(found)],
        "items": inventory_of(unit),
        "photos": photos_of_flat(unit),
        "repairs": repairs_of_lease(found),
        "receipts": Receipt.objects.filter(bill__lease=found, bill__payer="person")
        .select_related("bill")
        .order_by("-day", "-pk")[:24],
        "may_report": found.state != LeaseState.ENDED and repair_service(scope.pack) is not None,
    }
    return render(request, "portal/housing/lease.html", context)


@for_roles(Role.PERSON)
@require_POST
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a report of what is broken, with the flat filled in; what was typed before stays."""
    person, scope, user = own_record_or_404(request), current_scope(request), user_of(request)
    found = get_object_or_404(leases_of(person).standing(), pk=pk)
    service = repair_service(scope.pack)
    if service is None or service.id not in scope.pack.services:
        messages.error(request, _("本地没有网上报修，请联系人才办。"))
        return go(request, "portal:housing-lease", pk)
    home = found.estate.home
    typed = Draft.objects.filter(user=user, home=home, service=service.id, person=person).first()
    answers = {**(typed.answers if typed else {}), FLAT: str(found.space)}
    known = {name: value for name, value in answers.items() if name in service.fields}
    save_draft(user=user, home=home, service=service.id, person=person, answers=known)
    return go(request, "portal:apply", service.id)


def _mate_of(lease: Lease, person: Person) -> str:
    """The other of a couple, masked even so: the page may be shown to others."""
    other = lease.spouse if lease.person == person else lease.person
    return mask_name(other.name) if other else ""


def _sharer(lease: Lease) -> Sharer:
    names = [mask_name(one.name) for one in (lease.person, lease.spouse) if one is not None]
    return Sharer(_("、").join(names), lease.space.code)
