"""What a pack holds once it is read and checked (地方包的内容); everything frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from juxian.core.cards.book import CardKind
from juxian.core.facts.schema import Schema
from juxian.core.funds.book import FundsBook
from juxian.core.housing.book import HousingBook
from juxian.core.indicators import Indicator, ReportedFigure, Target
from juxian.core.packs.attrition import AttritionBook
from juxian.core.packs.collectives import CollectiveBook
from juxian.core.packs.pools import PoolEntry
from juxian.core.packs.purposes import Keeping, Leaving, Purpose
from juxian.core.packs.services import ServiceShelf
from juxian.core.policy import Policy
from juxian.core.population import Population
from juxian.core.services import Bundle
from juxian.core.services.likeness import Synonyms
from juxian.core.text import Text

LEVELS = (
    "country", "province", "prefecture_city", "city", "county", "district", "university", "health_system",
)  # fmt: skip
BASES = (
    "sourced",
    "analogue",
    "assumed",
)  # a published text says so · taken from a comparable place · ours


@dataclass(frozen=True, slots=True)
class OrganisationEntry:
    """One unit of the pack's tree (机构); an ``employer_kind`` makes it an employer (用人单位)."""

    code: str
    name: Text
    kind: str
    basis: str
    employer_kind: str = ""
    industry: str = ""
    parent: str = ""
    aliases: tuple[str, ...] = ()
    since: date | None = None
    duties: tuple[str, ...] = ()  # what it does for the place: levels of the scale ``duty``
    attributes: Mapping[str, Any] = field(default_factory=dict)  # level, members… as the pack gives them
    source: str = ""


@dataclass(frozen=True, slots=True)
class Separation:
    """Which duties are of two people (职责分离). record_and_verify: whoever recorded a fact does not verify it."""

    record_and_verify: bool = True


@dataclass(frozen=True)
class Pack:
    """Everything of one place (地方包): vocabulary, organisations, figures, policies, services, demonstration people.

    schema: with the parents' vocabulary merged in. bad_rating: so many stars and less are a bad rating (差评), to which the
    office owes a reply; the parent's where the pack says nothing, 0 where nobody does: then none is bad. as_of: day up to which the published figures reach.
    digest: SHA-256 over the names and bytes of its files and its parent's digest, in hexadecimal.
    """

    code: str
    title: Text
    product: Text
    level: str
    extends: str
    root: str
    number_prefix: str
    division: str
    as_of: date
    contact: Text
    bad_rating: int
    separation: Separation
    schema: Schema
    organisations: tuple[OrganisationEntry, ...]
    indicators: Mapping[str, Indicator]
    figures: tuple[ReportedFigure, ...]
    targets: tuple[Target, ...]
    policies: Mapping[str, Policy]
    population: Population | None
    funds: FundsBook
    housing: HousingBook
    pools: Mapping[str, PoolEntry]
    synonyms: Synonyms
    cards: Mapping[str, CardKind]
    purposes: Mapping[str, Purpose]
    keeping: Mapping[str, Keeping]
    leaving: Leaving | None
    collectives: CollectiveBook
    attrition: AttritionBook
    directory: Path
    services: ServiceShelf
    bundles: Mapping[str, Bundle]
    digest: str

    @cached_property
    def units(self) -> dict[str, str]:
        """Word that a service may use for a unit → code of the organisation: each code, and each duty (职责)."""
        return units_of(self.organisations)

    @cached_property
    def benefits(self) -> dict[str, Text]:
        """Id of each benefit of each version → its title, the newest version's (待遇名称)."""
        versions = [version for policy in self.policies.values() for version in policy.versions]
        return {benefit.id: benefit.title for version in versions for benefit in version.benefits}


def units_of(organisations: tuple[OrganisationEntry, ...]) -> dict[str, str]:
    """Codes and duties of organisations → code; a duty belongs to the first that has it."""
    units = {entry.code: entry.code for entry in organisations}
    for entry in organisations:
        for duty in entry.duties:
            units.setdefault(duty, entry.code)
    return units
