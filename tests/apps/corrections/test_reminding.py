"""People are asked to confirm, and told of what ends, once for each of the pack's days."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from juxian.apps.corrections.actions import confirm_record
from juxian.apps.corrections.actions.reminding import remind, remind_all
from juxian.apps.messaging.models import Message
from juxian.apps.persons.actions import FactDraft, record_facts, withdraw_fact
from juxian.apps.persons.models import Person
from tests.factories import SourceFactory
from tests.web.places import make_place

pytestmark = pytest.mark.django_db
DAY = date(2022, 6, 1)


@pytest.fixture
def place(settings):
    settings.JUXIAN_TODAY = DAY
    return make_place()


@pytest.fixture
def person(place):
    made = place.person()
    Person.objects.update(created_at=timezone.make_aware(timezone.datetime(2021, 5, 1)))
    place.user("person", person=made)
    return made


def subjects() -> list[str]:
    return sorted(Message.objects.values_list("template", flat=True))


def skill(person, until: date, level: str = "技师"):
    draft = FactDraft("skill", {"level": "level3", "occupation": level}, date(2020, 1, 1), until)
    return record_facts(person=person, facts=[draft], source=SourceFactory())[0]


def test_who_has_not_confirmed_for_a_year_is_asked_once_and_so_is_the_unit(place, person):
    place.user("employer")

    first = remind(home=place.root, day=DAY)
    again = remind(home=place.root, day=DAY + timedelta(days=1))

    assert (first, again) == (2, 0)
    assert subjects() == ["corrections.confirm", "corrections.confirm_unit"]
    assert "1 人" in Message.objects.get(template="corrections.confirm_unit").subject_zh


def test_a_confirmation_rests_for_the_packs_months(place, person):
    confirm_record(person=person, by=person.user, day=date(2022, 1, 10))

    assert remind(home=place.root, day=DAY) == 0
    assert remind(home=place.root, day=date(2023, 1, 10)) == 1


def test_a_fact_that_ends_is_told_on_each_of_its_days(place, person):
    confirm_record(person=person, by=person.user, day=DAY)
    skill(person, DAY + timedelta(days=91))

    told = [remind(home=place.root, day=DAY + timedelta(days=passed)) for passed in (0, 1, 2, 61, 62, 91)]

    assert told == [0, 1, 0, 1, 0, 0]
    assert "2022-08-30" in Message.objects.first().subject_zh


def test_what_goes_on_or_was_withdrawn_is_not_told(place, person):
    confirm_record(person=person, by=person.user, day=DAY)
    skill(person, DAY + timedelta(days=20))
    skill(person, DAY + timedelta(days=900))
    withdraw_fact(fact=skill(person, DAY + timedelta(days=20), "电工"), by=None, reason="有误")

    assert remind(home=place.root, day=DAY) == 0


def test_all_places_are_asked_as_of_today(place, person):
    assert remind_all() == "1 reminded"


@pytest.mark.parametrize("people", [1, 3])
def test_the_number_of_queries_does_not_grow(place, people, django_assert_max_num_queries):
    for number in range(people):
        made = place.person(f"测试{number}")
        place.user("person", person=made)
        skill(made, DAY + timedelta(days=20))
    Person.objects.update(created_at=timezone.make_aware(timezone.datetime(2021, 5, 1)))

    with django_assert_max_num_queries(22):
        assert remind(home=place.root, day=DAY) == 2 * people
