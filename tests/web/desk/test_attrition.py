"""The list of warnings, one with its facts, what was done, and the figure of the stock-take."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from juxian.apps.attrition.models import AttritionWarning
from juxian.apps.persons.actions import FactDraft
from tests.web.places import Place


def employed(place: Place, name: str = "测试甲") -> Any:
    value = {"employer": place.employer.code, "position": "主治医师", "contract_months": 36}
    return place.person(name, facts=[FactDraft("employment", value, date(2019, 9, 1), evidence="聘用合同")])


@pytest.mark.parametrize("people", [1, 3])
def test_pages_ask_a_constant_number_of_queries(
    place: Place, people: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(people):
        employed(place, f"测试{'甲乙丙'[number]}")
    client = place.client("office")
    client.post("/desk/attrition/look/", {})

    with django_assert_max_num_queries(14):  # PostgreSQL sets how long the note in the session waits
        assert len(client.get("/desk/attrition/").context["rows"]) == people
    item = AttritionWarning.objects.order_by("pk")[0]
    client.get(f"/desk/attrition/{item.pk}/")
    with django_assert_max_num_queries(14):
        assert client.get(f"/desk/attrition/{item.pk}/").status_code == 200


def test_the_figure_opens_to_its_people_and_they_show_their_facts(place: Place) -> None:
    person, client = employed(place), place.client("office")

    told = client.post("/desk/attrition/look/", {}, follow=True).content.decode()
    figure = client.get("/desk/stocktake/").context["warned"]
    rows = client.get(figure[0][2]).context["rows"]
    page = client.get(f"/desk/attrition/{rows[0].item.pk}/").content.decode()

    assert "新预警 1 条，解除 0 条" in told
    assert [(title, number) for title, number, _href in figure] == [("合同将到期", 1)]
    assert [row.item.person for row in rows] == [person]
    assert "主治医师" in page
    assert "聘用合同" in page
    assert client.get("/desk/stocktake/?day=2021-01-01").context.get("warned", []) == []


def test_the_office_notes_what_was_done_and_the_leader_reads_it(place: Place) -> None:
    employed(place)
    office, leader = place.client("office"), place.client("leader")
    office.post("/desk/attrition/look/", {})
    item = AttritionWarning.objects.get()
    address = f"/desk/attrition/{item.pk}/"

    refused = office.post(address, {"words": "", "state": "followed"})
    wrong = office.post(address, {"words": "已谈话", "state": "open"})
    office.post(address, {"words": "已谈话", "state": "followed"})

    assert (refused.status_code, wrong.status_code) == (422, 422)
    assert "已谈话" in leader.get(address).content.decode()
    assert leader.post(address, {"words": "改", "state": "settled"}).status_code == 403
    assert len(office.get("/desk/attrition/?state=followed").context["rows"]) == 1
    assert not office.get("/desk/attrition/?state=settled").context["rows"]
    assert not office.get("/desk/attrition/?signal=gone-abroad").context["rows"]
