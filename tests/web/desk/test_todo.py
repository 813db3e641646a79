"""What waits for an officer stands on the first page, and opens to what it counts."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from juxian.apps.accounts.enums import Role
from juxian.apps.policies.actions import begin_draft, submit_draft
from juxian.web.desk import todo
from tests.apps.services.stage import set_stage
from tests.web.desk.test_linking import doubtful
from tests.web.places import Place

LINE = re.compile(
    r'<li hx-disable class="notice (\w+)"><div class="two"><a href="([^"]+)">([^<]+)</a></div><span class="sub">([^<]+)<'
)


def told(client: Any) -> dict[str, tuple[str, str]]:
    """Title → (number, tone) of the lines on the first page; each address answers."""
    page = client.get(reverse("desk:home")).content.decode()
    found = {title: (number, tone, href) for tone, href, title, number in LINE.findall(page)}
    for _number, _tone, href in found.values():
        assert client.get(href.replace("&amp;", "&")).status_code == 200
    return {title: (number, tone) for title, (number, tone, _href) in found.items()}


def test_nothing_to_do_is_said(place: Place) -> None:
    assert "没有等您办理的事" in place.client("office").get(reverse("desk:home")).content.decode()


def test_late_and_open_cases_doubles_and_drafts_of_others_are_counted(
    db: None, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.JUXIAN_TODAY = date(2026, 1, 5)
    stage = set_stage(monkeypatch)
    place = stage.place
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    doubtful(place, 2)
    for branch, clerk in (("staff", "human-resources"), ("money", "finance"), ("homes", "housing")):
        case = stage.does(case, stage.clerks[clerk], "pass", task=f"checks/{branch}")
    pack, writer = place.pack, stage.second
    draft = begin_draft(pack=pack, root=place.root, policy=next(iter(pack.policies.values())), by=writer)
    submit_draft(draft=draft, effective_on=date(2027, 1, 1), pack=pack, root=place.root, by=writer)

    lines = told(place.client("office"))

    assert lines == {
        "待办的办件": ("1", "info"),
        "疑似重复的档案": ("2", "warn"),
        "等您发布的政策": ("1", "warn"),
    }


def test_a_department_sees_its_cases_alone(place: Place) -> None:
    doubtful(place, 1)

    assert told(place.client(Role.DEPARTMENT)) == {}


@pytest.mark.parametrize("pairs", [1, 3])
def test_a_constant_number_of_queries(place: Place, pairs: int, django_assert_max_num_queries: Any) -> None:
    doubtful(place, pairs)
    client = place.client("office")
    client.get(reverse("desk:home"))

    with django_assert_max_num_queries(22):
        client.get(reverse("desk:home"))


def test_more_than_is_counted_is_said(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(todo, "COUNTED", 1)
    doubtful(place, 2)

    assert told(place.client("office"))["疑似重复的档案"][0] == "1+"
