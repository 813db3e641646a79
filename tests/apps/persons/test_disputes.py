"""Statements that contradict one another: counted on the profile, settled with evidence."""

from datetime import date

import pytest

from juxian.apps.audit.models import AuditEntry
from juxian.apps.persons.actions import (
    FactDraft,
    NotStanding,
    register_person,
    set_verification,
    settle_conflict,
    withdraw_fact,
)
from juxian.apps.persons.models import Profile
from tests.factories import OrganisationFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 1, 1)


def person_with(*local, home=None):
    facts = [FactDraft("residence", {"local": value}, DAY) for value in local]
    return register_person(
        home=home or OrganisationFactory(), name="测试甲", facts=facts, source=SourceFactory()
    )


def conflicts(person):
    return Profile.objects.get(person=person).conflicts


def settled(person, keep, overrule, **values):
    return settle_conflict(
        keep=keep, overrule=overrule, by=UserFactory(), organisation="测试机构", evidence="户口簿",
        reason="以原件为准", **values,
    )  # fmt: skip


@pytest.mark.parametrize(("local", "expected"), [([True], 0), ([True, True], 0), ([True, False], 1)])
def test_the_profile_counts_kinds_in_dispute(local, expected):
    assert conflicts(person_with(*local)) == expected


def test_settling_keeps_one_withdraws_the_rest_and_says_who_why_and_by_what():
    person = person_with(True, False)
    wrong, right = person.facts.order_by("value__local", "pk")

    made = settled(person, right, [wrong])

    right.refresh_from_db(), wrong.refresh_from_db()
    assert (right.verification, right.verified_by, right.withdrawn_at) == ("verified", "测试机构", None)
    assert wrong.withdrawn_at == made.at
    assert conflicts(person) == 0
    assert list(made.overruled.all()) == [wrong]
    entry = AuditEntry.objects.get(action="persons.conflict_settled")
    assert (entry.reason, entry.detail["keeps"], entry.detail["overruled"]) == (
        "以原件为准",
        right.pk,
        [wrong.pk],
    )


def test_what_was_withdrawn_meanwhile_cannot_be_believed():
    person = person_with(True, False)
    keep, other = person.facts.order_by("pk")
    withdraw_fact(fact=keep, by=None, reason="错")

    with pytest.raises(NotStanding) as refused:
        settled(person, keep, [other])

    assert refused.value.facts == [keep.pk]
    assert person.facts.standing().get() == other


def test_facts_of_another_person_are_not_settled():
    person = person_with(True)
    other = person_with(False, home=person.home)

    with pytest.raises(ValueError, match="one person"):
        settled(person, person.facts.get(), [other.facts.get()])


def test_a_statement_can_be_contested_and_verified():
    person, user = person_with(True), UserFactory()
    fact = person.facts.get()

    for state, by in (("disputed", ""), ("verified", "测试机构")):
        set_verification(fact=fact, state=state, by=user, organisation="测试机构", reason="核对")
        fact.refresh_from_db()
        assert (fact.verification, fact.verified_by) == (state, by)

    assert AuditEntry.objects.filter(action="persons.fact_verification").count() == 2
