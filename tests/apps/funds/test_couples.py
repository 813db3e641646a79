"""What policies read of a spouse follows the couple and the spouse's own record (配偶的信息)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from juxian.apps.clock import today
from juxian.apps.funds.actions.grants import end_couple, record_couple
from juxian.apps.funds.models import Couple
from juxian.apps.funds.queries.grants import spouse_of
from juxian.apps.funds.rules import NotPossible
from juxian.apps.linking.actions.merging import merge_persons
from juxian.apps.persons.actions import (
    FactDraft,
    add_facts,
    record_facts,
    refresh_profiles,
    withdraw_fact,
)
from juxian.apps.persons.models import Fact, Person, Profile, Source
from juxian.apps.persons.queries import profile_as_of, profiles_of
from juxian.config.invariants.register import profiles_derived
from juxian.config.invariants.result import Scope as Checked
from tests.apps.funds.scene import Scene, make_scene
from tests.factories import SourceFactory
from tests.web.places import make_place

pytestmark = pytest.mark.django_db
DAY = date(2022, 6, 1)
THEN = date(2020, 1, 1)


@pytest.fixture
def scene(settings: Settings) -> Scene:
    settings.JUXIAN_TODAY = DAY
    return make_scene("gallery")


def person(scene: Scene, name: str, *facts: FactDraft) -> Person:
    return scene.place.person(name, facts=list(facts))


def couple(scene: Scene, one: Person, other: Person, **said: Any) -> Couple:
    return record_couple(first=one, second=other, by=scene.maker, evidence="结婚证", **said)


def of_spouse(one: Person) -> dict[str, Any]:
    values = Profile.objects.get(person=one).values
    return {
        name: value for name, value in values.items() if name == "has_spouse" or name.startswith("spouse.")
    }


def rents(*, yes: bool) -> FactDraft:
    return FactDraft("tenancy", {"rents": yes}, THEN)


def test_both_profiles_read_the_other_once_they_are_a_couple(scene: Scene) -> None:
    one = person(scene, "甲", rents(yes=True), FactDraft("place_class", {"zhuhai_class": "z1"}, THEN))
    other = person(scene, "乙", FactDraft("home_purchase", {"approved_purchase": 5_000}, THEN))

    couple(scene, one, other)

    assert of_spouse(one) == {"has_spouse": True, "spouse.approved_purchase": 5_000}
    assert of_spouse(other) == {"has_spouse": True, "spouse.rents_flat": True, "spouse.zhuhai_class": "z1"}


def test_what_changes_in_the_one_record_changes_in_the_other(scene: Scene) -> None:
    one, other = person(scene, "甲"), person(scene, "乙")
    couple(scene, one, other)

    (fact,) = record_facts(person=other, facts=[rents(yes=True)], source=SourceFactory(), by=scene.maker)
    told = of_spouse(one)
    withdraw_fact(fact=fact, by=scene.maker, reason="填错")

    assert told == {"has_spouse": True, "spouse.rents_flat": True}
    assert of_spouse(one) == {"has_spouse": True}


def test_statements_that_are_added_in_bulk_reach_the_spouse(scene: Scene) -> None:
    one, other, alone = (person(scene, name) for name in "甲乙丙")
    couple(scene, one, other)
    source = Source.objects.create(kind="form", title="表", organisation=one.home, day=today())

    add_facts(
        [
            Fact(person=who, kind="tenancy", value={"rents": True}, since=THEN, source=source)
            for who in (other, alone)
        ]
    )

    assert of_spouse(one) == {"has_spouse": True, "spouse.rents_flat": True}
    assert_derived()


def assert_derived() -> None:
    found = profiles_derived(Checked())
    assert (found.checked > 0, list(found.violations)) == (True, [])


def test_the_end_of_the_couple_ends_it_on_the_day(scene: Scene) -> None:
    one, other = person(scene, "甲", rents(yes=True)), person(scene, "乙")
    couple(scene, one, other, since=date(2019, 5, 1))

    end_couple(person=other, day=date(2022, 3, 1), by=scene.maker, evidence="离婚证")

    assert of_spouse(other) == {}
    assert spouse_of(one) is None
    schema = scene.place.pack.schema
    then = {day: profile_as_of(other, day, schema).get("spouse.rents_flat") for day in DAYS}
    assert then == dict(zip(DAYS, [None, True, True, None], strict=True))
    assert_derived()


DAYS = [date(2019, 4, 30), date(2020, 1, 1), date(2022, 2, 28), date(2022, 3, 1)]


def test_who_is_a_couple_no_more_may_be_one_with_another(scene: Scene) -> None:
    one, other, third = (person(scene, name) for name in "甲乙丙")
    couple(scene, one, other)
    with pytest.raises(NotPossible):
        couple(scene, one, third)

    end_couple(person=one, day=DAY, by=scene.maker, evidence="离婚证")
    couple(scene, one, third)

    assert spouse_of(one) == third
    with pytest.raises(NotPossible):
        end_couple(person=other, day=DAY, by=scene.maker, evidence="离婚证")


@pytest.mark.parametrize("day", [date(2022, 6, 2), date(2019, 4, 30)])
def test_it_ends_neither_in_the_future_nor_before_it_began(scene: Scene, day: date) -> None:
    one, other = person(scene, "甲"), person(scene, "乙")
    couple(scene, one, other, since=date(2019, 5, 1))

    with pytest.raises(NotPossible):
        end_couple(person=one, day=day, by=scene.maker, evidence="离婚证")


def test_the_database_knows_one_spouse_at_a_time(scene: Scene) -> None:
    one, other, third = (person(scene, name) for name in "甲乙丙")
    Couple.objects.create(first=one, second=other)

    with pytest.raises(IntegrityError), transaction.atomic():
        Couple.objects.create(first=one, second=third)


def test_unmarried_on_the_record_is_nothing_of_a_spouse(scene: Scene) -> None:
    one = person(scene, "甲", FactDraft("family", {"marital_status": "unmarried"}, THEN))

    assert of_spouse(one) == {
        "has_spouse": False, "spouse.approved_purchase": 0, "spouse.rents_flat": False,
    }  # fmt: skip


def test_a_spouse_outside_the_register_is_what_the_person_says(scene: Scene) -> None:
    family = FactDraft("family", {"marital_status": "married"}, THEN)
    one = person(scene, "甲", family, FactDraft("household", {"spouse_flat": True}, THEN))

    assert of_spouse(one) == {"has_spouse": True, "spouse.rents_flat": True}


def test_nothing_is_read_of_a_spouse_whom_another_place_keeps(scene: Scene) -> None:
    one = person(scene, "甲")
    elsewhere = make_place("zigui").person("乙")

    couple(scene, one, elsewhere)
    record_facts(person=elsewhere, facts=[], source=SourceFactory(), by=scene.maker)

    assert of_spouse(one) == {"has_spouse": True}
    assert "has_spouse" not in Profile.objects.get(person=elsewhere).values  # its vocabulary does not ask


def test_a_record_that_was_merged_keeps_the_spouse(scene: Scene) -> None:
    one, twin, other = (person(scene, name) for name in "甲甲乙")
    couple(scene, twin, other)
    record_facts(person=other, facts=[rents(yes=True)], source=SourceFactory(), by=scene.maker)

    merge_persons(keep=one, drop=twin, by=scene.maker, reason="同一人")

    assert of_spouse(one) == {"has_spouse": True, "spouse.rents_flat": True}


def test_the_number_of_queries_does_not_grow_with_couples(scene: Scene) -> None:
    people = [person(scene, name) for name in ("甲", "乙", "丙", "丁", "戊", "己")]
    for place in (0, 2, 4):
        couple(scene, people[place], people[place + 1])
    counts = []

    for group in (people[:1], people[:3], people):
        fresh = list(Person.objects.filter(pk__in=[one.pk for one in group]).select_related("home"))
        with CaptureQueriesContext(connection) as found:
            refresh_profiles(fresh)
            profiles_of(fresh, scene.place.pack.schema, DAY)
        counts.append(len(found))

    assert counts[0] == counts[1] == counts[2]


def test_a_place_that_reads_nothing_of_spouses_asks_nothing(settings: Settings) -> None:
    settings.JUXIAN_TODAY = DAY
    place = make_place("zigui")
    one, other = place.person("甲"), place.person("乙")
    with CaptureQueriesContext(connection) as before:
        refresh_profiles([one])

    record_couple(first=one, second=other, by=None, evidence="结婚证")

    with CaptureQueriesContext(connection) as after:
        refresh_profiles([one])
    assert len(after) == len(before)
