"""A roster of teams: members found as everywhere, teams made once, nothing lost, undone whole."""

import io
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juxian.apps.audit.models import AuditEntry
from juxian.apps.collectives.models import Collective, Stay
from juxian.apps.imports.enums import RowReason, RowState
from juxian.apps.imports.models import Batch
from juxian.apps.persons.models import Fact, Person
from tests import rosters
from tests.browser import Browser
from tests.rosters import resident_id
from tests.web.places import Place

HEADS = ["团队名称", "类别", "级别", "依托单位", "认定日期", "姓名", "身份证号码", "角色", "加入日期"]
FIRST, SECOND, THIRD = (resident_id(sequence=number) for number in (1, 2, 3))
TEAM = ["矿山安全团队", "创新团队", "市级", "测试医院", "2020-05-01"]


@pytest.fixture(autouse=True)
def files(settings: object, tmp_path: Path) -> None:
    settings.JUXIAN_FILES = tmp_path / "files"  # type: ignore[attr-defined]


@pytest.fixture
def office(place: Place) -> Browser:
    for name, number in (("王芳", FIRST), ("李娜", SECOND), ("张伟", THIRD)):
        place.person(name, number)
    return place.client("office")


def hand_in(client: Browser, place: Place, *rows: list[object], **more: object) -> Batch:
    file = SimpleUploadedFile("团队.xlsx", rosters.xlsx([HEADS, *rows]))
    asked = {"organisation": place.root.pk, "as_of": "2022-06-01", "of_teams": "on", "file": file, **more}
    client.post("/desk/imports/new/", asked)
    return Batch.objects.latest("pk")


def states(batch: Batch) -> list[tuple[str, str]]:
    return list(batch.rows.order_by("number").values_list("state", "reason"))


def test_a_team_and_its_members_are_entered_from_a_roster(place: Place, office: Browser) -> None:
    facts, people = Fact.objects.count(), Person.objects.count()

    batch = hand_in(
        office, place, [*TEAM, "王芳", FIRST, "负责人", ""], [*TEAM, "李娜", SECOND, "骨干", "2021-03-01"]
    )
    before = (Collective.objects.count(), Stay.objects.count())
    preview = office.get(f"/desk/imports/{batch.pk}/").content.decode()
    office.post(f"/desk/imports/{batch.pk}/accept/")

    assert before == (0, 0)
    assert "王芳" in preview
    team = Collective.objects.get()
    assert (team.name, team.host.name, str(team.since)) == ("矿山安全团队", "测试医院", "2020-05-01")
    assert [(stay.person.name, stay.leads, str(stay.since)) for stay in team.stays.all()] == [
        ("王芳", True, "2020-05-01"),
        ("李娜", False, "2021-03-01"),
    ]
    assert (Fact.objects.count(), Person.objects.count()) == (facts, people)
    assert AuditEntry.objects.filter(action="collectives.joined").count() == 2
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done) == ("accepted", 2)


