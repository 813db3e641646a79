"""Talent apartments of a place for everybody: what there is, what it looks like, under which rule (公寓项目公开页)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from juxian.apps.files.models import StoredFile
from juxian.apps.housing.models import Estate, Photo
from juxian.apps.housing.queries.stock import scheme_of
from juxian.core.housing.scheme import Scheme
from juxian.core.housing.stock import DM2_PER_M2
from juxian.web.kit import formats
from juxian.web.kit.access import public
from juxian.web.kit.phrases import BASIS
from juxian.web.kit.scope import current_scope
from juxian.web.portal.places import place_or_404


@dataclass(frozen=True, slots=True)
class Shown:
    """An estate as it is published; nobody who lives there, nothing of single flats."""

    estate: Estate
    scheme: Scheme
    basis: object
    buildings: int
    units: int
    area: str
    photos: list[Photo]


@public
@require_safe
def flats_here(request: HttpRequest) -> HttpResponse:
    """The apartments of the place that the visitor looks at."""
    return redirect("portal:flats", pack=current_scope(request).pack.code)


@public
@require_safe
def flats(request: HttpRequest, pack: str) -> HttpResponse:
    place = place_or_404(pack)
    context = {"pack": place, "estates": [_shown(one) for one in _estates(place.root)]}
    return render(request, "portal/housing/flats.html", context)


def _estates(root: str) -> QuerySet[Estate]:
    counted = Estate.objects.filter(home__code=root).select_related("home")
    return counted.annotate(
        buildings_of=Count("buildings", distinct=True),
        units_of=Count("buildings__units", distinct=True),
        area_of=Sum("buildings__units__area_dm2", default=0),
    )


def _shown(estate: Estate) -> Shown:
    photos = Photo.objects.filter(
        Q(estate=estate) | Q(building__estate=estate), file__in=StoredFile.objects.readable()
    )
    scheme = scheme_of(estate)
    return Shown(
        estate=estate,
        scheme=scheme,
        basis=BASIS[estate.basis],
        buildings=estate.buildings_of,  # type: ignore[attr-defined]  # annotated
        units=estate.units_of,  # type: ignore[attr-defined]  # annotated
        area=formats.decimal(estate.area_of, DM2_PER_M2, 0),  # type: ignore[attr-defined]  # annotated
        photos=list(photos.select_related("file").order_by("building_id", "position", "pk")),
    )
