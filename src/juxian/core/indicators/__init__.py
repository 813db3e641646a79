"""Figures: what is counted, what was published, what is aimed at (指标、公布数、目标)."""

from juxian.core.indicators.model import (
    PENDING_MODULES,
    Indicator,
    Measure,
    ReportedFigure,
    Target,
)
from juxian.core.indicators.relations import Relation, holds
from juxian.core.indicators.units import UNITS, show_figure

__all__ = [
    "PENDING_MODULES",
    "UNITS",
    "Indicator",
    "Measure",
    "Relation",
    "ReportedFigure",
    "Target",
    "holds",
    "show_figure",
]
