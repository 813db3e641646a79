"""Stock, applications and draws, tenancies (房源、轮候与抽签、租住)."""

from juxian.apps.housing.models.draws import Contributor, Draw, DrawEntry, DrawSpace
from juxian.apps.housing.models.repairs import Repair
from juxian.apps.housing.models.stock import Building, Estate, Item, Photo, Space, Unit
from juxian.apps.housing.models.tenancy import Ban, Bill, Inspection, Lease, Offer, Receipt, RentPeriod
from juxian.apps.housing.models.waiting import Application

__all__ = [
    "Application",
    "Ban",
    "Bill",
    "Building",
    "Contributor",
    "Draw",
    "DrawEntry",
    "DrawSpace",
    "Estate",
    "Inspection",
    "Item",
    "Lease",
    "Offer",
    "Photo",
    "Receipt",
    "RentPeriod",
    "Repair",
    "Space",
    "Unit",
]
