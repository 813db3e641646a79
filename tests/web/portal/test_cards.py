"""The own card, the public check and the public keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from juxian.apps.cards.actions import make_key, record_use, reissue_card, revoke_card
from juxian.apps.cards.models import Card, CardKey
from tests.apps.cards.scene import DAY, issued_card
from tests.web.places import Place

CHECK = "/p/jiayuguan/cards/check/"


@pytest.fixture
def card(place: Place, settings: Any, tmp_path: Path) -> Card:
    return issued_card(place, settings, tmp_path)


def test_a_holder_sees_code_benefits_and_what_is_left(place: Place, card: Card) -> None:
    record_use(card=card, benefit="films", partner=place.employer, key="a", day=DAY)
    client = place.client("person", person=card.person)

    page = client.get("/me/card/").content.decode()

    assert card.number in page
    assert 'class="qr"' in page
    assert "2027-05-31" in page
    assert "本年还可用 11 次，共 12 次" in page
    assert "不限次" in page


def test_an_earlier_card_is_listed_without_its_code(place: Place, card: Card) -> None:
    again = reissue_card(card=card, day=DAY)
    context = place.client("person", person=card.person).get("/me/card/").context

    assert [row.card for row, _picture, _benefits in context["shown"]] == [again]
    assert [row.card for row in context["past"]] == [card]


def test_without_a_card_the_way_to_one_is_shown(place: Place) -> None:
    page = place.client("person", person=place.person()).get("/me/card/").content.decode()

    assert "/apply/talent-card/" in page


def test_anybody_checks_a_code_without_script(place: Place, card: Card) -> None:
    client = place.client()

    assert "有效" in client.post(CHECK, {"code": card.code}).content.decode()
    revoke_card(card=card, day=DAY, reason="离岗")
    page = client.post(CHECK, {"code": card.code}).content.decode()
    assert "已注销" in page
    assert "离岗" not in page
    assert "测试甲" not in page


def test_the_script_is_told_the_state_alone(place: Place, card: Card) -> None:
    answer = place.client().post(CHECK, {"code": card.code}, headers={"Accept": "application/json"})

    assert answer.json() == {"standing": "valid", "words": "有效", "number": card.number}


def test_the_page_brings_the_keys_and_may_use_the_camera(place: Place, card: Card) -> None:
    answer = place.client().get(CHECK)

    assert CardKey.objects.get().public in answer.content.decode()
    assert "camera=(self)" in answer["Permissions-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_keys_are_published_the_retired_one_too(place: Place, card: Card) -> None:
    make_key(day=DAY)
    client = place.client()

    keys = client.get("/p/jiayuguan/cards/keys.json").json()["keys"]

    assert [one["kid"] for one in keys] == list(CardKey.objects.values_list("kid", flat=True))
    assert {one["crv"] for one in keys} == {"Ed25519"}
    assert all(one["kid"] in client.get("/p/jiayuguan/cards/keys/").content.decode() for one in keys)


def test_the_worker_belongs_to_its_folder(place: Place) -> None:
    answer = place.client().get(f"{CHECK}worker.js")

    assert answer["Content-Type"].startswith("text/javascript")
    assert place.client().get("/p/nowhere/cards/check/").status_code == 404
