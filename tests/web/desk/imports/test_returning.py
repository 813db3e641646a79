"""Refused rows go back to their sender as a workbook that can be corrected and handed in again."""

import io
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juxian.apps.audit.models import AuditEntry
from juxian.apps.imports.models import Batch
from tests.rosters import resident_id
from tests.web.desk.imports.test_wizard import hand_in, handed_in, roster, small
from tests.web.places import Place


@pytest.fixture(autouse=True)
def files(settings: object, tmp_path: Path) -> None:
    settings.JUXIAN_FILES = tmp_path / "files"  # type: ignore[attr-defined]


def test_refused_rows_come_back_with_the_reason_and_go_in_again(place: Place) -> None:
    client = place.client("office")
    batch = handed_in(client, place)
    address = f"/desk/imports/{batch.pk}/refused/"

    assert batch.rows_refused == 1
    assert address in client.get(f"/desk/imports/{batch.pk}/").content.decode()
    assert client.post(address, {}).status_code == 422
    answer = client.post(address, {"reason": "退回单位更正"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    heads = [cell.value for cell in sheet[1]]
    assert heads == ["姓名", "身份证号", "学历", "联系电话", "地点", "不收的原因", "行号"]
    assert [cell.value or "" for cell in sheet[2]][1:3] == [resident_id(sequence=3), "本科"]
    assert "姓名" in sheet["F2"].value
    assert (sheet["G2"].value, sheet.max_row, sheet.freeze_panes) == ("4", 2, "A2")
    assert {cell.number_format for cell in sheet[2]} == {"@"}  # numbers keep their digits
    assert sheet.column_dimensions["B"].width >= 20
    entry = AuditEntry.objects.get(action="persons.exported")
    assert (entry.detail["what"], entry.detail["persons"], entry.reason) == (
        "refused_rows",
        1,
        "退回单位更正",
    )

    sheet["A2"].value = "周敏"
    out = io.BytesIO()
    sheet.parent.save(out)
    file = SimpleUploadedFile("更正.xlsx", out.getvalue())
    client.post("/desk/imports/new/", {"organisation": place.root.pk, "as_of": "2022-06-01", "file": file})
    again = Batch.objects.latest("pk")
    assert (again.rows_total, again.rows_accepted) == (1, 1)
    targets = {column["header"]: column["target"] for column in again.tables.get().columns}
    assert (targets["不收的原因"], targets["行号"]) == ("", "")


def test_a_batch_without_refused_rows_says_so(place: Place) -> None:
    client = place.client("employer")
    file = roster(["姓名", "身份证号"], ["王芳", resident_id(sequence=1)])
    hand_in(client, place, file, organisation=place.employer.pk)
    batch = Batch.objects.get()

    page = client.get(f"/desk/imports/{batch.pk}/refused/").content.decode()

    assert "没有不收的行" in page
    assert client.post(f"/desk/imports/{batch.pk}/refused/", {"reason": "退回"}).status_code == 200
    assert not AuditEntry.objects.filter(action="persons.exported").exists()


def test_another_unit_does_not_get_them(place: Place) -> None:
    batch = handed_in(place.client("office"), place, small())

    assert place.client("employer").get(f"/desk/imports/{batch.pk}/refused/").status_code == 404