def test_every_row_ends_accepted_waiting_or_refused_and_says_why(place: Place, office: Browser) -> None:
    place.person("张伟")

    batch = hand_in(
        office,
        place,
        [*TEAM, "王芳", FIRST, "负责人", ""],
        [*TEAM, "李娜", SECOND, "负责人", ""],  # a second leader
        [*TEAM, "王芳", FIRST, "骨干", ""],  # a member already
        [*TEAM, "张伟", "", "骨干", ""],  # two of this name
        [*TEAM, "赵无名", resident_id(sequence=9), "骨干", ""],  # nobody
        [*TEAM, "李娜", SECOND, "厨师", ""],  # no such role
        ["另一团队", "没有的类别", "", "测试医院", "2020-05-01", "李娜", SECOND, "骨干", ""],
        ["", "创新团队", "", "", "2020-05-01", "李娜", SECOND, "骨干", ""],
        ["未定团队", "创新团队", "", "测试医院", "", "李娜", SECOND, "骨干", ""],  # new, and no day
        ["他处团队", "创新团队", "", "没有的单位", "2020-05-01", "李娜", SECOND, "骨干", ""],
        ["早日团队", "创新团队", "", "测试医院", "昨天", "李娜", SECOND, "骨干", ""],
    )

    refused = RowState.REFUSED
    assert states(batch) == [
        (RowState.ACCEPTED, ""),
        (refused, RowReason.TEAM_NOT_POSSIBLE),
        (refused, RowReason.TEAM_NOT_POSSIBLE),
        (RowState.WAITING, RowReason.SAME_NAME),
        (refused, RowReason.NOT_IN_REGISTER),
        *[(refused, RowReason.TEAM_INCOMPLETE)] * 3,
        (refused, RowReason.TEAM_NOT_POSSIBLE),
        *[(refused, RowReason.TEAM_INCOMPLETE)] * 2,
    ]
    assert batch.rows_accepted + batch.rows_waiting + batch.rows_refused == batch.rows_total == 11
    assert (Collective.objects.count(), Stay.objects.count()) == (0, 0)
    answer = office.post(f"/desk/imports/{batch.pk}/refused/", {"reason": "退回更正"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet[1]][:9] == HEADS
    reasons = [row[9].value for row in sheet.iter_rows(min_row=2)]
    assert len(reasons) == 9
    assert "负责人" in reasons[0]
    assert "可写" in reasons[3]


def test_a_waiting_member_joins_when_somebody_says_who_it_is(place: Place, office: Browser) -> None:
    other = place.person("张伟")
    batch = hand_in(office, place, [*TEAM, "张伟", "", "骨干", ""])
    row = batch.rows.get()
    office.post(f"/desk/imports/{batch.pk}/accept/")

    made = {"decision": "new_person"}
    refused = office.post(f"/desk/imports/{batch.pk}/rows/{row.pk}/", made).status_code
    office.post(
        f"/desk/imports/{batch.pk}/rows/{row.pk}/", {"decision": "same_person", "person": other.number}
    )

    assert refused == 422
    assert Stay.objects.get().person == other


def test_an_undone_roster_leaves_no_member_and_no_team_of_its_own(place: Place, office: Browser) -> None:
    standing = hand_in(office, place, [*TEAM, "王芳", FIRST, "负责人", ""])
    office.post(f"/desk/imports/{standing.pk}/accept/")
    new = ["新团队", "创新团队", "", "测试医院", "2021-01-01"]
    later = hand_in(office, place, [*TEAM, "李娜", SECOND, "骨干", ""], [*new, "张伟", THIRD, "负责人", ""])
    office.post(f"/desk/imports/{later.pk}/accept/")
    facts = Fact.objects.standing().count()

    office.post(f"/desk/imports/{later.pk}/undo/", {"reason": "交错了"})

    assert [stay.person.name for stay in Stay.objects.filter(until=None)] == ["王芳"]
    assert [team.name for team in Collective.objects.filter(until=None)] == ["矿山安全团队"]
    assert Fact.objects.standing().count() == facts


def test_an_employer_hands_in_no_teams_and_decides_on_none(place: Place, office: Browser) -> None:
    employer = place.client("employer")
    own = {"organisation": place.employer.pk}

    as_people = hand_in(employer, place, [*TEAM, "王芳", FIRST, "负责人", ""], **own)
    of_office = hand_in(office, place, [*TEAM, "王芳", FIRST, "骨干", ""], **own)
    refused = employer.post(f"/desk/imports/{of_office.pk}/accept/").status_code

    assert (as_people.of_teams, of_office.of_teams) == (False, True)
    assert refused == 403
    assert not Stay.objects.exists()


def test_the_list_of_teams_leads_to_the_roster_of_teams(office: Browser) -> None:
    page = office.get("/desk/collectives/").content.decode()
    form = office.get("/desk/imports/new/?of=teams")

    assert "/desk/imports/new/?of=teams" in page
    assert form.context["form"]["of_teams"].value() is True
