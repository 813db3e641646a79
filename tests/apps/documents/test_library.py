"""Texts of the library: who reads them, and what is recorded."""

import hashlib

import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.documents.actions import add_text
from juxian.apps.documents.queries import texts_visible_to
from juxian.apps.documents.rules import may_add_text, may_read_library
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return OrganisationFactory()


def test_adding_a_text_leaves_its_digest_in_the_audit_log(city):
    user = UserFactory(role="office", organisation=city)

    text = add_text(organisation=city, title="通知", body="正文", by=user)

    entry = AuditEntry.objects.get(action="documents.text_added")
    assert entry.detail == {"characters": 2, "sha256": hashlib.sha256("正文".encode()).hexdigest()}
    assert (entry.subject_id, entry.actor) == (str(text.pk), user)


@pytest.mark.parametrize(
    ("role", "seen"), [("office", 1), ("leader", 1), ("department", 1), ("employer", 0), ("auditor", 0)]
)
def test_staff_read_the_library_of_their_city(city, role, seen):
    add_text(organisation=city, title="通知", body="正文", by=UserFactory())
    user = UserFactory(role=role, organisation=OrganisationFactory(parent=city))

    assert texts_visible_to(user).count() == seen
    assert bool(may_read_library(user)) is bool(seen)


def test_texts_of_another_city_stay_out(city):
    add_text(organisation=OrganisationFactory(), title="通知", body="正文", by=UserFactory())

    assert not texts_visible_to(UserFactory(role="office", organisation=city)).exists()


def test_only_the_office_adds_and_only_in_its_tree(city):
    office = UserFactory(role="office", organisation=city)

    assert may_add_text(office, city)
    assert not may_add_text(office, OrganisationFactory())
    assert not may_add_text(UserFactory(role="leader", organisation=city), city)
