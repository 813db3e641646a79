"""The leader's pages: figures, and the way from each down to a person."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.actions import refresh_profiles
from juxian.apps.persons.enums import Verification
from juxian.web.board.structure import age_bands
from tests.factories import FactFactory, OrganisationFactory, PersonFactory

DAY = date(2022, 6, 1)
INTRODUCTION = {"mode": "full_time", "track": "open_recruitment", "degree": "master"}


@pytest.fixture
def introduce(place):
    """``introduce(3)`` registers three persons with a master's degree, introduced in June 2022."""

    def make(count: int, **fact):
        people = PersonFactory.create_batch(count, home=place)
        for person in people:
            FactFactory(person=person, kind="introduction", value=INTRODUCTION, since=DAY, **fact)
            FactFactory(person=person, value={"degree": "master"}, since=date(2015, 6, 30))
            FactFactory(
                person=person, kind="identity", value={"name": person.name, "birth_date": "1990-05-01"}
            )
        refresh_profiles(people, date(2026, 1, 15))
        return people

    return make


def shown(client: Client, address: str) -> list[str]:
    """Numbers of the persons that a list shows."""
    return re.findall(r"/board/persons/([A-Z]{2}\d{8})/", client.get(address).content.decode())


def addresses(page: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="(/board/persons/\?[^"]+)"', page)]


@pytest.mark.parametrize("address", ["/board/", "/board/targets/", "/board/figures/", "/board/persons/"])
@pytest.mark.parametrize("role", [Role.LEADER, Role.OFFICE])
def test_leaders_and_the_office_read_the_board(sign_in, address, role):
    assert sign_in(role).get(address).status_code == 200


@pytest.mark.parametrize("role", [Role.EMPLOYER, Role.DEPARTMENT, Role.PERSON, Role.AUDITOR])
def test_nobody_else_does(sign_in, role):
    assert sign_in(role).get("/board/").status_code == 403


def test_a_visitor_is_asked_to_sign_in(place):
    assert Client().get("/board/").status_code == 302


def test_every_figure_of_the_dashboard_opens(sign_in, introduce):
    introduce(3)
    client = sign_in(Role.LEADER)

    found = addresses(client.get("/board/?on=published").content.decode())

    assert len(found) > 10
    assert {client.get(address).status_code for address in set(found)} == {200}


def test_a_figure_opens_to_exactly_its_persons(sign_in, introduce):
    counted = introduce(2)
    PersonFactory(home=counted[0].home)
    client = sign_in(Role.LEADER)

    numbers = shown(client, "/board/persons/?indicator=introduced-masters&on=published")

    assert numbers == sorted(person.number for person in counted)


def test_a_mark_of_a_chart_opens_to_exactly_its_persons(sign_in, introduce, place):
    counted = sorted(person.number for person in introduce(2))
    PersonFactory(home=place)
    client = sign_in(Role.LEADER)

    for mark in ("degree=master", "introduced=2022-06", "born=1986-1990", "degree=doctor&degree=master"):
        assert shown(client, f"/board/persons/?{mark}&on=published") == counted
    assert shown(client, "/board/persons/?introduced=2022-05&on=published") == []


def test_the_list_tells_why_each_person_is_counted(sign_in, introduce):
    introduce(1)

    page = (
        sign_in(Role.LEADER).get("/board/persons/?indicator=introduced-masters&on=published").content.decode()
    )

    assert "以全职方式引进（公开招聘）" in page
    assert "引进时学历：硕士" in page


def test_a_person_is_shown_with_facts_and_sources(sign_in, introduce):
    (person,) = introduce(1, evidence="引进审批表", verification=Verification.VERIFIED)

    page = sign_in(Role.LEADER).get(f"/board/persons/{person.number}/?on=published").content.decode()

    assert "引进审批表" in page
    assert "已核验" in page
    assert "测试来源" in page


def test_persons_of_another_place_are_not_found(sign_in, place):
    stranger = PersonFactory(home=OrganisationFactory())
    client = sign_in(Role.LEADER)

    assert client.get(f"/board/persons/{stranger.number}/").status_code == 404
    assert stranger.number not in client.get("/board/persons/").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "indicator=none",
        "attention=x",
        "introduced=2022-13",
        "introduced=x",
        "born=9-1",
        "degree=x",
        "employer=x",
    ],
)
def test_a_condition_that_nobody_has_drawn_is_not_found(sign_in, query):
    assert sign_in(Role.LEADER).get(f"/board/persons/?{query}").status_code == 404


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=99999999999999999999", "on=x", "degree=", "indicator="]
)
def test_odd_addresses_show_the_nearest_list(sign_in, introduce, query):
    introduce(1)

    assert sign_in(Role.LEADER).get(f"/board/persons/?{query}").status_code == 200


@pytest.mark.parametrize(
    "address", ["/board/?on=published", "/board/persons/?indicator=introduced&on=published"]
)
def test_the_number_of_queries_does_not_grow_with_the_people(sign_in, introduce, address):
    client = sign_in(Role.LEADER)
    introduce(1)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)

    introduce(3)
    with CaptureQueriesContext(connection) as more:
        client.get(address)

    assert len(more) == len(few)


def test_ages_fall_into_their_ranges():
    bands = {
        band.label: band.value
        for band in age_bands({2031: 32, 1997: 1, 1996: 2, 1992: 4, 1961: 8, 1900: 16}, DAY)
    }

    assert bands["≤25"] == 1
    assert bands["26–30"] == 6
    assert bands["≥61"] == 24
    assert sum(bands.values()) == 31


def test_alerts_open_to_those_they_count(sign_in, introduce, place):
    counted = introduce(2, verification=Verification.UNVERIFIED)
    ending = PersonFactory(home=place)
    FactFactory(
        person=ending,
        kind="card",
        value={"card": "x"},
        since=DAY,
        until=date(2023, 1, 31),
        verification="verified",
    )
    client = sign_in(Role.LEADER)

    page = client.get("/board/?on=published").content.decode()

    assert "2 人有待核验的信息项" in page
    assert "1 人的管理期或合同将在 90 日内届满" in page
    unverified = shown(client, "/board/persons/?attention=unverified&on=published")
    assert unverified == sorted(person.number for person in counted)
    assert shown(client, "/board/persons/?attention=ending&on=published") == [ending.number]


def test_every_chart_says_what_it_shows(sign_in, introduce):
    introduce(3)

    answer = sign_in(Role.LEADER).get("/board/?on=published")
    charts = [answer.context[name] for name in ("months", "ranks", "degrees", "titles", "ages", "employers")]

    assert all(chart.finding for chart in charts)
    page = unescape(answer.content.decode())
    assert all(f'<p class="finding">{chart.finding}</p>' in page for chart in charts)


def test_the_sentence_under_a_chart_gives_the_share_that_the_chart_shows(sign_in, introduce):
    counted = introduce(3)
    other = PersonFactory(home=counted[0].home)
    FactFactory(person=other, kind="identity", value={"name": other.name, "birth_date": "1991-05-01"})
    refresh_profiles([other], DAY)

    degrees = sign_in(Role.LEADER).get("/board/?on=published").context["degrees"]

    assert degrees.finding.endswith(degrees.rows[0][-1])
    assert degrees.rows[0][-1] != "100.0%"
