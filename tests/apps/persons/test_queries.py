"""Everybody sees exactly the persons of their post."""

import pytest

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.models import Profile
from juxian.apps.persons.queries import persons_visible_to
from tests.factories import EmployerFactory, OrganisationFactory, PersonFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "count"),
    [
        (Role.OFFICE, 2),
        (Role.LEADER, 2),
        (Role.DEPARTMENT, 0),
        (Role.REVIEWER, 0),
        (Role.SYSTEM_ADMIN, 0),
        (Role.SECURITY_ADMIN, 0),
        (Role.AUDITOR, 0),
    ],
)
def test_office_and_leaders_see_their_jurisdiction_and_nobody_else_sees_anyone(role: str, count: int) -> None:
    home = OrganisationFactory()
    PersonFactory.create_batch(2, home=home)
    PersonFactory()

    assert persons_visible_to(UserFactory(role=role, organisation=home)).count() == count


def test_an_employer_sees_its_own_people() -> None:
    home = OrganisationFactory()
    hospital, other = EmployerFactory(parent=home), EmployerFactory(parent=home)
    own, foreign = PersonFactory.create_batch(2, home=home)
    for person, employer in ((own, hospital), (foreign, other)):
        Profile.objects.create(person=person, home=home, derived_for="2026-01-01", employer=employer.code)

    assert list(persons_visible_to(UserFactory(role=Role.EMPLOYER, organisation=hospital))) == [own]


def test_a_person_sees_themselves_only() -> None:
    me = PersonFactory()
    PersonFactory(home=me.home)

    assert list(persons_visible_to(UserFactory(person=me))) == [me]


def test_a_merged_record_is_no_longer_listed() -> None:
    keep = PersonFactory()
    PersonFactory(home=keep.home, merged_into=keep)

    assert list(persons_visible_to(UserFactory(role=Role.OFFICE, organisation=keep.home))) == [keep]
