"""The register list: filters, conditions, pages, and how many queries it takes."""

import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from juxian.web.desk.persons.paging import SORTS, page_of
from tests.web.places import ID_NUMBER

LIST = "/desk/persons/"


def numbers(answer) -> list[str]:
    return [row.number for row in answer.context["rows"]]


def count_queries(place, django_assert_max_num_queries, address=LIST):
    client = place.client("office")
    client.get(address)
    with django_assert_max_num_queries(100) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", [LIST, "/desk/", "/desk/organisations/", "/desk/policies/"])
def test_the_number_of_queries_does_not_grow(place, django_assert_max_num_queries, address):
    place.person("测试一")
    with_one = count_queries(place, django_assert_max_num_queries, address)
    place.person("测试二")
    place.person("测试三")

    assert count_queries(place, django_assert_max_num_queries, address) == with_one


@pytest.mark.parametrize(
    "query",
    [
        "degree=doctor",
        "q=测试乙",
        "q=ceshiyi",
        "condition=学历 >= 博士",
        "condition=学历 ＝ 博士",
        "q={number}",
    ],
)
def test_each_filter_finds_its_person(place, query):
    place.person("测试甲", degree="master")
    wanted = place.person("测试乙", degree="doctor")

    answer = place.client("office").get(LIST + "?" + query.format(number=wanted.number), follow=True)

    assert numbers(answer) == [wanted.number]


def test_a_wrong_condition_is_told_at_its_place(place):
    answer = place.client("office").get(LIST, {"condition": "学历 >= 3"})

    assert answer.status_code == 422
    (problem,) = answer.context["form"].problems
    assert problem.quoted == "学历 >= 3"
    assert problem.message.zh in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"degree": "wizard"},
        {"sort": "password"},
        {"size": "101"},
        {"size": "x"},
        {"indicator": "none"},
        {"policy": "none"},
    ],
)
def test_a_value_that_is_not_offered_is_refused(place, query):
    assert place.client("office").get(LIST, query).status_code == 422


def test_an_id_number_may_not_stand_in_the_address(place):
    place.person(number=ID_NUMBER)

    answer = place.client("office").get(LIST, {"q": ID_NUMBER}, follow=True)

    assert answer.status_code == 422
    assert ID_NUMBER not in answer.request["QUERY_STRING"]
    assert "rows" not in answer.context


def test_a_number_that_is_posted_opens_its_record_and_is_audited(place):
    person = place.person(number=ID_NUMBER)

    answer = place.client("office").post(reverse("desk:person-find"), {"document_number": ID_NUMBER})

    assert answer.status_code == 303
    assert answer.url == reverse("desk:person", args=[person.number])
    entry = AuditEntry.objects.get(action="persons.searched_by_number")
    assert ID_NUMBER not in str(entry.detail)


def test_a_number_nobody_has_leads_back_to_the_list(place):
    answer = place.client("office").post(reverse("desk:person-find"), {"document_number": ID_NUMBER})

    assert answer.url == LIST


def test_chips_take_one_condition_away(place):
    answer = place.client("office").get(LIST, {"degree": "master", "status": "serving", "after": "TT1"})

    assert {chip.names: href for chip, href in answer.context["chips"]} == {
        ("degree",): f"{LIST}?status=serving",
        ("status",): f"{LIST}?degree=master",
    }


def test_htmx_gets_the_list_alone(place):
    answer = place.client("office").get(LIST, headers={"HX-Request": "true"})

    assert answer.content.decode().strip().startswith('<div id="list"')
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_one_another_without_gap_or_repetition(place, sort):
    people = [place.person(name) for name in ("测试丁", "测试乙", "测试甲", "测试丙", "测试戊")]
    people[0].profile.__class__.objects.filter(pk=people[0].pk).update(
        introduced_on="2020-01-01", birth_date=None
    )
    every = Person.objects.all()
    whole = [person.pk for person in page_of(every, SORTS[sort], 10).rows]

    seen, after = [], ""
    while True:
        page = page_of(every, SORTS[sort], 2, after=after)
        seen += [person.pk for person in page.rows]
        if not page.has_next:
            break
        after = page.rows[-1].number

    assert seen == whole
    back = page_of(every, SORTS[sort], 2, before=page.rows[0].number)
    assert [person.pk for person in back.rows] == whole[2:4]


def test_a_filtered_list_goes_on_along_its_index(place):
    for name in ("测试一", "测试二", "测试三", "测试四", "测试五"):
        place.person(name)
    place.person("测试六", degree="bachelor")
    client, address, found = place.client("office"), f"{LIST}?degree=master&size=2", []

    while address:
        answer = client.get(address)
        found.append(numbers(answer))
        back = answer.context["previous"]
        assert not back or numbers(client.get(back)) == found[-2]
        address = answer.context["next"]

    assert [len(part) for part in found] == [2, 2, 1]
    newest = Person.objects.filter(profile__degree="master").order_by("-pk").values_list("number", flat=True)
    assert [number for part in found for number in part] == list(newest)


@pytest.mark.parametrize(
    "query",
    ["degree=master", "talent_level={level}", "title_level=senior", "employer={employer}",
     "degree=master&title_level=senior&six_ranks=professional"],
)  # fmt: skip
def test_a_filtered_list_is_not_sorted(place, query):
    if connection.vendor != "sqlite":
        pytest.skip("says what SQLite does")
    schema = place.pack.schema
    level = next(iter(schema.scale_of(schema.profile["talent_level"].type).levels.values())).code
    client = place.client("office")
    with CaptureQueriesContext(connection) as captured:
        client.get(f"{LIST}?{query.format(employer=place.employer.code, level=level)}")
    (page,) = [row["sql"] for row in captured if "LIMIT 21" in row["sql"] and "persons_profile" in row["sql"]]

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {page}")
        plan = " ".join(str(row[3]) for row in cursor.fetchall())

    assert "USING INDEX profile_" in plan
    assert "TEMP B-TREE" not in plan


def test_next_page_keeps_the_filters(place):
    for name in ("测试一", "测试二", "测试三"):
        place.person(name)

    first = place.client("office").get(LIST, {"degree": "master", "size": "2"})

    assert "degree=master" in first.context["next"]
    assert re.search(r"after=JY\d{8}", urlsplit(first.context["next"]).query)


def test_the_persons_behind_a_figure(place):
    wanted = place.person(
        "测试甲",
        facts=[
            FactDraft("introduction", {"mode": "full_time", "track": "open_recruitment"}, date(2020, 3, 1))
        ],
    )
    place.person("测试乙")

    answer = place.client("leader").get(LIST, {"indicator": "introduced"})

    assert numbers(answer) == [wanted.number]


def test_hostile_names_are_escaped(place):
    place.person("<script>alert(1)</script>")

    page = place.client("office").get(LIST).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    "query",
    ["q=%00", "after=%00", "before=%27", "page=-1", "page=%C2%B2", "size=0", "size=99999999999999999999", "employer=%00", "benefit=%00",
     "condition=%00", "condition=" + "(" * 500, "degree=master&degree=doctor", "q=%FF%FE", "sort=", "after=JY1&before=JY2"],
)  # fmt: skip
def test_whatever_is_sent_has_a_clear_answer(place, query):
    place.person()

    assert place.client("office").get(f"{LIST}?{query}", follow=True).status_code in (200, 400, 422)


@pytest.mark.parametrize("path", ["%00/", "999999999999999999999999/", "..%2f/", "JY00000001'/"])
def test_an_address_that_is_no_number_is_not_found(place, path):
    assert place.client("office").get(LIST + path).status_code in (400, 404)
