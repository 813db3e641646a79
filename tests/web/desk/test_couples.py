"""The spouse on the page of a person: recorded, ended, and told to nobody who may not see the record."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.models import AuditEntry
from juxian.apps.funds.actions.grants import record_couple
from juxian.apps.funds.models import Couple
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from tests.web.places import Place, make_place

pytestmark = pytest.mark.django_db
THEN = date(2020, 1, 1)
HIDDEN = "配偶的信息，不显示"
WHY = "/why/r33-zhuhai-leaders/zhuhai-housing/"


@pytest.fixture
def place(settings: Settings) -> Place:
    settings.JUXIAN_TODAY = date(2022, 6, 1)
    return make_place("gallery")


def classed(place: Place, name: str, level: str) -> Person:
    return place.person(
        name,
        facts=[
            FactDraft("place_class", {"zhuhai_class": level}, THEN),
            FactDraft("household", {"flat_or_shared": False}, THEN),
        ],
    )


def test_a_couple_is_recorded_and_ended(place: Place) -> None:
    one, other = classed(place, "甲一", "z2"), classed(place, "乙二", "z1")
    office = place.client(Role.OFFICE)
    address = f"/desk/persons/{one.number}/spouse/"

    office.post(address, {"number": other.number, "evidence": "结婚证", "since": "2019-05-01"})
    page = office.get(f"/desk/persons/{one.number}/").content.decode()
    office.post(address, {"until": "2022-03-01", "evidence": "离婚证"})

    assert f'href="/desk/persons/{other.number}/"' in page
    couple = Couple.objects.get()
    assert (couple.since, couple.until) == (date(2019, 5, 1), date(2022, 3, 1))
    found = AuditEntry.objects.filter(action__startswith="funds.couple").order_by("pk")
    assert list(found.values_list("action", "reason")) == [
        ("funds.couple_recorded", "结婚证"),
        ("funds.couple_ended", "离婚证"),
    ]
    assert other.number not in office.get(f"/desk/persons/{one.number}/").content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"number": "XX00000001", "evidence": "结婚证"},
        {"number": "own", "evidence": "结婚证"},
        {"number": "other", "evidence": ""},
    ],
    ids=["nobody", "oneself", "no evidence"],
)
def test_what_is_wrong_is_told_and_kept(place: Place, typed: dict[str, str]) -> None:
    one, other = classed(place, "甲一", "z2"), classed(place, "乙二", "z1")
    number = {"own": one.number, "other": other.number}.get(typed["number"], typed["number"])

    answer = place.client(Role.OFFICE).post(f"/desk/persons/{one.number}/spouse/", typed | {"number": number})

    assert answer.status_code == 422
    assert number in answer.content.decode()
    assert not Couple.objects.exists()


def test_the_office_that_may_see_both_reads_the_values(place: Place) -> None:
    one, other = classed(place, "甲一", "z2"), classed(place, "乙二", "z1")
    record_couple(first=one, second=other, by=None, evidence="结婚证")

    page = place.client(Role.OFFICE).get(f"/desk/persons/{one.number}{WHY}").content.decode()

    assert "一类人才；二类人才" in page
    assert HIDDEN not in page


@pytest.mark.parametrize("address", ["/me/", "/me" + WHY])
def test_the_person_reads_whether_it_is_met_and_no_value(place: Place, address: str) -> None:
    one, other = classed(place, "甲一", "z2"), classed(place, "乙二", "z1")
    record_couple(first=one, second=other, by=None, evidence="结婚证")
    page = place.client(Role.PERSON, person=one).get(address).content.decode()

    assert "配偶的珠海层次不超过珠海层次" in page
    assert HIDDEN in page
    assert "一类人才；" not in page
    assert "若配偶" not in page


def test_the_page_of_a_person_asks_as_much_with_a_spouse_as_without(place: Place) -> None:
    one, other, alone = (classed(place, name, "z2") for name in ("甲一", "乙二", "丙三"))
    record_couple(first=one, second=other, by=None, evidence="结婚证")
    office = place.client(Role.OFFICE)
    counts = []

    for person in (alone, one):
        office.get(f"/desk/persons/{person.number}/")
        with CaptureQueriesContext(connection) as found:
            office.get(f"/desk/persons/{person.number}/")
        counts.append(len(found))

    assert counts[1] - counts[0] <= 3  # the spouse, the facts, the record that may be seen
