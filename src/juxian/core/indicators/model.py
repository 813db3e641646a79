"""Indicators, published figures and targets as a pack writes them (指标、公布数、目标)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from juxian.core.indicators.relations import Relation
from juxian.core.policy import Expression
from juxian.core.text import Text

# modules that will compute a figure which no indicator can compute yet
PENDING_MODULES = (
    "housing", "recruitment", "services", "care", "funds",
    "reviews", "assessment", "documents", "challenges", "events",
)  # fmt: skip


class Measure(StrEnum):
    """What an indicator does with the records; the closed list."""

    PERSONS = "persons"  # those whose profile matches ``where``
    FACTS = "facts"  # standing facts of ``kind``, or the persons who have one, or a sum over them
    ORGANISATIONS = "organisations"  # of the pack's tree
    RATIO = "ratio"  # ``of`` to ``to``, in per cent
    HOUSING = "housing"  # ``stock`` of the talent apartments


class Stock(StrEnum):
    """What an indicator of apartments counts or adds up (公寓房源)."""

    BUILDINGS = "buildings"
    UNITS = "units"
    AREA = "area_m2"
    BUILT_COST = "built_cost"
    FURNISHING_COST = "furnishing_cost"
    SHARERS = "sharers"  # how many a shared flat is let to at most


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure that is computed from records (指标); ``definition`` is its 口径.

    where: a condition of the rule language (``core.policy``), None for all. sum: a money field is added up in
    whole yuan. of, to: ids of the two indicators of a ratio.
    """

    id: str
    title: Text
    definition: Text
    unit: str
    measure: Measure
    kind: str = ""
    where: Expression | None = None
    where_text: str = ""
    distinct: bool = False
    sum: str = ""
    dashboard: bool = False
    of: str = ""
    to: str = ""
    source: str = ""
    stock: str = ""


@dataclass(frozen=True, slots=True)
class ReportedFigure:
    """What the organisation has published (公布数): ``value`` in ``unit``, money in whole yuan.

    as_of: the day up to which it holds; 31 December where only a ``year`` was published. Exactly one of
    ``indicator`` (id) and ``pending`` (name of the module that will compute it) is set.
    """

    id: str
    title: Text
    value: int
    unit: str
    relation: Relation
    as_of: date
    source: str
    indicator: str = ""
    pending: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at by the end of a year (目标); ``owner`` is the code of the organisation that answers for it."""

    id: str
    title: Text
    value: int
    unit: str
    relation: Relation
    as_of: date
    year: int
    owner: str
    source: str
    indicator: str = ""
    pending: str = ""
