"""A text message goes to the newest verified telephone of the person who signs in, and to no other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.messaging.enums import Channel
from juxian.apps.messaging.registry import addresses_of
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact
from juxian.apps.persons.queries import phones_of
from tests.factories import UserFactory
from tests.web.places import Place, make_place


@pytest.fixture
def place(db: None, settings: Any) -> Place:
    settings.JUXIAN_TODAY = date(2022, 6, 1)
    return make_place()


def reached(place: Place, *phones: tuple[str, date]) -> User:
    facts = [FactDraft("contact", {"phone": phone}, since) for phone, since in phones]
    person = place.person(facts=facts)
    return UserFactory(role=Role.PERSON, organisation=place.root, person=person)


def test_the_newest_verified_number_is_used(place: Place) -> None:
    user = reached(place, ("13800001234", date(2020, 1, 1)), ("13900005678", date(2021, 1, 1)))
    Fact.objects.filter(kind="contact").update(verification=Verification.VERIFIED)

    assert phones_of([user]) == {user.pk: "13900005678"}


def test_what_nobody_verified_or_what_has_ended_is_not_used(place: Place) -> None:
    user = reached(place, ("13800001234", date(2020, 1, 1)), ("13900005678", date(2021, 1, 1)))
    Fact.objects.filter(kind="contact").update(verification=Verification.UNVERIFIED)
    assert phones_of([user]) == {}

    Fact.objects.filter(kind="contact").update(verification=Verification.VERIFIED, until=date(2022, 1, 1))
    assert phones_of([user]) == {}


@pytest.mark.parametrize("number", [1, 3])
def test_one_query_for_all(place: Place, number: int, django_assert_num_queries: Any) -> None:
    users = [reached(place, (f"1380000000{one}", date(2020, 1, 1))) for one in range(number)]
    users.append(place.user(Role.OFFICE))

    with django_assert_num_queries(1):
        phones_of(users)


def test_the_channel_asks_here() -> None:
    assert addresses_of(Channel.SMS) is phones_of
