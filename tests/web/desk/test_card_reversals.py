"""A use of a card that was recorded by mistake is taken back: by its counter on the day, by the office at any time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.cards.actions import record_use
from juxian.apps.cards.models import Card, CardUse, UseReversal
from juxian.apps.cards.queries import benefits_left
from tests.apps.cards.scene import DAY, issued_card
from tests.factories import OrganisationFactory, UserFactory
from tests.web.desk.test_cases import posted, signed_in
from tests.web.places import Place

CHECK_UP = "check-up"  # once a year


@pytest.fixture
def card(place: Place, settings: Any, tmp_path: Path) -> Card:
    return issued_card(place, settings, tmp_path)


def used(card: Card, place: Place, key: str = "a", benefit: str = CHECK_UP) -> CardUse:
    return record_use(card=card, benefit=benefit, partner=place.root, key=key, day=DAY)


def left(card: Card) -> int | None:
    return next(item.left for item in benefits_left(card, DAY) if item.benefit.id == CHECK_UP)


def address(use: CardUse) -> str:
    return reverse("desk:card-use-back", args=[use.pk])


def test_what_was_taken_back_does_not_count_and_stays_on_record(place: Place, card: Card) -> None:
    use, client = used(card, place), place.client("department")
    assert left(card) == 0
    assert address(use) in client.get(reverse("desk:card-counter")).content.decode()
    page = client.get(address(use)).content.decode()

    answers = [posted(client, page, address(use), reason="扫错了卡") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert (left(card), CardUse.objects.count(), UseReversal.objects.get().reason) == (1, 1, "扫错了卡")
    assert AuditEntry.objects.get(action="cards.use_taken_back").reason == "扫错了卡"
    shown = place.client("office").get(reverse("desk:card", args=[card.number])).content.decode()
    assert "扫错了卡" in shown
    used(card, place, "b")
    assert left(card) == 0


def test_wrong_input_and_a_second_time_are_told(place: Place, card: Card) -> None:
    use, client = used(card, place), place.client("office")

    assert client.post(address(use), {"reason": ""}).status_code == 422
    assert client.post(address(use), {"reason": "误登"}).status_code == 303
    again = client.post(address(use), {"reason": "再次"})

    assert again.status_code == 422
    assert "已经撤回" in again.content.decode()


def test_the_next_day_only_the_office_may(place: Place, card: Card, settings: Any) -> None:
    use = used(card, place)
    settings.JUXIAN_TODAY = DAY + timedelta(days=1)

    refused = place.client("department").post(address(use), {"reason": "误登"})
    assert refused.status_code == 403
    assert "当天" in refused.content.decode()
    assert place.client("office").post(address(use), {"reason": "误登"}).status_code == 303


def test_the_counter_of_another_unit_finds_nothing(place: Place, card: Card) -> None:
    other = OrganisationFactory(code="jyg-museum", parent=place.root, kind="department")
    clerk = UserFactory(role="department", organisation=other)

    assert signed_in(clerk).get(address(used(card, place))).status_code == 404
    assert place.client("leader").get(address(CardUse.objects.get())).status_code == 403


@pytest.mark.parametrize(
    "statement", ["UPDATE cards_usereversal SET reason = 'x'", "DELETE FROM cards_usereversal"]
)
def test_the_database_keeps_what_was_taken_back(place: Place, card: Card, statement: str) -> None:
    place.client("office").post(address(used(card, place)), {"reason": "误登"})

    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_counter_asks_the_same_number_of_queries_for_one_and_three(place: Place, card: Card) -> None:
    client = place.client("office")

    def queries() -> list[int]:
        numbers = []
        for where in (reverse("desk:card-counter"), reverse("desk:card", args=[card.number])):
            client.get(where)
            with CaptureQueriesContext(connection) as found:
                client.get(where)
            numbers.append(len(found))
        return numbers

    used(card, place, "a", "films")
    first = queries()
    for key in "bc":
        client.post(address(used(card, place, key, "films")), {"reason": "误登"})

    assert queries() == first


def test_the_page_is_english_for_who_reads_english(place: Place, card: Card) -> None:
    client = place.client("office")
    client.post("/language/", {"language": "en", "next": "/desk/"})

    assert "Take back a use" in client.get(address(used(card, place))).content.decode()
