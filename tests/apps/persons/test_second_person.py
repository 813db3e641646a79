"""Who records a fact does not verify it (谁登记谁不核验), unless the pack of the place says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.clock import today
from juxian.apps.imports.models import Batch
from juxian.apps.persons import rules
from juxian.apps.persons.actions import (
    FactDraft,
    record_facts,
    register_person,
    set_verification,
    settle_conflict,
    verify_facts,
)
from juxian.apps.persons.enums import Verification
from juxian.apps.persons.models import Fact, Person
from juxian.apps.persons.queries import colleagues_in, unverified_facts
from juxian.core.packs import load_all, pack_called
from juxian.core.packs.schema import Separation
from tests.factories import OrganisationFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 1, 1)
CHECKED = {"organisation": "人才办", "reason": "与原件一致"}


@pytest.fixture
def home():
    return OrganisationFactory()


@pytest.fixture
def clerks(home) -> tuple[User, User]:
    """Who records, and a colleague."""
    return (
        UserFactory(role=Role.OFFICE, organisation=home),
        UserFactory(role=Role.OFFICE, organisation=home),
    )


@pytest.fixture
def alone(monkeypatch) -> None:
    """A place whose pack asks for no second person."""
    pack = replace(pack_called("jiayuguan"), separation=Separation(record_and_verify=False))
    monkeypatch.setattr(rules, "pack_called", lambda _code: pack)


def recorded(home, by: User | None, *values: bool) -> list[Fact]:
    drafts = [FactDraft("residence", {"local": value}, DAY) for value in values or (True,)]
    person = register_person(home=home, name="测试甲", facts=drafts, source=SourceFactory(), by=by)
    return list(person.facts.order_by("pk"))


def verify(fact: Fact, by: User) -> None:
    set_verification(fact=fact, state="verified", by=by, **CHECKED)


def state_of(fact: Fact) -> str:
    return Fact.objects.get(pk=fact.pk).verification


def test_the_six_places_keep_the_two_apart():
    places = {pack.code: pack.separation.record_and_verify for pack in load_all().values() if pack.root}

    assert len(places) >= 6
    assert all(places.values())


def test_a_colleague_verifies_what_one_recorded_and_oneself_does_not(home, clerks):
    own, colleague = clerks
    (fact,) = recorded(home, own)

    with pytest.raises(PermissionDenied, match="另一位经办"):
        verify(fact, own)
    assert state_of(fact) == Verification.UNVERIFIED
    verify(fact, colleague)
    assert state_of(fact) == Verification.VERIFIED


def test_oneself_may_still_contest(home, clerks):
    (fact,) = recorded(home, clerks[0])

    set_verification(fact=fact, state="disputed", by=clerks[0], **CHECKED)

    assert state_of(fact) == Verification.DISPUTED


def test_what_no_clerk_recorded_is_anybodys_to_verify(home, clerks):
    (fact,) = recorded(home, None)

    verify(fact, clerks[0])

    assert state_of(fact) == Verification.VERIFIED


@pytest.mark.parametrize("register", [True, False])
def test_nothing_is_recorded_as_verified_by_who_records_it(home, clerks, register):
    draft = FactDraft("residence", {"local": True}, DAY, verification=Verification.VERIFIED)
    (kept,) = recorded(home, None)

    about = {"home": home, "name": "乙"} if register else {"person": kept.person}
    record = register_person if register else record_facts
    with pytest.raises(PermissionDenied):
        record(facts=[draft], source=SourceFactory(), by=clerks[0], **about)
    assert (Person.objects.count(), Fact.objects.count()) == (1, 1)


def test_what_somebody_else_said_and_one_checked_is_verified_at_once(home, clerks):
    """A correction that the person or the employer proposes."""
    draft = FactDraft("residence", {"local": True}, DAY, verification=Verification.VERIFIED)
    (kept,) = recorded(home, None)
    given = {"person": kept.person, "facts": [draft], "source": SourceFactory(), "by": clerks[0]}

    (made,) = record_facts(**given, stated_by=UserFactory())
    assert made.verification == Verification.VERIFIED
    with pytest.raises(PermissionDenied):
        record_facts(**given, stated_by=clerks[0])


def test_who_handed_in_the_roster_does_not_verify_what_it_said(home, clerks):
    """Though a colleague took it over, and stands as who recorded it."""
    own, colleague = clerks
    (fact,) = recorded(home, colleague)
    Batch.objects.create(
        organisation=home,
        home=home,
        pack="jiayuguan",
        file_name="名册.xlsx",
        stored_name="a",
        sha256="0" * 64,
        size_bytes=1,
        as_of=DAY,
        source=fact.source,
        uploaded_by=own,
    )

    for by in clerks:
        with pytest.raises(PermissionDenied):
            verify(fact, User.objects.get(pk=by.pk))
    verify(fact, UserFactory(role=Role.OFFICE, organisation=home))


def test_who_stands_in_for_the_recorder_does_not_verify_either(home, clerks):
    own, colleague = clerks
    Post.objects.create(
        user=colleague,
        role=Role.OFFICE,
        organisation=home,
        since=today(),
        until=today() + timedelta(days=7),
        stands_for=own.posts.get(),
    )
    (fact,) = recorded(home, own)

    with pytest.raises(PermissionDenied):
        verify(fact, colleague)


def test_the_own_statement_is_not_settled_upon_either(home, clerks):
    own, colleague = clerks
    mine, other = recorded(home, own, True, False)
    decide = {"organisation": "人才办", "evidence": "户口簿", "reason": "以原件为准"}

    with pytest.raises(PermissionDenied):
        settle_conflict(keep=mine, overrule=[other], by=own, **decide)
    assert Fact.objects.standing().count() == 2
    settle_conflict(keep=mine, overrule=[other], by=colleague, **decide)
    assert state_of(mine) == Verification.VERIFIED


def test_a_statement_that_a_colleague_verified_may_be_settled_upon(home, clerks):
    own, colleague = clerks
    mine, other = recorded(home, own, True, False)
    verify(mine, colleague)

    settle_conflict(keep=mine, overrule=[other], by=own, organisation="x", evidence="x", reason="x")

    assert list(Fact.objects.standing()) == [Fact.objects.get(pk=mine.pk)]


def test_several_are_verified_together_or_none(home, clerks):
    own, colleague = clerks
    facts = [*recorded(home, own), *recorded(home, colleague)]

    with pytest.raises(PermissionDenied):
        verify_facts(facts=facts, by=colleague, evidence="", **CHECKED)
    assert {state_of(fact) for fact in facts} == {Verification.UNVERIFIED}
    assert verify_facts(facts=facts[:1], by=colleague, evidence="", **CHECKED) == 1
    assert verify_facts(facts=facts[:1], by=colleague, evidence="", **CHECKED) == 0


@pytest.mark.usefixtures("alone")
def test_where_the_pack_says_so_one_clerk_does_both(home, clerks):
    (fact,) = recorded(home, clerks[0])

    verify(fact, clerks[0])
    draft = FactDraft("residence", {"local": True}, DAY, verification=Verification.VERIFIED)
    (made,) = record_facts(person=fact.person, facts=[draft], source=SourceFactory(), by=clerks[0])

    assert state_of(fact) == made.verification == Verification.VERIFIED


def test_the_worklist_has_the_work_of_others_and_the_own_apart(home, clerks):
    own, colleague = clerks
    (mine,), (theirs,), (nobodys,) = (recorded(home, by) for by in (own, colleague, None))
    recorded(OrganisationFactory(pack="zigui"), colleague)  # elsewhere
    (checked,) = recorded(home, None)
    verify(checked, own)

    assert list(unverified_facts(home, own)) == [nobodys, theirs]
    assert list(unverified_facts(home, own, own=True)) == [mine]


def test_the_colleagues_who_may_are_named(home, clerks):
    own, colleague = clerks
    below = OrganisationFactory(parent=home)
    UserFactory(role=Role.OFFICE, organisation=below)  # reaches only the part below
    UserFactory(role=Role.LEADER, organisation=home)
    User.objects.filter(pk=UserFactory(role=Role.OFFICE, organisation=home).pk).update(is_active=False)

    assert colleagues_in(home, own) == [str(colleague)]
