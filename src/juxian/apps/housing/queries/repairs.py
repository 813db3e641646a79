"""Repairs of flats, and the service by which a tenant reports one (报修查询)."""

from __future__ import annotations

from django.db.models import QuerySet

from juxian.apps.housing.models import Lease, Repair, Unit
from juxian.apps.services.models import Case
from juxian.core.packs.schema import Pack
from juxian.core.services.definition import EffectKind, Service

REPAIRS = "repairs"  # the target of the effect that brings a case here


def repairs_of(unit: Unit) -> QuerySet[Repair]:
    """The history of a flat, newest first (维修记录)."""
    return unit.repairs.select_related("case", "lease__person", "lease__estate")


def repairs_of_lease(lease: Lease) -> QuerySet[Repair]:
    return lease.repairs.select_related("case")


def repair_of(case: Case) -> Repair | None:
    """The flat that a case is about."""
    found = Repair.objects.filter(case=case)
    return found.select_related("unit__building__estate", "lease__person", "lease__estate").first()


def repair_service(pack: Pack) -> Service | None:
    """The service of a place whose cases are repairs of flats: the one that hands over to them."""
    for service in pack.services.values():
        found = {effect.target for effect in service.effects() if effect.kind is EffectKind.HAND_OVER}
        if REPAIRS in found:
            return service
    return None
