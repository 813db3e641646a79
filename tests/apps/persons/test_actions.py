"""Registering, adding and taking back facts keeps the profile in step and leaves an audit entry."""

from datetime import date

import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import (
    DocumentDraft,
    FactDraft,
    number_digest,
    record_facts,
    register_person,
    withdraw_fact,
    withdraw_source,
)
from juxian.apps.persons.enums import DocumentKind
from juxian.apps.persons.models import IdentityDocument, Person, Profile
from juxian.apps.persons.queries import profile_as_of, schema_for
from tests.factories import EmployerFactory, OrganisationFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db
ID_NUMBER = "11010519491231002X"


def education(degree: str, day: date) -> FactDraft:
    return FactDraft("education", {"degree": degree, "school": "测试大学"}, day)


def identity(name: str = "测试甲") -> FactDraft:
    return FactDraft(
        "identity", {"name": name, "gender": "female", "birth_date": "1949-12-31"}, date(1949, 12, 31)
    )


def registered(home: Organisation | None = None, **values: object) -> Person:
    return register_person(
        home=home or OrganisationFactory(),
        name="测试甲",
        facts=[identity(), education("bachelor", date(1972, 7, 1))],
        documents=[DocumentDraft(DocumentKind.RESIDENT_ID, ID_NUMBER.lower())],
        source=SourceFactory(),
        **values,
    )


def test_registering_gives_a_number_a_profile_and_an_audit_entry() -> None:
    user = UserFactory()

    person = registered(by=user)

    assert person.number == "JY00000001"
    assert person.name_key == "ceshijia"
    assert (person.profile.degree, person.profile.gender, person.profile.birth_date) == (
        "bachelor",
        "female",
        date(1949, 12, 31),
    )
    assert list(AuditEntry.objects.values_list("action", "actor")) == [("persons.registered", user.pk)]


def test_numbers_of_one_jurisdiction_follow_each_other() -> None:
    home = OrganisationFactory()

    assert [registered(home).number, registered(home).number] == ["JY00000001", "JY00000002"]


def test_a_document_number_is_sealed_masked_and_found_by_its_digest() -> None:
    registered()

    document = IdentityDocument.objects.get(digest=number_digest(ID_NUMBER))

    assert ID_NUMBER.encode() not in bytes(document.sealed)
    assert document.masked == "1101**********002X"


def test_a_further_fact_changes_the_profile_and_the_past_stays() -> None:
    person = registered()

    record_facts(
        person=person, facts=[education("doctor", date(1980, 7, 1))], source=SourceFactory(), by=None
    )

    assert Profile.objects.get(person=person).degree == "doctor"
    assert profile_as_of(person, date(1975, 1, 1), schema_for(person.home))["degree"] == "bachelor"


def test_a_withdrawn_fact_no_longer_counts_but_stays_readable() -> None:
    person = registered()
    fact = record_facts(person=person, facts=[education("doctor", date(1980, 7, 1))], source=SourceFactory())[
        0
    ]

    withdraw_fact(fact=fact, by=None, reason="证书有误")

    assert Profile.objects.get(person=person).degree == "bachelor"
    assert person.facts.count() == 3
    assert AuditEntry.objects.last().reason == "证书有误"


def test_taking_back_a_source_leaves_the_register_as_it_was_before() -> None:
    person, batch = registered(), SourceFactory(title="五月名册")
    before = Profile.objects.get(person=person).values
    record_facts(person=person, facts=[education("doctor", date(1980, 7, 1))], source=batch)
    newcomer = register_person(home=person.home, name="测试乙", facts=[identity("测试乙")], source=batch)

    count = withdraw_source(source=batch, by=None, reason="发错文件")

    assert count == 2
    assert Profile.objects.get(person=person).values == before
    assert not Profile.objects.filter(person=newcomer).exists()
    assert newcomer.facts.standing().count() == 0


def test_the_employer_gives_its_kind_to_the_profile() -> None:
    home = OrganisationFactory()
    hospital = EmployerFactory(parent=home)
    person = registered(home)

    record_facts(
        person=person,
        facts=[FactDraft("employment", {"employer": hospital.code, "full_time": True}, date(2000, 1, 1))],
        source=SourceFactory(),
    )

    profile = Profile.objects.get(person=person)
    assert (profile.employer, profile.employer_kind, profile.status) == (hospital.code, "hospital", "serving")
