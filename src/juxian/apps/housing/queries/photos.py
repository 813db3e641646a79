"""Photographs as they are shown, and who may see them (照片)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.files.models import StoredFile
from juxian.apps.files.registry import Readable
from juxian.apps.housing.models import Building, Estate, Lease, Offer, Photo, Unit
from juxian.apps.housing.queries.stock import estates_visible_to
from juxian.apps.housing.rules import may_read

PURPOSE = "housing_photo"


def photos_visible_to(user: User) -> QuerySet[Photo]:
    """Photographs that the user may see at the desk."""
    estates = estates_visible_to(user)
    own = Q(estate__in=estates) | Q(building__estate__in=estates) | Q(unit__building__estate__in=estates)
    return Photo.objects.filter(own).select_related(
        "file", "estate__home", "building__estate__home", "unit__building__estate__home"
    )


def photos_of(place: Estate | Building | Unit) -> QuerySet[Photo]:
    """Photographs of a place that can be shown, in their order."""
    shown = StoredFile.objects.readable()
    return place.photos.filter(file__in=shown).select_related("file")


def photos_of_flat(unit: Unit) -> list[Photo]:
    """What a flat looks like, inside first, then its building, then the estate (one query)."""
    building = unit.building
    wanted = Q(unit=unit) | Q(building=building) | Q(estate=building.estate_id)
    found = Photo.objects.filter(wanted, file__in=StoredFile.objects.readable()).select_related("file")
    return sorted(found, key=lambda one: (one.unit_id is None, one.building_id is None, one.position, one.pk))


def photo_readable(file: StoredFile, user: Any) -> Readable | None:
    """Everybody sees estates and buildings. A flat from inside: the office and leaders of the place, whoever it is offered
    to, and whoever lives there.
    """
    photo = Photo.objects.filter(file=file).select_related("unit__building__estate__home").first()
    if photo is None:
        return None
    if photo.unit is None:
        return Readable(recorded=False)
    if not isinstance(user, User):
        return None
    if may_read(user, photo.unit.building.estate.home) or _concerns(photo.unit, user):
        return Readable(recorded=False)
    return None


def _concerns(unit: Unit, user: User) -> bool:
    """The flat is offered to the person of the user, or they live there."""
    if user.person is None:
        return False
    offered = Offer.objects.live().filter(space__unit=unit, application__person=user.person)
    return offered.exists() or Lease.objects.standing().of(user.person).filter(space__unit=unit).exists()
