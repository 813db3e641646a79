"""Saved searches are opened, shared and watched; lists leave masked, bounded and written down."""

import csv
import io
import zipfile

import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.audit.queries import readings_of, touched
from juxian.apps.messaging.models import Message
from juxian.apps.searches import actions
from juxian.apps.searches.models import SavedSearch
from juxian.web.desk.searches.watching import watch_searches
from juxian.web.kit.sheets import comma_separated, workbook
from tests.browser import Browser
from tests.web.places import Place

COLUMNS = {"columns": ["degree", "employer"]}


@pytest.fixture
def office(place: Place) -> Browser:
    return place.client("office")


def kept(client: Browser, query: str = "?condition=学历 >= 硕士", **more: str) -> SavedSearch:
    answer = client.post(f"/desk/searches/new/{query}", {"name": "硕士以上", **COLUMNS, **more})
    assert answer.status_code == 303
    return SavedSearch.objects.get()


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def strings(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/sharedStrings.xml").decode()


@pytest.mark.parametrize("people", [1, 3])
def test_a_saved_search_asks_a_constant_number_of_queries(
    place: Place, office: Browser, people: int, django_assert_max_num_queries
) -> None:
    for number in range(people):
        place.person(f"测试{'甲乙丙'[number]}")
    place.person("测试丁", degree="bachelor")
    search = kept(office)

    with django_assert_max_num_queries(15):  # PostgreSQL sets how long the note in the session waits
        page = office.get(f"/desk/searches/{search.pk}/")

    assert len(page.context["rows"]) == people
    assert page.context["titles"] == ["学历", "用人单位"]
    assert page.context["rows"][0][1] == ["硕士", "测试医院"]


def test_a_colleague_opens_what_is_shared_and_changes_nothing(place: Place, office: Browser) -> None:
    own = kept(office)
    colleague = place.client("leader")

    hidden = colleague.get(f"/desk/searches/{own.pk}/").status_code
    office.post(f"/desk/searches/{own.pk}/change/", {"name": "共用", **COLUMNS, "shared": "on"})
    shown = colleague.get(f"/desk/searches/{own.pk}/").status_code
    refused = colleague.post(f"/desk/searches/{own.pk}/drop/").status_code

    assert (hidden, shown, refused) == (404, 200, 404)


def test_one_name_serves_one_search(place: Place, office: Browser) -> None:
    kept(office)

    page = office.post("/desk/searches/new/?degree=master", {"name": "硕士以上", **COLUMNS})

    assert page.status_code == 422
    assert "请换一个名称" in page.content.decode()


def test_new_people_are_told_once_and_open_alone(place: Place, office: Browser, settings) -> None:
    place.person("测试甲")
    search = kept(office, alert="on")

    first = watch_searches()
    new = place.person("测试乙")
    settings.JUXIAN_TODAY = settings.JUXIAN_TODAY.replace(day=2)
    second, again = watch_searches(), watch_searches()
    page = office.get(f"/desk/searches/{search.pk}/?new=1")

    assert (first["new"], second["new"], again["new"]) == (0, 1, 0)
    assert [message.subject_zh for message in Message.objects.all()] == ["常用查询“硕士以上”有新人符合"]
    assert [person.number for person, _cells in page.context["rows"]] == [new.number]


def test_too_many_are_not_watched_and_the_owner_is_told(place: Place, office: Browser, monkeypatch) -> None:
    monkeypatch.setattr(actions, "WATCHED_AT_MOST", 1)
    place.person("测试甲")
    place.person("测试乙")
    search = kept(office, alert="on")

    watch_searches()
    search.refresh_from_db()

    assert (search.alert, search.too_many, search.seen) == (False, True, [])
    assert Message.objects.get().template == "searches.too_many"


def test_who_lost_the_post_is_told_nothing(place: Place, office: Browser) -> None:
    search = kept(office, alert="on")
    search.owner.posts.all().delete()

    assert watch_searches()["new"] == 0
    assert SavedSearch.objects.get().watched_on is None


def test_an_export_is_masked_for_a_leader_and_plain_for_the_office_that_says_so(
    place: Place, office: Browser
) -> None:
    place.person()
    wanted = {"columns": ["home_owned", "employer"], "kind": "csv", "reason": "年度汇报"}

    masked = table(place.client("leader").post("/desk/persons/export/", {**wanted, "plain": "on"}).content)
    plain = table(office.post("/desk/persons/export/", {**wanted, "plain": "on"}).content)
    entries = AuditEntry.objects.filter(action="persons.exported").order_by("pk")

    assert masked[1][2:] == ["***", "测试医院"]
    assert plain[1][2:] == ["", "测试医院"]
    assert [(entry.reason, entry.detail["plain"], entry.detail["persons"]) for entry in entries] == [
        ("年度汇报", False, 1),
        ("年度汇报", True, 1),
    ]


def test_everybody_in_an_exported_list_sees_it_and_an_incident_finds_them(
    place: Place, office: Browser
) -> None:
    listed, other = place.person("测试甲"), place.person("测试乙", degree="bachelor")
    wanted = {"columns": ["degree", "home_owned"], "kind": "csv", "reason": "年度汇报"}

    office.post("/desk/persons/export/?degree=master", wanted)

    (reading,) = readings_of(listed)
    whole = AuditEntry.objects.get(action="persons.exported")
    assert (reading.reason, reading.detail) == (
        "年度汇报",
        {"list": whole.pk, "fields": ["degree", "home_owned"]},
    )
    assert list(readings_of(other)) == []
    found = touched(actor=whole.actor_id)
    assert [(one.person, one.fields) for one in found] == [(str(listed.pk), {"degree", "home_owned"})]


def test_an_export_that_is_cut_says_so_everywhere(place: Place, office: Browser, settings) -> None:
    settings.JUXIAN_EXPORT_ROWS = 1
    place.person("测试甲")
    newest = place.person("测试乙")
    wanted = {"columns": ["degree"], "reason": "核对"}

    page = office.get("/desk/persons/export/").content.decode()
    text = office.post("/desk/persons/export/", {**wanted, "kind": "csv"})
    book = office.post("/desk/persons/export/", {**wanted, "kind": "xlsx"})

    assert "一次最多导出 1 人" in page
    assert "first-1" in text["Content-Disposition"]
    assert [row[0] for row in table(text.content)[1:]] == [
        newest.number,
        "符合条件的多于 1 人，只导出最新建档的 1 人。",
    ]
    assert "只导出最新建档的 1 人" in strings(book.content)


def test_an_export_without_a_reason_is_refused(place: Place, office: Browser) -> None:
    assert office.post("/desk/persons/export/", {"columns": ["degree"], "kind": "csv"}).status_code == 422


def test_a_condition_that_cannot_be_read_is_neither_kept_nor_exported(place: Place, office: Browser) -> None:
    for address in ("/desk/searches/new/", "/desk/persons/export/"):
        assert office.get(address, {"condition": "学历 >="}).status_code == 422


def test_cells_are_never_formulas() -> None:
    cells = ["=1+1", "+86", "-1", "@x", "\tx", "甲"]

    assert table(comma_separated([cells])) == [["'=1+1", "'+86", "'-1", "'@x", "'\tx", "甲"]]
    with zipfile.ZipFile(io.BytesIO(workbook({"名单": [cells]}))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
