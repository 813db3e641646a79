"""Cards at the desk and at a partner's counter, in a browser without script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from juxian.apps.cards.actions import issue_card, reissue_card
from juxian.apps.cards.models import Card, CardUse
from juxian.web.kit.once import new_key
from tests.apps.cards.scene import DAY, KIND, issued_card
from tests.factories import OrganisationFactory, UserFactory
from tests.web.places import Place


@pytest.fixture
def card(place: Place, settings: Any, tmp_path: Path) -> Card:
    return issued_card(place, settings, tmp_path)


@pytest.mark.parametrize("people", [1, 3])
def test_lists_ask_a_constant_number_of_queries(
    place: Place, card: Card, people: int, django_assert_max_num_queries
) -> None:
    for number in range(people - 1):
        issue_card(person=place.person(f"测试{'乙丙'[number]}"), kind=KIND, day=DAY)
    client = place.client("leader")
    client.get("/desk/cards/")

    with django_assert_max_num_queries(9):
        assert len(client.get("/desk/cards/").context["rows"]) == people
    with django_assert_max_num_queries(12):
        assert client.get(f"/desk/cards/{card.number}/").status_code == 200


def test_the_list_tells_states_apart_and_finds(place: Place, card: Card) -> None:
    again = reissue_card(card=card, day=DAY)
    client = place.client("office")

    def shown(query: str) -> list[str]:
        return [row.card.number for row in client.get(f"/desk/cards/?{query}", follow=True).context["rows"]]

    assert shown("") == [again.number, card.number]
    assert shown("state=valid") == [again.number]
    assert shown("state=replaced") == [card.number]
    assert shown("state=expired") == []
    assert shown(f"q={card.person.number}&state=valid") == [again.number]


def test_an_office_issues_renews_replaces_and_revokes_with_reasons(place: Place, card: Card) -> None:
    person, client = place.person("测试乙"), place.client("office")
    form = {"person": person.number.lower(), "kind": KIND, "level": ""}

    assert (
        "没有这个编号的档案" in client.post("/desk/cards/issue/", form | {"person": "XX1"}).content.decode()
    )
    client.post("/desk/cards/issue/", form)
    made = person.cards.get()
    refused = client.post("/desk/cards/issue/", form)
    assert (refused.status_code, "已有有效的服务卡" in refused.content.decode()) == (422, True)
    assert client.post(f"/desk/cards/{made.number}/renew/", {"reason": "到期"}).status_code == 422
    client.post(f"/desk/cards/{made.number}/reissue/", {"reason": "遗失"})
    again = person.cards.get(state="active")
    assert client.post(f"/desk/cards/{again.number}/revoke/", {}).status_code == 422
    client.post(f"/desk/cards/{again.number}/revoke/", {"reason": "离岗"})
    page = client.get(f"/desk/cards/{again.number}/").content.decode()
    assert "已注销" in page
    assert "离岗" in page
    assert made.number in page
    assert client.get(f"/desk/cards/{card.number}/print/").status_code == 200


def test_a_counter_sees_the_state_and_the_surname_and_records_a_use(place: Place, card: Card) -> None:
    clinic = OrganisationFactory(parent=place.root, pack=place.root.pack, name="体检中心")
    client = place.client()
    client.force_login(
        UserFactory(role="department", organisation=clinic),
        backend="django.contrib.auth.backends.ModelBackend",
    )

    page = client.post("/desk/cards/counter/", {"code": f" {card.code}\n"}).content.decode()
    assert "测**" in page
    assert "测试甲" not in page
    assert card.person.number not in page
    key = new_key()
    for _twice in range(2):
        client.post("/desk/cards/counter/use/", {"code": card.code, "benefit": "check-up", "once": key})
    use = CardUse.objects.get()
    assert (use.partner, use.benefit) == (clinic, "check-up")
    spent = client.post("/desk/cards/counter/use/", {"code": card.code, "benefit": "check-up"})
    assert (spent.status_code, "本年的次数已用完" in spent.content.decode()) == (422, True)
    assert client.get(f"/desk/cards/{card.number}/").status_code == 403


def test_a_forged_code_records_nothing(place: Place, card: Card) -> None:
    client = place.client("department")
    forged = card.code[:-10] + "AAAAAAAAAA"

    page = client.post("/desk/cards/counter/", {"code": forged}).content.decode()
    answer = client.post("/desk/cards/counter/use/", {"code": forged, "benefit": "films"})

    assert "签名不符" in page
    assert answer.status_code == 422
    assert not CardUse.objects.exists()
