"""What the household receives already stands beside a grant, before and after it is made (同户已享受)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from juxian.apps.funds.actions.grants import record_couple
from juxian.apps.funds.models import Grant
from juxian.apps.funds.queries.household import households
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from juxian.apps.policies.actions import sweep_pack
from tests.apps.funds.scene import BENEFIT, DAY, POLICY, WAN, Scene, make_scene
from tests.web.desk.funds.helping import browser

pytestmark = pytest.mark.django_db
WORD = f"{POLICY}/{BENEFIT}"
NEW = f"/desk/funds/grants/new/?benefit={WORD}"


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.JUXIAN_TODAY = DAY
    settings.STATIC_ROOT = tmp_path  # must exist for the middleware that serves it
    return make_scene()


def couple(scene: Scene, one: str, other: str) -> tuple[Person, Person]:
    first, second = scene.entitled(one), scene.entitled(other)
    record_couple(first=first, second=second, by=scene.maker, evidence="结婚证")
    return first, second


def test_a_candidate_whose_spouse_has_it_is_marked_with_a_link(scene: Scene) -> None:
    first, _second = couple(scene, "甲", "乙")
    grant = scene.grant(first)
    sweep_pack(pack=scene.place.pack, as_of=DAY)

    page = browser(scene.maker).get(NEW).content.decode()

    assert "安家补贴一户一次" in page
    assert f'href="/desk/funds/grants/{grant.pk}/"' in page
    assert "配偶 甲" in page


def test_the_page_of_a_grant_names_what_the_household_has(scene: Scene) -> None:
    first, second = couple(scene, "甲", "乙")
    grant = scene.grant(first)
    Grant.objects.filter(pk=grant.pk).update(policy="other", benefit="thing", title="另一项补贴")
    mine = scene.grant(second)

    page = browser(scene.maker).get(f"/desk/funds/grants/{mine.pk}/").content.decode()

    assert "同户已享受" in page
    assert "另一项补贴" in page
    assert f'href="/desk/persons/{first.number}/"' in page
    assert "安家补贴一户一次" not in page  # its own grant does not stand against it


def test_records_elsewhere_statements_and_merged_records_count(scene: Scene) -> None:
    number = "620201199001011232"
    stated = FactDraft("benefit_received", {"benefit": "purchase", "amount": 5 * WAN}, date(2021, 1, 1))
    person = scene.entitled("甲", number, facts=[stated])
    elsewhere = scene.place.person("甲", number)
    Person.objects.filter(pk=elsewhere.pk).update(home=scene.place.employer)
    Grant.objects.filter(pk=scene.grant(person).pk).update(person=elsewhere)
    merged = scene.entitled("甲旧档")
    old = scene.grant(merged)
    Grant.objects.filter(pk=old.pk).update(policy="rent", benefit="rent-subsidy", title="租房补贴")
    Person.objects.filter(pk=merged.pk).update(merged_into=person)

    found = households([person], WORD, scene.place.pack, "zh")[person.pk]

    assert next((item.claim.title, item.excludes) for item in found.received)[1]
    assert {item.claim.title for item in found.received[1:]} == {"租房补贴", "purchase"}


def test_nobody_else_is_drawn_in(scene: Scene) -> None:
    first, _second = couple(scene, "甲", "乙")
    scene.grant(first)
    alone = scene.entitled("丙")

    found = households([alone], WORD, scene.place.pack, "zh")[alone.pk]

    assert (found.spouse, found.received, found.excludes) == (None, [], False)


def test_the_number_of_queries_does_not_grow(scene: Scene) -> None:
    client, counts = browser(scene.maker), []
    for one, other in (("甲", "乙"), ("丙", "丁"), ("戊", "己")):
        first, _second = couple(scene, one, other)
        scene.grant(first)
        sweep_pack(pack=scene.place.pack, as_of=DAY)
        client.get(NEW)
        with CaptureQueriesContext(connection) as captured:
            client.get(NEW)
        counts.append(len(captured))

    assert len(set(counts)) == 1
