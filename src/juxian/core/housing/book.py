"""What ``housing.yaml`` of a pack holds once it is read and checked (一地的公寓办法与房源)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from juxian.core.housing.scheme import Scheme
from juxian.core.housing.stock import EstateEntry


@dataclass(frozen=True)
class HousingBook:
    """Schemes by id and estates by code; empty for a place without apartments."""

    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    estates: Mapping[str, EstateEntry] = field(default_factory=dict)

    def scheme_of(self, estate: str) -> Scheme:
        return self.schemes[self.estates[estate].scheme]
