"""Where a site wants it, the register shows nobody before somebody is looked for."""

from __future__ import annotations

from typing import Any

import pytest

from juxian.apps.accounts.enums import Role
from tests.web.places import Place

pytestmark = pytest.mark.django_db
LIST = "/desk/persons/"


@pytest.fixture
def search_first(settings: Any) -> None:
    settings.JUXIAN_SEARCH_FIRST = True


@pytest.mark.parametrize(
    ("role", "headers", "query"),
    [
        (Role.OFFICE, {}, ""),
        (Role.LEADER, {}, ""),
        (Role.OFFICE, {"HX-Request": "true"}, ""),
        (Role.OFFICE, {}, "?q="),
        (Role.OFFICE, {}, "?sort=name"),
        (Role.OFFICE, {"HX-Request": "true"}, "?after=JY00000009&page=2"),
    ],
)
def test_nobody_is_shown_before_a_query(
    place: Place, search_first: None, role: Role, headers: dict[str, str], query: str
) -> None:
    person = place.person(name="测试甲")

    answer = place.client(role).get(LIST + query, headers=headers)

    text = answer.content.decode()
    assert answer.status_code in (200, 422)
    assert person.number not in text
    assert person.name not in text
    if answer.status_code == 200:
        assert "先查询，再显示名单" in text


@pytest.mark.parametrize("query", ["?q=测试甲", "?degree=master"])
def test_whoever_is_looked_for_is_shown(place: Place, search_first: None, query: str) -> None:
    person = place.person(name="测试甲")

    assert person.number in place.client(Role.OFFICE).get(LIST + query, follow=True).content.decode()


def test_without_the_setting_the_list_is_there_at_once(place: Place) -> None:
    person = place.person(name="测试甲")

    assert person.number in place.client(Role.OFFICE).get(LIST).content.decode()
