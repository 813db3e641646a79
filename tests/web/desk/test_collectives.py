"""Teams, carriers and mentoring in a browser without script: list, page, forms, as of any day, export."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.collectives.actions import (
    CollectiveDraft,
    add_equipment,
    found_collective,
    join,
    leave,
    pair,
)
from juxian.apps.collectives.models import Collective, Equipment, Pairing, Stay
from tests.factories import EmployerFactory, UserFactory
from tests.web.places import Place

START = date(2020, 1, 1)


def founded(place: Place, name: str = "测试团队", kind: str = "innovation-team", **more: Any) -> Collective:
    draft = CollectiveDraft(kind=kind, name=name, host=place.employer, since=START, **more)
    return found_collective(home=place.root, draft=draft, by=None)


def paired(place: Place, mentor: Any, apprentice: Any, **more: Any) -> Pairing:
    values = {"kind": "apprenticeship", "since": START} | more
    return pair(home=place.root, mentor=mentor, apprentice=apprentice, by=None, **values)


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_a_constant_number_of_queries(
    place: Place, rows: int, django_assert_max_num_queries: Any
) -> None:
    laboratory = founded(place, "测试实验室", "key-laboratory")
    for number in range(rows):
        person, other = place.person(f"测试{'甲乙丙'[number]}"), place.person(f"学员{'甲乙丙'[number]}")
        team = founded(place, f"测试团队{number}", carrier=laboratory)
        join(collective=team, person=person, role="leader", since=START, by=None)
        join(collective=laboratory, person=person, role="core", since=START, by=None)
        add_equipment(
            collective=laboratory, name="设备", pieces=1, worth_fen=1, shared=True, since=START, by=None
        )
        paired(place, person, other)
    client = place.client("leader")
    client.get("/desk/collectives/")

    with django_assert_max_num_queries(10):
        assert len(client.get("/desk/collectives/").context["rows"]) == rows + 1
    with django_assert_max_num_queries(13):
        assert client.get(f"/desk/collectives/{laboratory.pk}/").context["row"].size == rows
    with django_assert_max_num_queries(9):
        assert len(client.get("/desk/collectives/pairings/").context["rows"]) == rows
    own = place.client("employer")
    own.get("/unit/collectives/")
    with django_assert_max_num_queries(12):
        assert len(own.get("/unit/collectives/").context["rows"]) == rows + 1


def test_a_team_is_entered_changed_and_closed(place: Place) -> None:
    client = place.client("office")
    form = {
        "kind": "innovation-team", "name": "钢铁材料团队", "level": "city", "host": place.employer.code,
        "field": "材料", "document": "嘉人才〔2020〕1 号", "since": "2020-01-01",
    }  # fmt: skip

    early = client.post("/desk/collectives/new/", form | {"due": "2019-01-01"})
    made = client.post("/desk/collectives/new/", form)
    team = Collective.objects.get()
    page = client.get(made.headers["Location"]).content.decode()
    unexplained = client.post(f"/desk/collectives/{team.pk}/change/", form | {"level": "province"})
    client.post(f"/desk/collectives/{team.pk}/change/", form | {"level": "province", "reason": "升格"})
    team.refresh_from_db()

    assert (early.status_code, made.status_code, unexplained.status_code) == (422, 303, 422)
    assert "期满日不能早于认定日期" in early.content.decode()
    assert "钢铁材料团队" in page
    assert (team.due, team.level) == (None, "province")  # the change left the day empty
    early = client.post(f"/desk/collectives/{team.pk}/close/", {"day": "2019-12-31", "reason": "期满"})
    client.post(f"/desk/collectives/{team.pk}/close/", {"day": "2022-06-01", "reason": "期满"})
    assert early.status_code == 422
    team.refresh_from_db()
    assert team.until == date(2022, 6, 1)


def test_the_term_of_the_kind_gives_the_last_day(place: Place) -> None:
    form = {
        "kind": "innovation-team", "name": "甲", "host": place.employer.code, "since": "2020-01-01",
    }  # fmt: skip

    place.client("office").post("/desk/collectives/new/", form)

    assert Collective.objects.get().due == date(2022, 12, 31)


def test_members_come_change_and_go(place: Place) -> None:
    team, client = founded(place), place.client("office")
    person, other = place.person(), place.person("测试乙")
    address = f"/desk/collectives/{team.pk}/"
    since = {"since": "2020-01-01"}

    unknown = client.post(f"{address}join/", {"number": "XX1", "role": "core", **since})
    client.post(f"{address}join/", {"number": person.number.lower(), "role": "leader", **since})
    second = client.post(f"{address}join/", {"number": other.number, "role": "leader", **since})
    client.post(f"{address}join/", {"number": other.number, "role": "core", **since})
    lead, core = Stay.objects.get(leads=True), Stay.objects.get(leads=False)
    refused = client.post(f"{address}members/{lead.pk}/", {"role": "leave", "day": "2022-06-01"})
    client.post(f"{address}members/{lead.pk}/", {"role": "leave", "day": "2021-01-01", "reason": "调离"})
    client.post(f"{address}members/{core.pk}/", {"role": "leader", "day": "2021-01-01", "reason": "接任"})

    assert "没有这个编号的档案" in unknown.content.decode()
    assert "负责人同时只能有一人" in second.content.decode()
    assert (unknown.status_code, second.status_code, refused.status_code) == (422, 422, 422)
    assert client.get(address).context["row"].leader == other
    assert client.get(f"{address}?as_of=2020-12-31").context["row"].leader == person
    assert client.get(f"{address}members/{lead.pk}/").status_code == 404  # who has left is not changed again
    assert client.get(f"{address}?as_of=nonsense").status_code == 422


def test_equipment_is_entered_in_yuan_and_taken_out_of_use(place: Place) -> None:
    laboratory, client = founded(place, "测试实验室", "key-laboratory"), place.client("office")
    address = f"/desk/collectives/{laboratory.pk}/equipment/"
    form = {"name": "质谱仪", "pieces": "2", "worth": "1200.50", "since": "2020-01-01", "shared": "on"}

    refused = client.post(address, form | {"pieces": "0"})
    client.post(address, form)
    item = Equipment.objects.get()
    client.post(f"{address}{item.pk}/", {"day": "2022-06-01", "reason": "报废"})

    assert refused.status_code == 422
    assert (item.worth_fen, item.pieces, item.shared) == (120050, 2, True)
    assert Equipment.objects.get().until == date(2022, 6, 1)
    assert client.get(f"{address}{item.pk}/").status_code == 404


def test_the_list_is_narrowed_and_read_as_of_a_day(place: Place) -> None:
    laboratory = founded(place, "甲实验室", "key-laboratory", level="province")
    team = founded(place, "乙团队", due=date(2021, 1, 1))
    Collective.objects.create(
        home=place.root, sort="team", kind="innovation-team", name="丙团队", host=place.employer,
        since=START, until=date(2021, 6, 1),
    )  # fmt: skip
    client = place.client("leader")

    def names(query: str) -> list[str]:
        return [
            row.item.name for row in client.get(f"/desk/collectives/?{query}", follow=True).context["rows"]
        ]

    assert names("") == [team.name, laboratory.name]
    assert names("sort=carrier") == names("level=province") == names("q=实验") == [laboratory.name]
    assert names("state=due") == [team.name]
    assert names("state=ended") == ["丙团队"]
    assert names("as_of=2021-01-01") == ["丙团队", team.name, laboratory.name]
    assert names("sort=nonsense&kind=key-laboratory") == [laboratory.name]
    assert client.get("/desk/collectives/?as_of=31.31.2020").status_code == 422


def test_pages_of_a_long_list_are_turned_by_key(place: Place, monkeypatch: Any) -> None:
    monkeypatch.setattr("juxian.web.desk.collectives.pages.PAGE_SIZE", 2)
    for number in range(3):
        founded(place, f"团队{number}")
    client = place.client("office")

    first = client.get("/desk/collectives/").context
    second = client.get(f"/desk/collectives/?after={first['after']}").context

    assert [row.item.name for row in first["rows"]] == ["团队2", "团队1"]
    assert ([row.item.name for row in second["rows"]], second["after"]) == (["团队0"], "")


def test_a_pair_begins_and_ends_with_an_outcome(place: Place) -> None:
    mentor, apprentice, client = place.person(), place.person("测试乙"), place.client("office")
    form = {
        "kind": "apprenticeship", "mentor": mentor.number, "apprentice": apprentice.number,
        "since": "2020-01-01",
    }  # fmt: skip

    alone = client.post("/desk/collectives/pairings/new/", form | {"apprentice": mentor.number})
    unknown = client.post("/desk/collectives/pairings/new/", form | {"apprentice": "XX1"})
    client.post("/desk/collectives/pairings/new/", form)
    found = Pairing.objects.get()
    end = {"outcome": "completed", "day": "2022-06-01", "reason": "期满"}
    refused = client.post(f"/desk/collectives/pairings/{found.pk}/end/", end | {"outcome": "won"})
    client.post(f"/desk/collectives/pairings/{found.pk}/end/", end)

    assert "不能与自己结对" in alone.content.decode()
    assert (alone.status_code, unknown.status_code, refused.status_code) == (422, 422, 422)
    assert found.due == date(2021, 12, 31)
    assert Pairing.objects.get().outcome == "completed"
    assert not client.get("/desk/collectives/pairings/").context["rows"]
    assert "期满出师" in client.get("/desk/collectives/pairings/?state=ended").content.decode()
    assert client.get(f"/desk/collectives/pairings/{found.pk}/end/").status_code == 404


def test_a_workbook_leaves_with_a_reason(place: Place) -> None:
    team, client = founded(place), place.client("office")
    person, other = place.person(), place.person("测试乙")
    join(collective=team, person=person, role="leader", since=START, by=None)
    paired(place, person, other)

    refused = client.post("/desk/collectives/export/", {})
    teams = client.post("/desk/collectives/export/", {"reason": "年度统计"})
    pairs = client.post("/desk/collectives/export/?of=pairings", {"reason": "年度统计"})

    assert refused.status_code == 422
    book = openpyxl.load_workbook(io.BytesIO(teams.content))
    assert book.sheetnames == ["团队与平台", "成员"]
    assert [cell.value for cell in book["团队与平台"][2]][:6] == [
        "测试团队", "创新团队", "", "测试医院", person.name, "1",
    ]  # fmt: skip
    assert [cell.value for cell in book["成员"][2]][1:4] == [person.number, person.name, "负责人"]
    rows = openpyxl.load_workbook(io.BytesIO(pairs.content))["师徒结对"]
    assert [cell.value for cell in rows[2]][1:5] == [person.number, person.name, other.number, other.name]
    entries = AuditEntry.objects.filter(action="persons.exported").order_by("pk")
    assert [(entry.detail["what"], entry.detail["persons"]) for entry in entries] == [
        ("collectives", 1),
        ("pairings", 2),
    ]


def test_the_pages_of_a_person_tell_where_they_belong(place: Place) -> None:
    person, other = place.person(), place.person("测试乙")
    team, former = founded(place), founded(place, "以前的团队")
    join(collective=team, person=person, role="leader", since=date(2021, 1, 1), by=None)
    stay = join(collective=former, person=person, role="core", since=START, by=None)
    leave(stay=stay, day=date(2021, 1, 1), by=UserFactory(), reason="调离")
    paired(place, person, other)

    now = place.client("office").get(f"/desk/persons/{person.number}/")
    then = place.client("office").get(f"/desk/persons/{person.number}/?as_of=2020-06-01")
    own = place.client("person", person=person).get("/me/").content.decode()

    assert [(row.stay.collective.name, row.standing) for row in now.context["stays"]] == [
        ("测试团队", True),
        ("以前的团队", False),
    ]
    assert [row.stay.collective.name for row in then.context["stays"]] == ["以前的团队"]
    assert "测试团队" in own
    assert f"{person.name} → 测试乙" in own


def test_an_employer_sees_its_own_alone(place: Place) -> None:
    founded(place)
    other = EmployerFactory(parent=place.root, pack=place.root.pack)
    draft = CollectiveDraft(kind="incubator", name="别处的孵化器", host=other, since=START)
    found_collective(home=place.root, draft=draft, by=None)
    person = place.person()
    join(
        collective=Collective.objects.get(name="测试团队"), person=person, role="leader", since=START, by=None
    )

    page = place.client("employer").get("/unit/collectives/").content.decode()

    assert "测试团队" in page
    assert person.name in page
    assert "别处的孵化器" not in page
