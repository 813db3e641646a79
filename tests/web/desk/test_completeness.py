"""Completeness by unit, on the person page and in the list: one truth on all of them."""

from datetime import date

import pytest

from juxian.apps.corrections.actions import confirm_record
from juxian.apps.persons.actions import FactDraft, record_facts, refresh_profiles
from juxian.apps.persons.models import Profile, Source
from tests.factories import SourceFactory
from tests.web.places import Place


@pytest.fixture
def said(place: Place) -> date:
    """The day of every source: within the year of ``place``."""
    return date(2022, 3, 1)


def complete(place: Place, name: str, said: date):
    person = place.person(name)
    source = SourceFactory(day=said)
    rank = {"employer": place.employer.code, "position": "医师", "rank": "professional"}
    record_facts(person=person, facts=[FactDraft("employment", rank, date(2016, 8, 1))], source=source)
    Source.objects.update(day=said)
    refresh_profiles([person])
    return person


@pytest.mark.parametrize("people", [1, 3])
def test_units_ask_a_constant_number_of_queries(
    place: Place, people: int, django_assert_max_num_queries
) -> None:
    for number in range(people):
        place.person(f"测试{'甲乙丙'[number]}")
    client = place.client("leader")
    client.get("/desk/completeness/")

    with django_assert_max_num_queries(8):
        (row,) = client.get("/desk/completeness/").context["rows"]

    assert (row.people, row.missing) == (people, people)  # nobody has a rank


def test_a_figure_opens_to_its_people(place: Place, said: date) -> None:
    whole, thin = complete(place, "测试甲", said), place.person("测试乙")
    client = place.client("office")

    (row,) = client.get("/desk/completeness/").context["rows"]
    missing = client.get("/desk/persons/", {"gaps": "missing", "employer": row.code}).context["rows"]
    stale = client.get("/desk/persons/", {"gaps": "stale", "employer": row.code}).context["rows"]

    assert [item.number for item in missing] == [thin.number]
    assert (row.missing, row.stale) == (len(missing), len(stale))
    assert Profile.objects.get(person=whole).complete == 1000


def test_what_is_old_is_asked_for_until_somebody_confirms(place: Place) -> None:
    person = complete(place, "测试甲", date(2021, 1, 1))
    client = place.client("office")

    before = client.get(f"/desk/persons/{person.number}/").content.decode()
    confirm_record(person=person, by=place.user("person", person=person))
    after = client.get(f"/desk/persons/{person.number}/").content.decode()

    assert "任职：用人单位" in before
    assert "该更新了" in before
    assert "该更新了" not in after
    assert Profile.objects.get().stale_on == date(2023, 6, 1)


def test_the_person_is_asked_for_everything_and_the_employer_for_what_the_employer_may_see(
    place: Place,
) -> None:
    person = place.person()
    person.facts.filter(kind="contact").update(withdrawn_at="2022-05-01T00:00Z")

    own = place.client("person", person=person).get("/me/").content.decode()
    unit = place.client("employer").get(f"/records/{person.number}/").content.decode()

    assert "联系方式：手机" in own
    assert ["任职：人才队伍" in page for page in (own, unit)] == [True, True]
    assert "联系方式：手机" not in unit
