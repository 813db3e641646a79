"""The stock-take: any day by the facts, two kinds of knowledge, gaps, flows; each figure opens to its people."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from django.db.models import F

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import SHANGHAI, today
from juxian.apps.persons.actions import FactDraft, register_person, withdraw_fact
from juxian.apps.persons.models import Fact, Person
from juxian.apps.stocktake.actions import forget_people
from juxian.apps.stocktake.models import Need, Take, TakeRow
from tests.factories import EmployerFactory, SourceFactory
from tests.web.places import Place

PAST = date(2020, 6, 30)


def person(place: Place, name: str, *jobs: tuple[str, str, str | None], degree: str = "master") -> Person:
    """jobs: (unit, since, until); without one the first employer since 2016."""
    facts = [
        FactDraft("identity", {"name": name, "birth_date": "1985-03-01"}, date(1985, 3, 1)),
        FactDraft("education", {"degree": "bachelor", "school": "测试大学"}, date(2008, 7, 1)),
        FactDraft("education", {"degree": degree, "school": "测试大学"}, date(2021, 7, 1)),
    ]
    for unit, since, until in jobs or [(place.employer.code, "2016-08-01", None)]:
        end = date.fromisoformat(until) if until else None
        facts.append(FactDraft("employment", {"employer": unit}, date.fromisoformat(since), end))
    return register_person(home=place.root, name=name, facts=facts, source=SourceFactory())


def cell(context, field: str, words: str):
    part = next(part for part in context["parts"] if part.name == field)
    return next((number, href) for title, number, _share, href in part.rows if title == words)


def count_day(client, day: date, known: str = "now"):
    return client.post("/desk/stocktake/count/", {"day": day.isoformat(), "known": known})


def test_today_needs_no_counting_and_each_figure_opens_to_as_many(place: Place) -> None:
    person(place, "测试甲")
    person(place, "测试乙", degree="doctor")
    person(place, "测试丙", (place.employer.code, "2010-01-01", "2012-01-01"))
    client = place.client("office")

    context = client.get("/desk/stocktake/").context

    assert context["total"].number == 2
    for part in context["parts"]:
        assert sum(number for _words, number, _share, _href in part.rows) == 2
        for _words, number, _share, href in part.rows:
            assert client.get(href).context["page"].paginator.count == number
    for row in context["unit_rows"]:
        assert client.get(row.total.href).context["page"].paginator.count == row.total.number
        for item in row.cells:
            assert client.get(item.href).context["page"].paginator.count == item.number
    for row in context["bands"]:
        assert client.get(row.now.href).context["page"].paginator.count == row.now.number
    for _year, item in context["wave"]:
        assert client.get(item.href).context["page"].paginator.count == item.number
    assert client.get("/desk/stocktake/", {"who": "all"}).context["total"].number == 3


def test_a_past_day_is_counted_from_the_facts_that_held_then(place: Place) -> None:
    person(place, "测试甲")
    client = place.client("office")

    before = client.get("/desk/stocktake/", {"day": PAST.isoformat()})
    assert before.context["found"].rows is None
    assert "还没有汇总" in before.content.decode()
    count_day(client, PAST)
    context = client.get("/desk/stocktake/", {"day": PAST.isoformat()}).context

    assert cell(context, "degree", "本科")[0] == 1
    assert cell(client.get("/desk/stocktake/").context, "degree", "硕士")[0] == 1
    page = client.get(cell(context, "degree", "本科")[1]).content.decode()
    assert "测试甲" in page
    assert "本科" in page


def test_what_was_known_then_is_told_from_what_is_known_now(place: Place) -> None:
    known, late = person(place, "测试甲"), person(place, "测试乙")
    then = datetime(2020, 6, 30, 23, 0, tzinfo=SHANGHAI)
    Fact.objects.filter(person=known).update(recorded_at=then)
    Fact.objects.filter(person=late).update(recorded_at=then + timedelta(hours=1))  # the next day
    client = place.client("office")
    for kind in ("now", "then"):
        count_day(client, PAST, kind)

    assert client.get("/desk/stocktake/", {"day": PAST.isoformat()}).context["total"].number == 2
    asked = {"day": PAST.isoformat(), "known": "then"}
    assert client.get("/desk/stocktake/", asked).context["total"].number == 1


def test_a_statement_withdrawn_later_still_counts_as_known_then(place: Place) -> None:
    someone = person(place, "测试甲")
    Fact.objects.update(recorded_at=datetime(2019, 1, 1, tzinfo=SHANGHAI))
    job = someone.facts.get(kind="employment")
    withdraw_fact(fact=job, by=None, reason="登记有误")
    client = place.client("office")
    for kind in ("now", "then"):
        count_day(client, PAST, kind)

    assert client.get("/desk/stocktake/", {"day": PAST.isoformat()}).context["total"].number == 0
    asked = {"day": PAST.isoformat(), "known": "then"}
    assert client.get("/desk/stocktake/", asked).context["total"].number == 1


def test_a_take_says_when_it_is_out_of_date_and_is_made_anew(place: Place) -> None:
    person(place, "测试甲")
    client = place.client("leader")
    count_day(client, PAST)
    asked = {"day": PAST.isoformat()}
    assert not client.get("/desk/stocktake/", asked).context["found"].outdated

    person(place, "测试乙")
    assert client.get("/desk/stocktake/", asked).context["found"].outdated
    count_day(client, PAST)

    context = client.get("/desk/stocktake/", asked).context
    assert not context["found"].outdated
    assert context["total"].number == 2
    assert Take.objects.count() == 1


def test_gaps_are_needs_less_people_and_a_new_figure_ends_the_old(place: Place) -> None:
    person(place, "测试甲")
    client, unit = place.client("office"), place.employer
    lines = f"{unit.name}\t学历\t硕士\t3\t三定方案\n{unit.code}\tdegree\tbachelor\t2\t"

    def state(lines: str):
        values = {"lines": lines, "since": today().isoformat(), "reason": "年度核定"}
        return client.post("/desk/stocktake/needs/", values)

    assert state(lines).status_code == 303
    gaps = client.get("/desk/stocktake/").context["gaps"]

    assert [(gap.needed, gap.have.number, gap.missing) for gap in gaps] == [(2, 0, 2), (3, 1, 2)]
    assert client.get(gaps[1].have.href).context["page"].paginator.count == 1
    state(f"{unit.name},学历,硕士,1,")
    assert [gap.missing for gap in client.get("/desk/stocktake/").context["gaps"]] == [2, 0]
    assert Need.objects.filter(until=None).count() == 2
    assert Need.objects.count() == 3


def test_wrong_lines_are_told_and_nothing_is_recorded(place: Place) -> None:
    client = place.client("office")
    lines = f"没有这家,学历,硕士,1\n{place.employer.name},学历,硕士,许多\n{place.employer.name},身高,高,1"
    values = {"lines": lines, "since": "2022-01-01", "reason": "试"}

    answer = client.post("/desk/stocktake/needs/", values)

    assert answer.status_code == 422
    assert "第 1 行" in answer.content.decode()
    assert "第 2 行" in answer.content.decode()
    assert "第 3 行" in answer.content.decode()
    assert Need.objects.count() == 0


def test_flows_between_two_days(place: Place) -> None:
    ours, other = place.employer.code, EmployerFactory(parent=place.root).code
    person(place, "留任", (ours, "2016-01-01", None))
    person(place, "离开", (ours, "2016-01-01", "2021-01-01"))
    person(place, "调出", (ours, "2016-01-01", "2021-01-01"), (other, "2021-01-01", None))
    person(place, "进入", (ours, "2021-03-01", None))
    client = place.client("office")
    count_day(client, PAST)

    context = client.get("/desk/stocktake/flows/", {"since": PAST.isoformat()}).context

    row = next(row for row in context["rows"] if row.name == place.employer.name)
    assert (row.start, row.joined.number, row.left.number, row.moved.number, row.end) == (3, 1, 2, 1, 2)
    for item in (row.joined, row.left, row.moved):
        assert client.get(item.href).context["page"].paginator.count == item.number
    assert "调出" in client.get(row.moved.href).content.decode()
    assert context["whole"].came_over == 1


def test_export_has_a_reason_hides_small_groups_and_is_written_down(place: Place) -> None:
    person(place, "测试甲")
    client = place.client("office")

    assert client.post("/desk/stocktake/export/", {"reason": ""}).status_code == 422
    plain = client.post("/desk/stocktake/export/", {"reason": "年报"})
    public = client.post("/desk/stocktake/export/", {"reason": "年报", "public": "on"})
    people = client.post("/desk/stocktake/export/?people=1", {"reason": "核对"})

    def cells(answer, sheet: str):
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        return [value for row in book[sheet].iter_rows(values_only=True) for value in row]

    assert "1" in cells(plain, "结构")
    assert "1" not in cells(public, "结构")
    assert "<5" in cells(public, "结构")
    assert "测试甲" in cells(people, "名单")
    assert AuditEntry.objects.filter(action="persons.exported").count() == 3


@pytest.mark.parametrize("day", ["2999-01-01", "x", "1900-01-01", "2021-02-30"])
def test_a_day_that_cannot_be_counted_is_refused(place: Place, day: str) -> None:
    client = place.client("office")

    for address in (
        "/desk/stocktake/",
        "/desk/stocktake/flows/",
        "/desk/stocktake/people/",
        "/desk/stocktake/export/",
    ):
        assert client.get(address, {"day": day}).status_code == 422


@pytest.mark.parametrize("people", [1, 3])
def test_the_number_of_queries_does_not_grow(
    place: Place, people: int, django_assert_max_num_queries
) -> None:
    for number in range(people):
        person(place, f"测试{number}")
    client = place.client("office")
    count_day(client, PAST)
    asked = {"day": PAST.isoformat()}
    client.get("/desk/stocktake/", asked)

    with django_assert_max_num_queries(26):
        client.get("/desk/stocktake/", asked)
    with django_assert_max_num_queries(14):
        client.get("/desk/stocktake/people/", asked)
    with django_assert_max_num_queries(14):
        client.get("/desk/stocktake/flows/", {"since": PAST.isoformat()})


def test_nothing_of_a_person_stays_in_a_take_after_erasure(place: Place) -> None:
    someone = person(place, "测试甲")
    count_day(place.client("office"), PAST)

    forget_people([someone])

    assert TakeRow.objects.count() == 0


def test_only_the_office_states_needs(place: Place) -> None:
    assert place.client(Role.LEADER).get("/desk/stocktake/needs/").status_code == 403
    assert Take.objects.filter(people=F("people") + 1).count() == 0
