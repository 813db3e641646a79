"""The age structure: figures that open to their people, whatever the number of people."""

from datetime import date
from urllib.parse import unquote

import pytest

from juxian.apps.persons.actions import FactDraft, register_person
from tests.factories import SourceFactory
from tests.web.places import Place


def born(place: Place, *days: str) -> None:
    for day in days:
        facts = [
            FactDraft("identity", {"name": "测试甲", "birth_date": day}, date(1990, 1, 1)),
            FactDraft("employment", {"employer": place.employer.code}, date(2016, 8, 1)),
        ]
        register_person(home=place.root, name="测试甲", facts=facts, source=SourceFactory())


def test_each_band_opens_to_as_many_people(place: Place) -> None:
    born(place, "1991-06-01", "1991-06-02", "1962-03-01", "1987-01-01", "1950-01-01")
    client = place.client("office")

    rows = client.get("/desk/structure/").context["rows"]

    assert [row.now for row in rows] == [1, 2, 0, 0, 0, 0, 1, 1]
    for row in rows:
        assert client.get(row.href).context["total"].number == row.now, unquote(row.href)


def test_the_wave_counts_birthdays_by_year_and_opens_them(place: Place) -> None:
    born(place, "1962-03-01", "1963-12-31", "1963-01-01")
    client = place.client("leader")

    page = client.get("/desk/structure/", {"employer": place.employer.code}).content.decode()

    assert "今后 10 年有 3 人满 60 岁，2023 年最多，2 人" in page
    assert "birth_date+%3E%3D+1963-01-01" in page


@pytest.mark.parametrize("people", [1, 3])
def test_the_number_of_queries_does_not_grow(
    place: Place, people: int, django_assert_max_num_queries
) -> None:
    born(place, *["1980-01-01", "1981-01-01", "1982-01-01"][:people])
    client = place.client("office")
    client.get("/desk/structure/")

    with django_assert_max_num_queries(9):
        assert client.get("/desk/structure/", {"age": "63"}).status_code == 200


def test_strange_parameters_are_taken_as_none(place: Place) -> None:
    assert (
        place.client("office").get("/desk/structure/", {"employer": "x", "age": "<b>"}).context["age"] == "60"
    )
