"""An employer applies for many people: every row ends, nothing twice, nothing lost; and endorses many at once."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.models import AuditEntry
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Fact
from juxian.apps.services.actions import carry_on
from juxian.apps.services.models import Bulk, Case, Draft
from juxian.core.tables.reader import read_workbook
from juxian.web.kit.once import FIELD, new_key
from juxian.web.portal.services import bulk as bulk_views
from tests.factories import OrganisationFactory
from tests.rosters import xlsx

SERVICE = "apartment-application"
HEAD = ["人才编号", "姓名", "联系手机", "同住人数", "意向户型", "已婚", "希望入住日期", "正在领取租房补贴"]
GOOD = ["13800138000", 1, "合租", "否", date(2022, 7, 1), "否"]


@pytest.fixture
def people(place):
    OrganisationFactory(
        code="jyg-talent-desk", name="人才办", parent=place.root, kind="office", pack="jiayuguan"
    )
    home = [FactDraft("home", {"owned": False}, date(2020, 1, 1))]
    found = [place.person(name, number="", facts=home) for name in ("甲一", "乙二", "丙三")]
    Fact.objects.filter(kind__in=["home", "employment"]).update(verification="verified", evidence="凭证")
    return found


@pytest.fixture
def employer(place, people, monkeypatch):
    monkeypatch.setattr(bulk_views, "read_confined", read_workbook)  # a process of its own takes a second
    user = place.user(Role.EMPLOYER)
    client = place.client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.user = user
    return client


def at(view: str, *args) -> str:
    return reverse(f"portal:{view}", args=args)


def handed_in(client, rows: list[list[object]], key: str = "") -> Bulk:
    """The list, worked on to its end."""
    file = SimpleUploadedFile("名单.xlsx", xlsx([HEAD, *rows]))
    answer = client.post(at("bulk-new", SERVICE), {"file": file, FIELD: key or new_key()})
    assert answer.status_code == 303, answer.context["form"].errors
    bulk = Bulk.objects.get(pk=answer.url.rstrip("/").rsplit("/", 1)[-1])
    while carry_on(bulk=bulk, by=client.user):
        pass
    return bulk


def outcome(bulk: Bulk) -> list[tuple[int, str, str]]:
    return [
        (row.line, row.state, row.reasons[0][0] if row.reasons else "") for row in bulk.rows.order_by("line")
    ]


def test_each_row_ends_accepted_or_refused_with_a_reason(employer, people):
    one, two, _three = people
    bulk = handed_in(
        employer,
        [
            [one.number, one.name, *GOOD],
            ["", two.name, *GOOD[:1], 9, *GOOD[2:]],
            ["", "查无此人", *GOOD],
            [one.number, one.name, *GOOD],
            [two.number, "别的名字", *GOOD],
        ],
    )

    assert outcome(bulk) == [
        (2, "accepted", ""),
        (3, "refused", "同住人数应在 1 至 8 人之间"),
        (4, "refused", "没有找到本单位这位人才"),
        (5, "refused", "名单中已有这位人才"),
        (6, "refused", "没有找到本单位这位人才"),
    ]
    case = Case.objects.get()
    assert (case.person, case.employer.code, case.data["answers"]["household"]) == (
        one,
        "jiayuguan-hospital",
        1,
    )


def test_what_was_refused_is_taken_up_alone_with_what_was_filled_in(employer, people):
    two = people[1]
    bulk = handed_in(employer, [["", two.name, *GOOD[:1], 9, *GOOD[2:]]])

    ((_row, _tone, _reason, singly),) = employer.get(at("bulk", bulk.pk)).context["rows"]

    form = employer.get(singly).context["form"]
    assert (form["f-household"].initial, form["f-mobile"].initial) == ("9", "13800138000")


def test_the_same_list_once_more_opens_nothing_twice(employer, people):
    rows = [[people[0].number, people[0].name, *GOOD]]
    handed_in(employer, rows)

    again = handed_in(employer, rows)

    assert Case.objects.count() == 1
    assert outcome(again) == [(2, "refused", f"已有在办：{Case.objects.get().number}")]


def test_a_row_is_worked_on_once(employer, people):
    bulk = handed_in(employer, [[people[0].number, people[0].name, *GOOD]])

    assert carry_on(bulk=bulk, by=employer.user) == 0
    employer.post(at("bulk-go", bulk.pk))
    assert Case.objects.count() == 1


def test_picked_people_are_asked_for_at_once(employer, people):
    numbers = [person.number for person in people[:2]]

    answer = employer.post(at("bulk-new", SERVICE), {"person": numbers, FIELD: new_key()})

    bulk = Bulk.objects.get(pk=answer.url.rstrip("/").rsplit("/", 1)[-1])
    assert [row.number for row in bulk.rows.all()] == numbers
    assert not Draft.objects.exists()  # nothing was filled in


def test_the_empty_table_can_be_handed_in_again(employer, people):
    content = employer.get(at("bulk-table", SERVICE)).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]

    rows = list(sheet.values)
    assert set(HEAD) <= set(rows[0])
    assert {row[1] for row in rows[1:]} == {person.name for person in people}
    file = SimpleUploadedFile("a.xlsx", content)
    assert employer.post(at("bulk-new", SERVICE), {"file": file, FIELD: new_key()}).status_code == 303
    assert Bulk.objects.get().rows.count() == len(people)


def test_a_table_without_a_head_is_told_at_its_field(employer):
    file = SimpleUploadedFile("a.xlsx", xlsx([["甲", "乙"], [1, 2]]))

    answer = employer.post(at("bulk-new", SERVICE), {"file": file, FIELD: new_key()})

    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors


def test_the_result_can_be_downloaded(employer, people):
    bulk = handed_in(employer, [[people[0].number, people[0].name, *GOOD], ["", "+1+1", *GOOD]])

    content = employer.get(at("bulk-result", bulk.pk)).content

    rows = list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values)
    assert rows[1][3:5] == ("已受理", Case.objects.get().number)
    assert (rows[2][2], rows[2][5]) == ("+1+1", "没有找到本单位这位人才")


def test_people_of_another_employer_are_not_found(place, employer):
    other = OrganisationFactory(
        code="jyg-school", name="学校", parent=place.root, kind="employer", pack="jiayuguan"
    )
    facts = [
        FactDraft(
            "employment", {"employer": other.code, "position": "教师", "full_time": True}, date(2021, 8, 1)
        )
    ]
    stranger = place.person("外单位", number="", facts=facts)

    bulk = handed_in(employer, [[stranger.number, stranger.name, *GOOD]])

    assert outcome(bulk) == [(2, "refused", "没有找到本单位这位人才")]


def test_many_are_endorsed_at_once_and_an_old_page_is_told(employer, people):
    rows = [[person.number, person.name, *GOOD] for person in people]
    handed_in(employer, rows)
    page = employer.get(at("cases"))
    ticked = [f"{seat.turn.pk}:{line.case.version}" for seat, line, safe in page.context["waiting"] if safe]
    assert len(ticked) == 3

    employer.post(at("endorse-many"), {"turn": [*ticked[:2], ticked[2] + "9"], FIELD: new_key()})

    assert sorted(Case.objects.values_list("state", flat=True)) == ["check", "check", "endorse"]


def test_the_page_of_a_list_takes_the_same_number_of_queries_for_one_and_three(
    employer, people, django_assert_num_queries
):
    one = handed_in(employer, [[people[0].number, people[0].name, *GOOD]])
    employer.get(at("bulk", one.pk))
    with CaptureQueriesContext(connection) as found:
        employer.get(at("bulk", one.pk))
        queries = len(found)
    three = handed_in(employer, [[person.number, person.name, *GOOD] for person in people])

    with django_assert_num_queries(queries):
        employer.get(at("bulk", three.pk))


@pytest.mark.parametrize("what", ["table", "result"])
def test_many_people_leave_with_a_reason_alone(employer, people, monkeypatch, what):
    monkeypatch.setattr("juxian.web.portal.services.bulk.WITHOUT_REASON", 1)
    bulk = handed_in(employer, [[person.number, person.name, *GOOD] for person in people[:2]])
    address = at("bulk-table", SERVICE) if what == "table" else at("bulk-result", bulk.pk)

    asked, empty = employer.get(address), employer.post(address, {"reason": " "})
    assert (asked.status_code, empty.status_code) == (200, 422)
    assert "Content-Disposition" not in asked.headers
    assert not AuditEntry.objects.filter(action="persons.exported").exists()

    answer = employer.post(address, {"reason": "发给科室核对"})

    assert openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].max_row > 2
    entry = AuditEntry.objects.get(action="persons.exported")
    assert (entry.reason, entry.detail["persons"] >= 2) == ("发给科室核对", True)
