"""A roster to fill in: lists to choose from, the unit's people, and what comes back is understood without a mapping."""

import io
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juxian.apps.audit.models import AuditEntry
from juxian.apps.imports.models import Batch
from juxian.apps.persons.models import Person
from juxian.web.kit.sheets import Fillable, fillable_workbook
from tests.rosters import resident_id
from tests.web.places import Place


@pytest.fixture(autouse=True)
def files(settings: object, tmp_path: Path) -> None:
    settings.JUXIAN_FILES = tmp_path / "files"  # type: ignore[attr-defined]


def test_a_filled_template_comes_back_to_the_same_people(place: Place) -> None:
    person, client = place.person("王芳", resident_id(sequence=1)), place.client("employer")
    unit = place.employer.pk

    unexplained = client.post("/desk/imports/template/", {"organisation": unit, "filled": "on"})
    asked = {"organisation": unit, "filled": "on", "reason": "年度核对"}
    answer = client.post("/desk/imports/template/", asked)

    assert unexplained.status_code == 422
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book["名册"]
    heads = [cell.value for cell in sheet[1]]
    first = dict(zip(heads, [cell.value for cell in sheet[2]], strict=True))
    assert heads[:4] == ["姓名", "身份证号码", "性别", "出生日期"]
    assert (first["姓名"], first["出生日期"], first["学历"]) == ("王芳", "1990-01-01", "硕士")
    assert (first["用人单位"], first["入职日期"]) == ("测试医院", "2016-08-01")
    assert not first["身份证号码"]
    assert not first["手机"]
    assert book.sheetnames == ["名册"]  # no hidden sheet of which the import would have to speak
    lists = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    degree = next(
        rule
        for where, rule in lists.items()
        if where.startswith(sheet.cell(2, heads.index("学历") + 1).coordinate)
    )
    assert (degree.type, degree.errorStyle) == ("list", "warning")
    assert "硕士" in degree.formula1
    assert sheet.column_dimensions["B"].width >= 18
    assert AuditEntry.objects.get(action="persons.exported").detail == {
        "what": "template", "unit": place.employer.code, "persons": 1,
    }  # fmt: skip

    sheet.cell(2, heads.index("岗位职务") + 1).value = "主任医师"
    new = {"姓名": "李娜", "身份证号码": resident_id(sequence=2), "学历": "本科", "用人单位": "测试医院"}
    for word, value in new.items():
        sheet.cell(3, heads.index(word) + 1).value = value
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("名册.xlsx", out.getvalue())
    client.post("/desk/imports/new/", {"organisation": unit, "as_of": "2022-06-01", "file": file})
    batch = Batch.objects.get()
    assert (batch.rows_total, batch.rows_refused) == (2, 0)
    assert batch.rows.get(number=2).person in (person, None)
    unknown = [column["header"] for column in batch.tables.get().columns if not column["target"]]
    assert unknown == []
    assert batch.rows.get(number=3).state == "accepted"
    assert Person.objects.filter(name="王芳").count() == 1


def test_a_list_that_a_rule_cannot_hold_lies_in_a_hidden_sheet() -> None:
    names = [f"第{number}人民医院" for number in range(60)]

    made = fillable_workbook(Fillable("名册", ["单位", "学历"], choices={0: names, 1: ["本科", "硕士"]}))

    book = openpyxl.load_workbook(io.BytesIO(made))
    rules = [rule.formula1 for rule in book["名册"].data_validations.dataValidation]
    assert rules == ["'选项'!$A$1:$A$60", '"本科,硕士"']
    assert (book["选项"].sheet_state, book["选项"]["A60"].value) == ("hidden", names[-1])


def test_an_empty_template_and_a_unit_of_others(place: Place) -> None:
    place.person("王芳")
    client = place.client("employer")

    empty = client.post("/desk/imports/template/", {"organisation": place.employer.pk, "reason": "报送新人"})
    other = client.post("/desk/imports/template/", {"organisation": place.root.pk, "reason": "报送新人"})

    sheet = openpyxl.load_workbook(io.BytesIO(empty.content))["名册"]
    assert sheet["A2"].value is None
    assert other.status_code == 422


