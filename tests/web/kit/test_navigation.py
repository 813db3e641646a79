"""Bars: what a role sees, and which link is the current one."""

import pytest

from juxian.apps.accounts.enums import Role
from juxian.web.kit import navigation
from juxian.web.kit.navigation import Item

pytestmark = pytest.mark.urls("juxian.web.kit.urls")


@pytest.fixture(autouse=True)
def bars(monkeypatch):
    monkeypatch.setattr(navigation, "_items", {"work": {}, "public": {}})
    monkeypatch.setattr(navigation, "_starts", {})


def test_a_role_sees_its_own_items_by_group_and_order():
    navigation.register(
        "work",
        Item("sign-in", "乙", group="people", order=2),
        Item("theme", "丙", group="people", order=1, roles=frozenset({Role.OFFICE})),
        Item("start", "甲", group="workbench", order=9),
        Item("language", "丁", group="people", roles=frozenset({Role.LEADER})),
    )

    groups = navigation.work_groups(Role.OFFICE, "/")

    assert [(str(title), [str(link.title) for link in links]) for title, links in groups] == [
        ("工作台", ["甲"]),
        ("人才", ["丙", "乙"]),
    ]


def test_the_longest_matching_address_is_current():
    navigation.register("work", Item("healthz", "短"), Item("demo-switch", "长"))

    links = navigation.work_groups("", "/demo/switch/x")[0][1]

    assert [link.current for link in links] == [False, True]


def test_the_phone_bar_holds_four():
    views = ["start", "theme", "language", "place", "post"]
    navigation.register("work", *(Item(view, view, phone=True) for view in views))

    assert len(navigation.phone_links("", "/")) == 4


def test_roles_start_where_an_audience_said():
    navigation.start_at("healthz", Role.LEADER)

    assert navigation.start_of(Role.LEADER) == "healthz"
    assert navigation.start_of(Role.PERSON) == "portal:home"
    assert navigation.start_of("") == "portal:home"


def test_own_links_of_the_portal_stand_apart_and_one_link_is_current_in_both_rows():
    navigation.register(
        "public",
        Item("healthz", "众", order=1),
        Item("demo-switch", "己", roles=frozenset({Role.PERSON})),
    )

    everybodys, own = navigation.public_links(Role.PERSON, "/demo/switch/x")

    assert [(str(link.title), link.current) for link in (*everybodys, *own)] == [("众", False), ("己", True)]
    assert navigation.public_links("", "/")[1] == []
