"""Teams, carriers and pairs over the API: as of any day, page by page, numbers of people and no names."""

from __future__ import annotations

from datetime import date

import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.collectives.actions import CollectiveDraft, found_collective, join, pair
from juxian.apps.collectives.models import Collective
from tests.web.api.conftest import Ask, secret_of
from tests.web.places import Place, make_place

START = date(2020, 1, 1)


def founded(place: Place, name: str = "测试团队") -> Collective:
    draft = CollectiveDraft("innovation-team", name, place.employer, START, level="city")
    return found_collective(home=place.root, draft=draft, by=None)


def test_teams_are_read_as_of_a_day_with_their_members(ask: Ask, place: Place) -> None:
    person = place.person()
    join(collective=founded(place), person=person, role="leader", since=date(2021, 1, 1), by=None)
    founded(make_place("zigui"), "外地团队")

    now = ask("GET", "collectives").json()
    then = ask("GET", "collectives?as_of=2020-06-01").json()
    before = ask("GET", "collectives?as_of=2019-06-01").json()

    assert [(one["name"], one["level_title"]) for one in now["collectives"]] == [("测试团队", "市级")]
    assert now["collectives"][0]["members"] == [
        {
            "person": person.number,
            "role": "leader",
            "role_title": "负责人",
            "leads": True,
            "since": "2021-01-01",
            "until": None,
        }
    ]
    assert then["collectives"][0]["members"] == []
    assert before["collectives"] == []
    assert person.name not in str(now)
    entry = AuditEntry.objects.filter(action="collectives.pulled").order_by("pk")[0]
    assert entry.detail == {"what": "collectives", "rows": 1, "persons": 1}


def test_pages_follow_the_last_id(ask: Ask, place: Place) -> None:
    for number in range(3):
        founded(place, f"团队{number}")

    first = ask("GET", "collectives?size=2").json()
    second = ask("GET", f"collectives?size=2&after={first['after']}").json()

    assert ([one["name"] for one in first["collectives"]], first["more"]) == (["团队0", "团队1"], True)
    assert ([one["name"] for one in second["collectives"]], second["more"]) == (["团队2"], False)


def test_pairs_are_read_by_numbers(ask: Ask, place: Place) -> None:
    mentor, apprentice = place.person(), place.person("测试乙")
    pair(home=place.root, kind="mentorship", mentor=mentor, apprentice=apprentice, since=START, by=None)

    found = ask("GET", "pairings?kind=mentorship").json()["pairings"]

    assert [(one["mentor"], one["apprentice"], one["kind_title"]) for one in found] == [
        (mentor.number, apprentice.number, "导师制")
    ]
    assert ask("GET", "pairings?kind=apprenticeship").json()["pairings"] == []


@pytest.mark.parametrize("query", ["as_of=1899-12-31", "size=0", "size=201", "after=-1", "sort=club"])
def test_what_is_out_of_range_is_refused(ask: Ask, query: str) -> None:
    assert ask("GET", f"collectives?{query}").status_code == 422


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(ask: Ask, place: Place, rows: int, django_assert_max_num_queries) -> None:
    for number in range(rows):
        team = founded(place, f"团队{number}")
        join(collective=team, person=place.person(f"测试{number}"), role="core", since=START, by=None)
    ask("GET", "collectives")

    with django_assert_max_num_queries(16):
        assert len(ask("GET", "collectives").json()["collectives"]) == rows


def test_a_token_needs_the_permission(ask: Ask, place: Place) -> None:
    other = secret_of(place, ["policies.read"])

    assert ask("GET", "collectives", secret=other).status_code == 403
    assert ask("GET", "pairings", secret=other).status_code == 403
