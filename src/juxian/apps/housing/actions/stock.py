"""Flats from a pack, flats taken out of use (房源)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.housing.models import Building, Estate, Item, Space, Unit
from juxian.apps.housing.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.core.housing.book import HousingBook
from juxian.core.housing.stock import EstateEntry


@transaction.atomic
def install_estates(*, book: HousingBook, home: Organisation, by: User | None = None) -> int:
    """Bring estates, buildings and flats up to the pack; returns how many flats are new. Nothing is deleted."""
    added = 0
    for entry in book.estates.values():
        estate, _created = Estate.objects.update_or_create(
            code=entry.code,
            defaults={
                "name": entry.name.zh,
                "name_en": entry.name.en,
                "home": home,
                "scheme": entry.scheme,
                "basis": entry.basis,
                "source": entry.source,
                "market_fen": entry.market_fen,
                "built_cost_fen": entry.built_cost_fen,
                "opened_on": entry.opened_on,
            },
        )
        added += _install_units(estate, entry)
    if added:
        detail = {"units": added, "estates": len(book.estates)}
        record("housing.stock_installed", actor=by, subject=home, organisation_path=home.path, detail=detail)
    return added


def _install_units(estate: Estate, entry: EstateEntry) -> int:
    """Add flats that are not there yet, with their spaces and furnishing."""
    buildings = {
        one.code: Building.objects.update_or_create(
            code=one.code, defaults={"estate": estate, "name": one.name.zh, "name_en": one.name.en}
        )[0]
        for one in entry.buildings
    }
    known = set(Unit.objects.filter(building__estate=estate).values_list("building__code", "number"))
    fresh = [
        (building, unit, layout)
        for building, unit, layout in entry.units()
        if (building.code, unit.number) not in known
    ]
    units = Unit.objects.bulk_create(
        Unit(
            building=buildings[building.code],
            number=unit.number,
            floor=unit.floor,
            layout=layout.code,
            rooms=layout.rooms,
            halls=layout.halls,
            area_dm2=layout.area_dm2,
        )
        for building, unit, layout in fresh
    )
    made = [(unit, layout) for unit, (_building, _unit, layout) in zip(units, fresh, strict=True)]
    Space.objects.bulk_create(
        Space(unit=unit, code=part.code, kind=part.kind, area_dm2=part.area_dm2)
        for unit, layout in made
        for part in layout.lettable
    )
    Item.objects.bulk_create(
        Item(
            unit=unit,
            name=thing.name.zh,
            name_en=thing.name.en,
            quantity=thing.quantity,
            cost_fen=thing.cost_fen,
        )
        for unit, layout in made
        for thing in layout.furnishing
    )
    return len(units)


@transaction.atomic
def close_unit(*, unit: Unit, reason: str, by: User) -> None:
    """Take a flat out of use (停用), or put it back with an empty ``reason``; a tenant stays where he is.

    Raises ``NotPossible`` when it stands so already.
    """
    changed = Unit.objects.filter(pk=unit.pk).exclude(closed_because=reason).update(closed_because=reason)
    if not changed:
        raise NotPossible(_("房屋已经停用。") if reason else _("房屋已经在用。"))
    home = unit.building.estate.home
    action = "housing.unit_closed" if reason else "housing.unit_opened"
    record(action, actor=by, subject=unit, organisation_path=home.path, reason=reason)
