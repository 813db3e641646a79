"""The guides of services: made from the definitions, for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest
from django.urls import reverse
from django.utils import translation

from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.packs.files import packs_in
from juxian.web.kit.services import guide

HAN = re.compile("[\u4e00-\u9fff]")
PLACES = [path for path in packs_in(find_packs_dir()) if path.name not in ("base", "gallery")]


def of(place, service: str) -> str:
    return reverse("portal:service", args=[place.pack.code, service])


def test_the_catalogue_names_every_service_and_bundle_of_the_place(place):
    page = place.client().get(reverse("portal:services", args=[place.pack.code]))

    shown = page.content.decode()
    assert [service.id for service in place.pack.services.values() if service.title.zh not in shown] == []
    assert [bundle.id for bundle in place.pack.bundles.values() if bundle.title.zh not in shown] == []


def test_the_catalogue_is_searched_and_narrowed_to_an_audience(place):
    address = reverse("portal:services", args=[place.pack.code])

    found = place.client().get(address, {"q": "落户"}).context["topics"]
    public = place.client().get(address, {"for": "public"}).context["topics"]

    assert [row.id for _title, _icon, rows in found for row in rows] == ["hukou"]
    assert {row.id for _title, _icon, rows in public for row in rows} == {
        "complaint", "job-seeking", "objection", "policy-question",
    }  # fmt: skip
    assert place.client().get(address, {"q": "no such thing"}).status_code == 200


def test_a_guide_tells_who_decides_and_how_long_it_takes(place):
    page = place.client().get(of(place, "hukou")).content.decode()

    assert "嘉峪关市委人才工作领导小组办公室" in page  # has the duty of the police there
    assert "5 个工作日" in page
    assert "本地户籍为否" in page
    assert "户主同意书" in page


def test_a_guide_is_there_in_english(place):
    client = place.client()
    client.cookies["django_language"] = "en"

    page = client.get(of(place, "hukou")).content.decode()

    assert "5 working days" in page
    assert "Consent of the head of household" in page


@pytest.mark.parametrize("service", ["no-such-service", "purchase-claim"])
def test_what_is_not_offered_has_no_guide(place, service):
    assert place.client().get(of(place, service)).status_code == 404


@pytest.mark.parametrize("path", PLACES, ids=lambda path: path.name)
def test_every_guide_of_every_place_can_be_written(path):
    pack = load_pack(path)

    for service in pack.services.values():
        for language in ("zh", "en"):
            found = guide(service, pack, language)
            assert found.steps[0].kind == "apply"
            assert all(post.who for step in found.steps for post in step.posts)


@pytest.mark.parametrize("path", PLACES, ids=lambda path: path.name)
def test_an_english_guide_holds_no_chinese(path):
    pack = load_pack(path)

    with translation.override("en"):
        words = {
            service.id: [word for word in words_of(guide(service, pack, "en")) if HAN.search(word)]
            for service in pack.services.values()
            if service.audience
        }

    assert {service: found for service, found in words.items() if found} == {}


def words_of(part: object) -> Iterator[str]:
    """Every text of a guide."""
    if is_dataclass(part):
        for item in fields(part):
            yield from words_of(getattr(part, item.name))
    elif isinstance(part, tuple | list):
        for item in part:
            yield from words_of(item)
    elif part is not None:
        yield str(part)


def test_steps_stand_in_the_order_of_work(place):
    found = guide(place.pack.services["talent-classification"], place.pack, "zh")

    assert [step.title for step in found.steps] == [
        "填写申请", "单位公示推荐", "人社部门核验原件", "人才办决定", "联席会议认定", "公示", "异议核查",
    ]  # fmt: skip
