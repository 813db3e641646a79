"""A record that grows is the same as one derived anew (信息项追加)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juxian.apps.clock import today
from juxian.apps.persons.actions import add_facts, refresh_profiles
from juxian.apps.persons.models import Fact, Person, Profile, SearchTerm, Source
from juxian.apps.persons.registry import _listeners, hear_of_changes
from juxian.core.facts.reach import reach_of
from juxian.core.identity.searching import MOST_TERMS
from juxian.core.packs import pack_called
from tests.apps.funds.scene import Scene, make_scene

pytestmark = pytest.mark.django_db
PAID = {"benefit": "rent-base", "amount": 30_000, "batch": "R000007-00001"}


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def stored(person: Person) -> tuple[Any, ...]:
    """The row and the terms, as they stand."""
    row = Profile.objects.filter(person=person).values().get()
    return (
        row,
        list(row["values"]),
        sorted(SearchTerm.objects.filter(person=person).values_list("term", flat=True)),
    )


def paid(person: Person, kind: str = "benefit_received", **values: Any) -> Fact:
    source = Source.objects.create(kind="form", title="资金拨付", organisation=person.home, day=today())
    return Fact(person=person, kind=kind, value=PAID | values, since=date(2022, 3, 1), source=source)


def test_what_a_payment_adds_is_what_deriving_anew_gives(scene: Scene) -> None:
    person = scene.entitled("张三")

    for values in ({}, {"amount": 5_000}, {"benefit": "第一次安家", "batch": "R000009-00002"}):
        add_facts([paid(person, **values)])
        grown = stored(person)
        refresh_profiles([person])

        assert grown == stored(person)
    assert grown[0]["values"]["received"] == {"rent-base": 35_000, "第一次安家": 30_000}


def test_payments_of_many_persons_at_once(scene: Scene) -> None:
    people = [scene.entitled(name) for name in ("甲一", "乙二", "丙三")]

    add_facts([paid(person, amount=100 + place) for person in people for place in range(2)])

    assert [stored(person)[0]["values"]["received"] for person in people] == [{"rent-base": 201}] * 3


def test_the_number_of_statements_does_not_grow(scene: Scene) -> None:
    people = [scene.entitled(name) for name in ("甲一", "乙二", "丙三")]
    counts = []

    for group in (people[:1], people):
        facts = [paid(person) for person in group]
        with CaptureQueriesContext(connection) as found:
            add_facts(facts)
        counts.append(len(found))

    assert counts[0] == counts[1]


def test_a_row_of_another_day_is_derived_whole(scene: Scene) -> None:
    person = scene.entitled("张三")
    Profile.objects.filter(person=person).update(derived_for=date(2020, 1, 1), values={}, degree=None)

    add_facts([paid(person)])

    row = stored(person)[0]
    assert (row["derived_for"], row["degree"], row["values"]["received"]) == (
        today(),
        "bachelor",
        {"rent-base": 30_000},
    )


def test_who_has_no_row_or_too_many_terms_is_derived_whole(scene: Scene) -> None:
    bare, full = scene.entitled("张三"), scene.entitled("李四")
    Profile.objects.filter(person=bare).delete()
    SearchTerm.objects.bulk_create(SearchTerm(term=f"w{place}", person=full) for place in range(MOST_TERMS))

    add_facts([paid(bare), paid(full)])

    for person in (bare, full):
        grown = stored(person)
        refresh_profiles([person])
        assert grown == stored(person)
    assert SearchTerm.objects.filter(person=full).count() < MOST_TERMS


@pytest.mark.parametrize("kind", ["identity", "employment", "education", "talent_class"])
def test_kinds_that_reach_further_are_derived_whole(scene: Scene, kind: str) -> None:
    schema = pack_called("jiayuguan").schema
    reach = reach_of([kind], schema)

    assert reach is None or reach.fields & set(Profile.COLUMNS)


def test_who_hears_of_a_change(scene: Scene) -> None:
    person, heard = scene.entitled("张三"), list[str]()

    def everything(_people: Any) -> None:
        heard.append("everything")

    def payments(_people: Any) -> None:
        heard.append("payments")

    def names(_people: Any) -> None:
        heard.append("names")

    hear_of_changes(everything)
    hear_of_changes(payments, ["benefit_received"])
    hear_of_changes(names, ["identity"])
    try:
        add_facts([paid(person)])
        assert heard == ["everything", "payments"]
        refresh_profiles([person])
        assert heard[2:] == ["everything", "payments", "names"]
    finally:
        for listener in (everything, payments, names):
            del _listeners[listener]
