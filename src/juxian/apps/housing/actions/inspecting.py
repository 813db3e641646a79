"""Inspections of flats (检查)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.housing.enums import Condition, Finding
from juxian.apps.housing.models import Inspection, Item, Lease, Unit


@transaction.atomic
def inspect(
    *,
    unit: Unit,
    day: date,
    finding: Finding,
    by: User | None,
    lease: Lease | None = None,
    note: str = "",
    conditions: Mapping[int, Condition] | None = None,
) -> Inspection:
    """Record what was seen; ``conditions``: item → its state, for furnishing that was looked at."""
    made = Inspection.objects.create(unit=unit, lease=lease, day=day, finding=finding, note=note, by=by)
    for item, condition in (conditions or {}).items():
        Item.objects.filter(pk=item, unit=unit).update(condition=condition, seen_on=day)
    home = unit.building.estate.home
    detail = {"finding": str(finding), "unit": str(unit)}
    record("housing.inspected", actor=by, subject=made, organisation_path=home.path, detail=detail)
    return made
