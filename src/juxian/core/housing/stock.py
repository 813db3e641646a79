"""Estates, buildings, flats and what is let as one thing (房源)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from juxian.core.housing.words import SpaceKind
from juxian.core.text import Text

DM2_PER_M2 = 100


@dataclass(frozen=True, slots=True)
class Furnishing:
    """A thing that stands in every flat of a layout (生活设施); cost of one piece in fen."""

    name: Text
    quantity: int
    cost_fen: int = 0


@dataclass(frozen=True, slots=True)
class SpaceEntry:
    """A part of a shared flat that is let by itself (单间、床位). ``area_dm2``: its share, used for the rent."""

    code: str
    kind: SpaceKind
    area_dm2: int


@dataclass(frozen=True)
class Layout:
    """A type of flat (户型). spaces: empty when the flat is let whole."""

    code: str
    title: Text
    rooms: int
    halls: int
    area_dm2: int
    spaces: tuple[SpaceEntry, ...] = ()
    furnishing: tuple[Furnishing, ...] = ()

    @property
    def lettable(self) -> tuple[SpaceEntry, ...]:
        """What is let: the parts, or the whole flat."""
        return self.spaces or (SpaceEntry("", SpaceKind.WHOLE, self.area_dm2),)

    @property
    def furnishing_fen(self) -> int:
        return sum(item.quantity * item.cost_fen for item in self.furnishing)


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """One flat (房源): its door number, unique in the building."""

    number: str
    floor: int
    layout: str


@dataclass(frozen=True)
class BuildingEntry:
    code: str
    name: Text
    units: tuple[UnitEntry, ...]
    organisation: str = ""  # where the pack's tree has the building as well
    basis: str = "assumed"
    source: str = ""


@dataclass(frozen=True)
class EstateEntry:
    """A group of buildings under one scheme (公寓项目). Amounts in fen; market rent per m² and month, None: unknown."""

    code: str
    name: Text
    scheme: str
    basis: str
    source: str
    buildings: tuple[BuildingEntry, ...]
    layouts: dict[str, Layout] = field(default_factory=dict)
    address: Text = field(default_factory=lambda: Text(""))
    note: Text = field(default_factory=lambda: Text(""))
    operator: str = ""
    market_fen: int | None = None
    built_cost_fen: int | None = None
    opened_on: date | None = None

    def units(self) -> Iterator[tuple[BuildingEntry, UnitEntry, Layout]]:
        for building in self.buildings:
            for unit in building.units:
                yield building, unit, self.layouts[unit.layout]


def generated(floors: Iterable[int], doors: Iterable[int], layout: str) -> list[UnitEntry]:
    """Flats of a regular building: door 3 on floor 12 is number 1203."""
    numbers = list(doors)
    return [UnitEntry(f"{floor:02}{door:02}", floor, layout) for floor in floors for door in numbers]
