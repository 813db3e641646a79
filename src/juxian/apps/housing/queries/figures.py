"""Figures about the stock of a place, for indicators (公寓指标)."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, F, Q, Sum

from juxian.apps.housing.models import Building, Estate, Item, Unit
from juxian.core.housing.stock import DM2_PER_M2
from juxian.core.indicators.model import Stock
from juxian.core.money import FEN_PER_YUAN


def stock_figure(root_code: str, stock: Stock, day: date) -> int:
    """One figure over the estates of a place that were open on ``day``; areas in whole m², money in whole yuan."""
    opened = Q(opened_on=None) | Q(opened_on__lte=day)
    estates = Estate.objects.filter(opened, home__code=root_code)
    units = Unit.objects.filter(building__estate__in=estates)
    match stock:
        case Stock.BUILDINGS:
            return Building.objects.filter(estate__in=estates).count()
        case Stock.UNITS:
            return units.count()
        case Stock.AREA:
            return int(units.aggregate(found=Sum("area_dm2", default=0))["found"]) // DM2_PER_M2
        case Stock.BUILT_COST:
            return int(estates.aggregate(found=Sum("built_cost_fen", default=0))["found"]) // FEN_PER_YUAN
        case Stock.FURNISHING_COST:
            cost = Sum(F("quantity") * F("cost_fen"), default=0)
            return int(Item.objects.filter(unit__in=units).aggregate(found=cost)["found"]) // FEN_PER_YUAN
        case Stock.SHARERS:
            return max(
                units.annotate(spaces_of=Count("spaces")).values_list("spaces_of", flat=True), default=0
            )
