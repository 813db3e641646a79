"""``housing.yaml``: schemes and estates of talent apartments (公寓办法与房源).

K841 unknown scheme, layout or unit of the tree · K844 parts that exclude each other · K845 unit twice in a building.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from juxian.core.facts.schema import Schema
from juxian.core.housing.book import HousingBook
from juxian.core.housing.stock import (
    BuildingEntry,
    EstateEntry,
    Furnishing,
    Layout,
    SpaceEntry,
    UnitEntry,
    generated,
)
from juxian.core.housing.words import SpaceKind
from juxian.core.packs.housing_values import amount_fen, area_dm2, bounds, read_all, require_known
from juxian.core.packs.reading import Part, unique
from juxian.core.packs.schema import BASES
from juxian.core.packs.schemes import SchemeReader

_SPACE_CODE = re.compile(r"[A-Za-z0-9]{1,8}")
_MOST_FLOORS = 100  # and doors of a floor


def read_housing(whole: Part, schema: Schema, organisations: Collection[str]) -> HousingBook:
    """Everything of the file; what is wrong goes to the problems of ``whole``."""
    if not whole.keys(("schemes",), ("estates",)):
        return HousingBook()
    reader = SchemeReader(schema)
    schemes = unique(read_all(whole.get("schemes").items(), reader.scheme), lambda one: one.id)
    parts = read_all(whole.get("estates").items(), lambda part: _estate(part, schemes, organisations))
    return HousingBook(schemes, unique(parts, lambda one: one.code))


def _estate(part: Part, schemes: Collection[str], organisations: Collection[str]) -> EstateEntry | None:
    required = ("code", "name", "scheme", "basis", "source", "layouts", "buildings")
    optional = ("address", "note", "operator", "market_rent", "built_cost", "opened_on")
    if not part.keys(required, optional):
        return None
    layouts = unique(read_all(part.get("layouts").items(), _layout), lambda one: one.code)
    require_known(part.get("scheme"), schemes, "办法", "scheme")
    if part.get("operator").present:
        require_known(part.get("operator"), organisations, "机构", "organisation")
    buildings = read_all(
        part.get("buildings").items(), lambda entry: _building(entry, layouts, organisations)
    )
    return EstateEntry(
        code=part.get("code").code(),
        name=part.get("name").title(),
        scheme=part.get("scheme").text(),
        basis=part.get("basis").one_of(BASES),
        source=part.get("source").text(),
        buildings=tuple(unique(buildings, lambda one: one.code).values()),
        layouts=layouts,
        address=part.get("address").title(),
        note=part.get("note").title(),
        operator=part.get("operator").text(),
        market_fen=amount_fen(part.get("market_rent")),
        built_cost_fen=amount_fen(part.get("built_cost")),
        opened_on=part.get("opened_on").day(),
    )


def _building(part: Part, layouts: Collection[str], organisations: Collection[str]) -> BuildingEntry | None:
    if not part.keys(("code", "name", "units"), ("organisation", "basis", "source")):
        return None
    if part.get("organisation").present:
        require_known(part.get("organisation"), organisations, "机构", "organisation")
    units: dict[str, UnitEntry] = {}
    for entry in part.get("units").items():
        for unit in _units(entry, layouts):
            if unit.number in units:
                zh, en = f"门牌 {unit.number} 重复", f"the number {unit.number} stands twice"
                entry.refuse("K845", zh, en)
            units[unit.number] = unit
    return BuildingEntry(
        part.get("code").code(),
        part.get("name").title(),
        tuple(units.values()),
        part.get("organisation").text(),
        part.get("basis").one_of(BASES, "assumed"),
        part.get("source").text(),
    )


def _layout(part: Part) -> Layout | None:
    if not part.keys(("code", "title", "rooms", "area_m2"), ("halls", "spaces", "furnishing")):
        return None
    return Layout(
        code=part.get("code").code(),
        title=part.get("title").title(),
        rooms=part.get("rooms").integer(0, 20) or 0,
        halls=part.get("halls").integer(0, 20) or 0,
        area_dm2=area_dm2(part.get("area_m2")) or 0,
        spaces=tuple(unique(read_all(part.get("spaces").items(), _space), lambda one: one.code).values()),
        furnishing=tuple(one for _, one in read_all(part.get("furnishing").items(), _furnishing)),
    )


def _space(part: Part) -> SpaceEntry | None:
    if not part.keys(("code", "kind", "area_m2")):
        return None
    kinds = [kind for kind in SpaceKind if kind is not SpaceKind.WHOLE]
    kind = SpaceKind(part.get("kind").one_of(kinds, SpaceKind.ROOM))
    code = part.get("code").matching(_SPACE_CODE, "字母或数字", "letters or digits")
    return SpaceEntry(code, kind, area_dm2(part.get("area_m2")) or 0)


def _furnishing(part: Part) -> Furnishing | None:
    if not part.keys(("name",), ("quantity", "cost")):
        return None
    quantity = part.get("quantity").integer(1, 999) or 1
    return Furnishing(part.get("name").title(), quantity, amount_fen(part.get("cost")) or 0)


def _units(part: Part, layouts: Collection[str]) -> list[UnitEntry]:
    """One line of ``units``: a grid of floors and doors, or one flat."""
    if not part.keys(("layout",), ("floors", "doors", "number", "floor")):
        return []
    require_known(part.get("layout"), layouts, "户型", "layout")
    layout = part.get("layout").text()
    if part.get("number").present:
        return [UnitEntry(part.get("number").text(), part.get("floor").integer(-5, 200) or 1, layout)]
    floors, doors = bounds(part.get("floors")), bounds(part.get("doors"))
    if floors[1] is None or doors[1] is None or max(floors[1], doors[1]) > _MOST_FLOORS:
        zh = f"应写 floors 与 doors（如 1..12，至多 {_MOST_FLOORS}），或 number"
        part.refuse("K844", zh, f"write floors and doors such as 1..12 (at most {_MOST_FLOORS}), or number")
        return []
    return generated(range(floors[0], floors[1] + 1), range(doors[0], doors[1] + 1), layout)