def test_every_rule_of_a_template_is_one_that_spreadsheet_programs_accept(place: Place) -> None:
    """A list in a rule has at most 255 characters and no comma in a word; rules do not lie over each other or over the heads."""
    place.person("王芳")
    asked = {"organisation": place.employer.pk, "filled": "on", "reason": "年度核对"}
    answer = place.client("employer").post("/desk/imports/template/", asked)

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["名册"]
    rules = sheet.data_validations.dataValidation
    covered = [cells.bounds for rule in rules for cells in rule.sqref.ranges]
    assert len({(column, first) for column, first, _last, _end in covered}) == len(covered) > 4
    assert {first for _column, first, _last, _end in covered} == {2}
    for rule in rules:
        if rule.type == "list":
            assert rule.formula1[0] == rule.formula1[-1] == '"'
            assert len(rule.formula1) - 2 <= 255
            assert all(word and word == word.strip() for word in rule.formula1[1:-1].split(","))
        assert len(rule.prompt or "") <= 255


def test_a_filled_roster_of_teams_is_taken_in_whole(place: Place) -> None:
    place.person("王芳", resident_id(sequence=1))
    place.person("李娜")
    office, asked = (
        place.client("office"),
        {"organisation": place.root.pk, "of_teams": "on", "reason": "登记"},
    )

    answer = office.post("/desk/imports/template/", {**asked, "filled": "on"})

    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book["团队名册"]
    heads = [cell.value for cell in sheet[1]]
    assert heads == [
        "团队名称", "类别", "级别", "依托单位", "认定日期", "姓名", "身份证号码", "出生日期", "角色", "加入日期",
    ]  # fmt: skip
    assert sheet["A2"].value is None
    offered = {
        heads[rule.sqref.sorted()[0].bounds[0] - 1]: rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    kinds = place.pack.collectives.kinds.values()
    assert all(kind.title.zh in offered["类别"] for kind in kinds)
    assert offered["依托单位"] == '"测试医院"'
    assert ("市级" in offered["级别"], "负责人" in offered["角色"]) == (True, True)
    assert AuditEntry.objects.get(action="persons.exported").detail == {
        "what": "team_template", "unit": place.root.code, "persons": 0,
    }  # fmt: skip

    team = ["矿山安全团队", "创新团队", "市级", "测试医院", "2020-05-01"]
    for line, member in enumerate(
        (
            ["王芳", resident_id(sequence=1), "", "负责人", ""],
            ["李娜", "", "1990-01-01", "骨干", "2021-03-01"],
        ),
        2,
    ):
        for column, value in enumerate([*team, *member], 1):
            sheet.cell(line, column).value = value
    out = io.BytesIO()
    book.save(out)
    file = SimpleUploadedFile("团队.xlsx", out.getvalue())
    handed = {"organisation": place.root.pk, "as_of": "2022-06-01", "of_teams": "on", "file": file}
    office.post("/desk/imports/new/", handed)
    batch = Batch.objects.get()
    assert list(batch.rows.order_by("number").values_list("state", "reason")) == [
        ("accepted", ""),
        ("waiting", "same_name"),  # no number
    ]
    office.post(f"/desk/imports/{batch.pk}/accept/")

    again = office.post("/desk/imports/template/", asked)
    lists = openpyxl.load_workbook(io.BytesIO(again.content))["团队名册"].data_validations.dataValidation
    assert '"矿山安全团队"' in [rule.formula1 for rule in lists]
    page = office.get("/desk/imports/new/?of=teams").content.decode()
    assert "/desk/imports/template/?of=teams" in page


def test_an_employer_is_given_a_roster_of_persons_alone(place: Place) -> None:
    client = place.client("employer")

    page = client.get("/desk/imports/template/?of=teams").content.decode()
    answer = client.post(
        "/desk/imports/template/", {"organisation": place.employer.pk, "of_teams": "on", "reason": "报送"}
    )

    assert 'name="of_teams"' not in page
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames[0] == "名册"
