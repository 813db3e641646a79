"""The apartments of 秭归 and somebody to live in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.housing.actions.applying import apply_for_flat
from juxian.apps.housing.actions.stock import install_estates
from juxian.apps.housing.models import Application, Estate
from juxian.apps.persons.actions import FactDraft
from juxian.apps.persons.models import Person
from tests.flats import few_flats
from tests.web.places import Place, make_place

DAY = date(2022, 6, 1)
APPLIED = date(2022, 3, 1)
ALLOWED = [
    FactDraft("introduction", {"mode": "full_time"}, date(2021, 9, 1)),
    FactDraft("home", {"owned": False}, date(2021, 9, 1)),
]

NewPerson = Callable[..., Person]
NewApplication = Callable[..., Application]


@pytest.fixture
def place(db: None, settings: Any) -> Place:
    settings.JUXIAN_TODAY = DAY
    made = make_place("zigui")
    install_estates(book=few_flats(made.pack.housing), home=made.root)
    return made


@pytest.fixture
def estate(place: Place) -> Estate:
    return Estate.objects.get(code="zigui-apartments")


@pytest.fixture
def office(place: Place) -> User:
    return place.user(Role.OFFICE)


@pytest.fixture
def new_person(place: Place) -> NewPerson:
    """Somebody who may apply; ``facts`` replaces what allows it."""

    def make(name: str = "承租甲", degree: str = "master", facts: list[FactDraft] | None = None) -> Person:
        return place.person(name, degree=degree, facts=ALLOWED if facts is None else facts)

    return make


@pytest.fixture
def new_application(estate: Estate, new_person: NewPerson) -> NewApplication:
    """An application that waits; a household of two unless said otherwise."""

    def make(
        name: str = "承租甲", degree: str = "master", members: int = 2, day: date = APPLIED
    ) -> Application:
        person = new_person(name, degree)
        return apply_for_flat(
            estate=estate, person=person, asked={"household_members": members}, day=day, by=None
        )

    return make
