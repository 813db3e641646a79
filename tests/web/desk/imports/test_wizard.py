"""The import wizard in a browser without script: office and employer, from the file to the person's page."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from juxian.apps.imports.enums import BatchState, RowReason, RowState
from juxian.apps.imports.models import Batch
from juxian.apps.persons.models import Fact, Person
from tests import rosters
from tests.factories import EmployerFactory
from tests.rosters import DirtyRoster, resident_id
from tests.web.places import Place

NUMBER = resident_id(sequence=1)


@pytest.fixture(autouse=True)
def files(settings: object, tmp_path: Path) -> None:
    settings.JUXIAN_FILES = tmp_path / "files"  # type: ignore[attr-defined]


def roster(*rows: list[object], name: str = "名册.xlsx") -> DirtyRoster:
    return DirtyRoster(name, rosters.xlsx([list(row) for row in rows]), (len(rows) - 1, 0, 0))


def small() -> DirtyRoster:
    return roster(
        ["姓名", "身份证号", "学历", "联系电话", "地点"],
        ["王芳", NUMBER, "硕士", "13800001234", "北京"],
        ["李娜", 620201198501012000, "本科", None, None],
        [None, resident_id(sequence=3), "本科", None, None],
    )


def hand_in(client: Client, place: Place, file: DirtyRoster, **values: object) -> HttpResponse:
    data = {"organisation": place.root.pk, "as_of": "2022-06-01", **values}
    return client.post("/desk/imports/new/", {**data, "file": SimpleUploadedFile(file.name, file.data)})


def handed_in(client: Client, place: Place, file: DirtyRoster | None = None) -> Batch:
    hand_in(client, place, file or small())
    return Batch.objects.latest("pk")


def test_from_the_file_to_a_person(place: Place) -> None:
    client = place.client("office")

    answer = hand_in(client, place, small())
    batch = Batch.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/desk/imports/{batch.pk}/"
    preview = client.get(answer["Location"]).content.decode()
    assert "王芳" in preview
    assert "B3" in preview
    assert "丢失" in preview

    client.post(f"/desk/imports/{batch.pk}/accept/")

    person = Person.objects.get()
    assert (person.name, person.profile.degree) == ("王芳", "master")
    assert client.get(f"/desk/persons/{person.number}/").status_code == 200
    assert person.number in client.get(f"/desk/imports/{batch.pk}/").content.decode()


def test_an_empty_list_explains_the_first_step(place: Place) -> None:
    page = place.client("office").get("/desk/imports/").content.decode()

    assert "还没有名册" in page


def test_sensitive_cells_are_masked_on_every_page(place: Place) -> None:
    client = place.client("office")
    wrong = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")
    batch = handed_in(
        client,
        place,
        roster(
            ["姓名", "身份证号", "联系电话"], ["王芳", wrong, "13800001234"], ["李娜", NUMBER, "1380000123"]
        ),
    )

    pages = [f"/desk/imports/{batch.pk}/", f"/desk/imports/{batch.pk}/tables/0/"]
    pages += [f"/desk/imports/{batch.pk}/rows/{row.pk}/" for row in batch.rows.all()]
    for address in pages:
        page = client.get(address).content.decode()
        assert not [secret for secret in (wrong, NUMBER, "13800001234", "1380000123") if secret in page]


def test_a_refused_file_says_why_and_keeps_the_form(place: Place) -> None:
    answer = hand_in(place.client("office"), place, DirtyRoster("a.xlsx", b"MZ" + b"x" * 99, (0, 0, 0)))

    assert answer.status_code == 422
    assert "Windows 程序" in answer.content.decode()
    assert Batch.objects.count() == 0


SMALL_ENOUGH = sorted(case for case, (_n, data, _c) in rosters.hostile().items() if len(data) <= 200_000)


@pytest.mark.parametrize("case", SMALL_ENOUGH)
def test_hostile_files_are_form_errors(place: Place, case: str) -> None:
    name, data, _code = rosters.hostile()[case]

    answer = hand_in(place.client("office"), place, DirtyRoster(name, data, (0, 0, 0)))

    assert answer.status_code == 422


def test_a_large_hostile_file_is_refused_on_the_page_of_its_batch(place: Place) -> None:
    name, data, _code = rosters.hostile()["one long text many times"]
    client = place.client("office")

    answer = hand_in(client, place, DirtyRoster(name, data, (0, 0, 0)))

    assert Batch.objects.get().state == BatchState.REJECTED
    assert "时间或内存超过上限" in client.get(answer["Location"]).content.decode()


def test_a_file_past_the_limit_names_the_limit(place: Place, settings: object) -> None:
    settings.JUXIAN_UPLOAD_LIMIT_BYTES = 1024 * 1024  # type: ignore[attr-defined]

    answer = hand_in(place.client("office"), place, DirtyRoster("a.csv", b"a," * 600_000, (0, 0, 0)))

    assert answer.status_code == 422
    assert "1 MB" in answer.content.decode()


def test_the_same_file_again_is_told(place: Place) -> None:
    client = place.client("office")
    hand_in(client, place, small())

    answer = hand_in(client, place, small())

    assert answer.status_code == 422
    assert "报送过" in answer.content.decode()
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [{"as_of": "2022-13-45"}, {"as_of": "0001-01-01"}, {"organisation": "99999"}, {"organisation": "x"}],
)
def test_wrong_values_are_form_errors(place: Place, values: dict[str, str]) -> None:
    assert hand_in(place.client("office"), place, small(), **values).status_code == 422


def test_the_mapping_is_corrected_by_hand(place: Place) -> None:
    client = place.client("office")
    batch = handed_in(client, place)
    address = f"/desk/imports/{batch.pk}/tables/0/"
    form = client.get(address).context["form"]
    values = {name: form[name].value() or "" for name in form.fields}

    answer = client.post(address, {**values, "column_4": "identity.native_place"})
    client.post(f"/desk/imports/{batch.pk}/accept/")

    assert answer.status_code == 303
    assert Fact.objects.get(kind="identity").value["native_place"] == "北京"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"column_0": "", "column_1": "document.number"},
        {"column_0": "identity.name", "column_1": "identity.name"},
        {"column_0": "identity.name", "column_1": "no.such"},
    ],
)
def test_a_mapping_that_cannot_be_is_refused(place: Place, values: dict[str, str]) -> None:
    client = place.client("office")
    batch = handed_in(client, place)

    assert client.post(f"/desk/imports/{batch.pk}/tables/0/", values).status_code == 422


def test_rows_of_one_reason_are_decided_together(place: Place) -> None:
    client = place.client("office")
    batch = handed_in(client, place)

    client.post(
        f"/desk/imports/{batch.pk}/decide/", {"reason": "number_damaged", "decision": "without_doubtful"}
    )

    batch.refresh_from_db()
    assert (batch.rows_accepted, batch.rows_waiting, batch.rows_refused) == (2, 0, 1)


@pytest.mark.parametrize(
    "values", [{}, {"reason": "x", "decision": "y"}, {"reason": "number_damaged", "decision": "same_person"}]
)
def test_a_decision_that_is_none_changes_nothing(place: Place, values: dict[str, str]) -> None:
    client = place.client("office")
    batch = handed_in(client, place)

    answer = client.post(f"/desk/imports/{batch.pk}/decide/", values)

    batch.refresh_from_db()
    assert answer.status_code == 303
    assert batch.rows_waiting == 1


def test_one_row_is_decided_on_its_page(place: Place) -> None:
    client = place.client("office")
    person = place.person("王芳")
    batch = handed_in(client, place, roster(["姓名", "学历"], ["王芳", "博士"]))
    client.post(f"/desk/imports/{batch.pk}/accept/")
    row = batch.rows.get()
    address = f"/desk/imports/{batch.pk}/rows/{row.pk}/"
    assert (row.reason, row.state) == (RowReason.SAME_NAME, RowState.WAITING)
    assert person.number in client.get(address).content.decode()

    client.post(address, {"decision": "same_person", "person": person.number})

    person.refresh_from_db()
    assert Person.objects.count() == 1
    assert person.profile.degree == "doctor"
    assert client.post(address, {"decision": "refuse"}).status_code == 303


def test_a_batch_is_undone_with_a_reason(place: Place) -> None:
    client = place.client("office")
    batch = handed_in(client, place)
    client.post(f"/desk/imports/{batch.pk}/accept/")
    address = f"/desk/imports/{batch.pk}/undo/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 422

    client.post(address, {"reason": "报错了文件"})

    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    assert Fact.objects.standing().count() == 0
    assert client.post(address, {"reason": "再来"}).status_code == 303
    assert client.get(f"/desk/imports/{batch.pk}/").status_code == 200


def test_accepting_twice_records_once(place: Place) -> None:
    client = place.client("office")
    batch = handed_in(client, place)

    for _time in range(2):
        assert client.post(f"/desk/imports/{batch.pk}/accept/").status_code == 303

    assert Person.objects.count() == 1


def test_many_rows_are_recorded_in_the_background(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("juxian.web.desk.imports.batch.IN_REQUEST_ROWS", 0)
    client = place.client("office")
    batch = handed_in(client, place)

    client.post(f"/desk/imports/{batch.pk}/accept/")

    batch.refresh_from_db()
    assert (batch.state, batch.rows_done) == (BatchState.ACCEPTED, 1)


@pytest.mark.parametrize("state", [BatchState.READING, BatchState.ACCEPTING])
def test_a_batch_at_work_shows_progress_and_takes_no_decisions(place: Place, state: BatchState) -> None:
    client = place.client("office")
    batch = handed_in(client, place)
    Batch.objects.update(state=state)

    assert "every 3s" in client.get(f"/desk/imports/{batch.pk}/").content.decode()
    assert client.post(f"/desk/imports/{batch.pk}/decide/", {}).status_code == 403
    assert client.post(f"/desk/imports/{batch.pk}/undo/", {"reason": "x"}).status_code == 403


def test_an_employer_hands_in_its_own_people(place: Place) -> None:
    client = place.client("employer")

    hand_in(client, place, small(), organisation=place.employer.pk)
    batch = Batch.objects.get()
    client.post(f"/desk/imports/{batch.pk}/accept/")

    assert Person.objects.get().profile.employer == place.employer.code
    assert client.get("/desk/imports/").status_code == 200
    assert client.get(f"/desk/imports/{batch.pk}/").status_code == 200


def test_an_employer_cannot_hand_in_for_others(place: Place) -> None:
    assert hand_in(place.client("employer"), place, small()).status_code == 422
    assert Batch.objects.count() == 0


def test_batches_of_others_do_not_exist(place: Place) -> None:
    batch = handed_in(place.client("office"), place)
    other = EmployerFactory(code="other-hospital", parent=place.root, pack="jiayuguan", name="别的医院")
    Batch.objects.update(organisation=other)
    row, client = batch.rows.first(), place.client("employer")

    addresses = ["", "tables/0/", f"rows/{row.pk}/", "undo/"]
    for address in addresses:
        assert client.get(f"/desk/imports/{batch.pk}/{address}").status_code == 404
        assert client.post(f"/desk/imports/{batch.pk}/{address or 'accept/'}").status_code == 404
    assert batch.file_name not in client.get("/desk/imports/").content.decode()


@pytest.mark.parametrize("role", ["leader", "department", "reviewer", "person", "auditor"])
def test_other_roles_may_not_import(place: Place, role: str) -> None:
    client = place.client(role)

    assert client.get("/desk/imports/").status_code == 403
    assert client.post("/desk/imports/new/").status_code == 403


def test_the_number_of_queries_does_not_grow_with_rows(place: Place, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    client = place.client("office")

    def queries(file: DirtyRoster) -> int:
        batch = handed_in(client, place, file)
        client.get(f"/desk/imports/{batch.pk}/")
        with django_assert_max_num_queries(100) as captured:
            client.get(f"/desk/imports/{batch.pk}/")
        return len(captured)

    one = roster(["姓名", "身份证号"], ["王芳", NUMBER], name="a.xlsx")
    many = roster(
        ["姓名", "身份证号"], *([f"李芳{k}", resident_id(sequence=k)] for k in range(2, 30)), name="b.xlsx"
    )

    assert queries(one) == queries(many)


def test_the_page_of_rows_can_be_filtered(place: Place) -> None:
    client = place.client("office")
    batch = handed_in(client, place)

    page = client.get(f"/desk/imports/{batch.pk}/?state=waiting&page=999").content.decode()
    odd = client.get(f"/desk/imports/{batch.pk}/?state=nonsense&page=-1")

    assert "李娜" in page
    assert "王芳" not in page
    assert odd.status_code == 200


def test_rows_that_stand_in_the_register_can_be_filtered(place: Place) -> None:
    client = place.client("office")
    batch = handed_in(client, place)
    address = f"/desk/imports/{batch.pk}/"

    def shown(state: str) -> int:
        return len(client.get(address, {"state": state}).context["rows"])

    before = [shown(state) for state in ("accepted", "recorded")]
    client.post(f"{address}accept/")

    assert before == [1, 0]
    assert [shown(state) for state in ("accepted", "recorded", "")] == [0, 1, 3]
    assert '<option value="recorded">已入库</option>' in client.get(address).content.decode()


def test_the_day_of_the_roster_is_kept(place: Place) -> None:
    batch = handed_in(place.client("office"), place)

    assert batch.as_of == date(2022, 6, 1)
