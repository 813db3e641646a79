"""Estates and flats for a user, what is free, and the figures of an estate (房源与占用)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.housing.enums import LeaseState
from juxian.apps.housing.models import DrawSpace, Estate, Item, Lease, Offer, Space, Unit
from juxian.apps.housing.rules import READERS
from juxian.core.housing.scheme import Scheme
from juxian.core.packs import pack_called


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Spaces of an estate: all, let, offered, closed, and free (房源占用)."""

    spaces: int
    let: int
    offered: int
    closed: int

    @property
    def free(self) -> int:
        return self.spaces - self.let - self.offered - self.closed


def estates_visible_to(user: User) -> QuerySet[Estate]:
    """Estates whose tenants the user may see."""
    return Estate.objects.under(*user.paths_for(READERS, on=today())).select_related("home")


def units_visible_to(user: User) -> QuerySet[Unit]:
    return Unit.objects.filter(building__estate__in=estates_visible_to(user))


def scheme_of(estate: Estate) -> Scheme:
    """The rules in force for an estate."""
    return pack_called(estate.home.pack).housing.schemes[estate.scheme]


def units_of(estate: Estate) -> list[Unit]:
    """Flats with their spaces; of leases and offers only those that stand, with persons (four queries)."""
    leases = Lease.objects.standing().select_related("person", "spouse")
    offers = Offer.objects.live().select_related("application__person")
    spaces = Space.objects.prefetch_related(Prefetch("leases", leases), Prefetch("offers", offers))
    found = Unit.objects.filter(building__estate=estate).select_related("building")
    return list(
        found.order_by("building__code", "-floor", "number").prefetch_related(Prefetch("spaces", spaces))
    )


def free_spaces(estate: Estate) -> QuerySet[Space]:
    """What can be offered: in use, no tenant, no live offer, not promised by a draw that still gives out."""
    tenants = Lease.objects.standing().filter(space=OuterRef("pk"))
    offers = Offer.objects.live().filter(space=OuterRef("pk"))
    promised = DrawSpace.objects.filter(space=OuterRef("pk"), draw__closed_on=None)
    found = Space.objects.filter(
        unit__building__estate=estate, unit__closed_because="", unit__in_repair=False
    )
    return found.exclude(Exists(tenants) | Exists(offers) | Exists(promised)).select_related("unit__building")


@dataclass(frozen=True, slots=True)
class Place:
    """A space and who lives there: the lease that stands, or the offer that is open (居住情况)."""

    space: Space
    lease: Lease | None
    offer: Offer | None


def who_lives_in(unit: Unit) -> list[Place]:
    """Every space of a flat with its household (three queries)."""
    leases = Lease.objects.standing().select_related("person", "spouse", "estate")
    offers = Offer.objects.live().select_related("application__person", "application__estate")
    spaces = unit.spaces.order_by("code").prefetch_related(
        Prefetch("leases", leases, to_attr="now_let"), Prefetch("offers", offers, to_attr="now_offered")
    )
    return [
        Place(space, next(iter(space.now_let), None), next(iter(space.now_offered), None)) for space in spaces
    ]


def occupancy_of(estate: Estate) -> Occupancy:
    """How many spaces an estate has, and of them let, offered, closed; none counts twice."""
    found = Space.objects.filter(unit__building__estate=estate)
    let = found.filter(Exists(Lease.objects.standing().filter(space=OuterRef("pk"))))
    offered = found.filter(Exists(Offer.objects.live().filter(space=OuterRef("pk")))).exclude(pk__in=let)
    out_of_use = found.exclude(unit__closed_because="", unit__in_repair=False)
    closed = out_of_use.exclude(pk__in=let).exclude(pk__in=offered)
    return Occupancy(found.count(), let.count(), offered.count(), closed.count())


def inventory_of(unit: Unit) -> QuerySet[Item]:
    return unit.items.order_by("id")


def totals_of(estate: Estate) -> dict[str, int]:
    """units, area_dm2 and furnishing_fen of an estate, and sharers: the most tenants of one flat."""
    units = Unit.objects.filter(building__estate=estate)
    area = units.aggregate(units=Count("pk"), area=Sum("area_dm2", default=0))
    furnishing = Item.objects.filter(unit__building__estate=estate).aggregate(
        fen=Sum(F("quantity") * F("cost_fen"), default=0)
    )
    running = Q(spaces__leases__isnull=False) & ~Q(spaces__leases__state=LeaseState.ENDED)
    sharers = units.annotate(tenants=Count("spaces__leases", filter=running)).order_by("-tenants").first()
    return {
        "units": area["units"],
        "area_dm2": area["area"],
        "furnishing_fen": furnishing["fen"],
        "sharers": sharers.tenants if sharers else 0,
    }
