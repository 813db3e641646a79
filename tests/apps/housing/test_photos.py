"""Photographs: pictures alone, without what they tell, in an order, for those whom they concern."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.audit.models import AuditEntry as Entry
from juxian.apps.files.actions import store_file
from juxian.apps.files.models import StoredFile
from juxian.apps.files.queries import bytes_of, path_of
from juxian.apps.housing.actions.letting import end_lease, give_notice, start_lease
from juxian.apps.housing.actions.offering import decline_offer, make_offer
from juxian.apps.housing.actions.picturing import (
    MOST,
    add_photo,
    caption_photo,
    move_photo_up,
    remove_photo,
)
from juxian.apps.housing.models import Estate, Photo, Unit
from juxian.apps.housing.queries.photos import PURPOSE, photo_readable, photos_of, photos_of_flat
from juxian.apps.housing.queries.stock import free_spaces
from juxian.apps.housing.rules import NotPossible
from juxian.core.housing.snapshot import Snapshot
from juxian.core.housing.words import Cause
from tests.apps.housing.conftest import DAY, NewApplication, NewPerson
from tests.attachments import MARK
from tests.factories import UserFactory
from tests.flats import SNAPSHOT, photographed
from tests.web.places import Place


@pytest.fixture
def unit(estate: Estate) -> Unit:
    return free_spaces(estate)[0].unit


def test_only_the_picture_is_kept_of_a_picture(unit: Unit, office: User) -> None:
    photo = photographed(unit, office, DAY)

    kept = bytes_of(photo.file)
    assert kept.startswith(b"\xff\xd8")
    assert MARK not in kept
    assert b"Exif" not in kept


def test_what_is_no_picture_is_refused(unit: Unit, office: User, estate: Estate) -> None:
    upload = SimpleUploadedFile("a.txt", "不是照片".encode())
    file = store_file(upload=upload, home=estate.home, by=office, purpose=PURPOSE)

    with pytest.raises(NotPossible, match="只收照片"):
        add_photo(place=unit, file=file, caption="文本", day=DAY, by=office)
    with pytest.raises(NotPossible, match="照片上是什么"):
        photographed(unit, office, DAY, "  ")


def test_a_place_has_so_many_photographs_and_no_more(unit: Unit, office: User) -> None:
    for number in range(MOST):
        photographed(unit, office, DAY, f"第 {number} 张")

    with pytest.raises(NotPossible, match="最多"):
        photographed(unit, office, DAY)

    assert [photo.position for photo in photos_of(unit)] == list(range(1, MOST + 1))


def test_they_are_put_in_order_captioned_and_removed_on_record(unit: Unit, office: User) -> None:
    first, second = (photographed(unit, office, DAY, words) for words in ("客厅", "厨房"))
    path = path_of(second.file)

    move_photo_up(photo=second, by=office)
    caption_photo(photo=second, caption="新厨房", by=office)
    assert [str(photo) for photo in photos_of(unit)] == ["新厨房", "客厅"]
    with transaction.atomic():
        remove_photo(photo=Photo.objects.get(pk=second.pk), by=office, reason="已翻新")

    assert list(photos_of(unit)) == [first]
    assert StoredFile.objects.get(pk=second.file_id).removed_at is not None
    assert path.name
    told = Entry.objects.filter(action__startswith="housing.photo").order_by("pk")
    assert list(told.values_list("action", flat=True)) == [
        "housing.photo_added",
        "housing.photo_added",
        "housing.photo_moved",
        "housing.photo_captioned",
        "housing.photo_removed",
    ]
    assert told.last().reason == "已翻新"


def test_a_flat_shows_its_inside_then_the_building_then_the_estate(
    unit: Unit, office: User, estate: Estate
) -> None:
    photographed(estate, office, DAY, "小区")
    photographed(unit.building, office, DAY, "楼")
    photographed(unit, office, DAY, "客厅")

    assert [str(photo) for photo in photos_of_flat(unit)] == ["客厅", "楼", "小区"]


def test_the_inside_of_a_flat_is_for_those_whom_it_concerns(
    place: Place, unit: Unit, office: User, new_application: NewApplication, new_person: NewPerson
) -> None:
    inside, outside = photographed(unit, office, DAY), photographed(unit.building, office, DAY, "楼")
    application = new_application()
    applicant = UserFactory(role=Role.PERSON, organisation=place.root, person=application.person)
    stranger = UserFactory(role=Role.PERSON, organisation=place.root, person=new_person("路人"))
    leader = place.user(Role.LEADER)

    def reads(user: Any, photo: Photo) -> bool:
        return photo_readable(photo.file, user) is not None

    assert [reads(user, inside) for user in (None, stranger, applicant, leader, office)] == [
        False, False, False, True, True,
    ]  # fmt: skip
    assert all(reads(user, outside) for user in (None, stranger, applicant))
    space = unit.spaces.get()
    offer = make_offer(application=application, space=space, day=DAY, by=office)
    assert reads(applicant, inside)
    decline_offer(offer=offer, day=DAY, by=applicant)
    assert not reads(applicant, inside)
    lease = start_lease(
        person=application.person,
        spouse=stranger.person,
        space=space,
        estate=application.estate,
        first_day=DAY,
        asked={},
        snapshot=Snapshot(DAY, SNAPSHOT),
        by=office,
    )
    assert [reads(user, inside) for user in (applicant, stranger)] == [True, True]
    give_notice(lease=lease, cause=Cause.OWN_WISH, day=DAY, by=office)
    end_lease(lease=lease, day=DAY, by=office)
    assert not reads(applicant, inside)


def test_the_file_view_shows_the_picture_in_a_page(place: Place, unit: Unit, office: User) -> None:
    photo = photographed(unit.building, office, DAY, "楼")

    answer = place.client().get(reverse("file-preview", args=[photo.file.uuid]))

    assert (answer.status_code, answer["Content-Type"], answer["Content-Disposition"]) == (
        200, "image/jpeg", "inline",
    )  # fmt: skip


def test_the_database_keeps_a_picture_with_one_place_and_words(unit: Unit, office: User) -> None:
    photo = photographed(unit, office, DAY)

    for values in ({"estate": unit.building.estate}, {"unit": None}, {"caption": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Photo.objects.filter(pk=photo.pk).update(**values)
