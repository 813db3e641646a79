"""Photographs of estates, buildings and flats (照片): kept, put in order, removed."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.files.actions import remove_file
from juxian.apps.files.models import StoredFile
from juxian.apps.housing.models import Building, Estate, Photo, Unit
from juxian.apps.housing.models.stock import estate_of
from juxian.apps.housing.rules import NotPossible

MOST = 12  # of one estate, building or flat


@transaction.atomic
def add_photo(
    *, place: Estate | Building | Unit, file: StoredFile, caption: str, day: date, by: User
) -> Photo:
    """Show a kept picture last; raises ``NotPossible``: no picture, no caption, or as many as may be."""
    if not file.is_image:
        raise NotPossible(_("只收照片（jpg、png、webp、bmp）。"))
    if not caption.strip():
        raise NotPossible(_("请写明照片上是什么。"))
    kind = type(place)
    kind._default_manager.select_for_update().get(
        pk=place.pk
    )  # two who add at once count one after the other
    shown = place.photos.all()
    if shown.count() >= MOST:
        raise NotPossible(_("最多 %(most)s 张照片，请先删除不用的。") % {"most": MOST})
    last = shown.aggregate(found=Max("position"))["found"] or 0
    made = Photo.objects.create(
        **{kind._meta.model_name or "": place},
        file=file,
        caption=caption.strip(),
        position=last + 1,
        taken_on=day,
    )
    _record("housing.photo_added", made, by)
    return made


@transaction.atomic
def caption_photo(*, photo: Photo, caption: str, by: User) -> None:
    """Say in other words what is to be seen; raises ``NotPossible`` without words."""
    if not caption.strip():
        raise NotPossible(_("请写明照片上是什么。"))
    Photo.objects.filter(pk=photo.pk).update(caption=caption.strip())
    photo.caption = caption.strip()
    _record("housing.photo_captioned", photo, by)


@transaction.atomic
def move_photo_up(*, photo: Photo, by: User) -> None:
    """Show it one place earlier; the first stays where it is."""
    place = photo.place
    type(place)._default_manager.select_for_update().get(pk=place.pk)
    shown = list(place.photos.all())
    at = next((number for number, one in enumerate(shown) if one.pk == photo.pk), 0)
    if at == 0:
        return
    shown[at - 1], shown[at] = shown[at], shown[at - 1]
    for number, one in enumerate(shown, start=1):
        one.position = number
    Photo.objects.bulk_update(shown, ["position"])
    _record("housing.photo_moved", photo, by)


@transaction.atomic
def remove_photo(*, photo: Photo, by: User, reason: str) -> None:
    """Take it away: its bytes are deleted, that it was there stays on record."""
    _record("housing.photo_removed", photo, by, reason)
    file = photo.file
    photo.delete()
    remove_file(file=file, by=by, reason=reason)


def _record(action: str, photo: Photo, by: User, reason: str = "") -> None:
    detail = {"place": str(photo.place), "caption": photo.caption, "sha256": photo.file.sha256}
    home = estate_of(photo.place).home
    record(action, actor=by, subject=photo, organisation_path=home.path, detail=detail, reason=reason)
