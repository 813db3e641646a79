"""A proposal changes nothing until the office accepts it."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juxian.apps.accounts.models import User
from juxian.apps.audit.models import AuditEntry
from juxian.apps.corrections.actions import (
    NotPossible,
    Proposal,
    accept_correction,
    confirm_record,
    propose_correction,
    refuse_correction,
    take_back_correction,
)
from juxian.apps.corrections.enums import State
from juxian.apps.corrections.models import Confirmation, Correction
from juxian.apps.corrections.queries import last_confirmed
from juxian.apps.corrections.rules import PURPOSE, may_decide, may_propose, paper_readable
from juxian.apps.files.actions import store_file
from juxian.apps.linking.actions import merge_persons
from juxian.apps.messaging.models import Message
from juxian.apps.persons.actions import withdraw_fact
from juxian.apps.persons.models import Person
from tests.attachments import pdf
from tests.factories import UserFactory
from tests.web.places import make_place

pytestmark = pytest.mark.django_db
DAY = date(2021, 7, 1)


@pytest.fixture
def place(db):
    return make_place()


@pytest.fixture
def person(place):
    return place.person()


@pytest.fixture
def officer(place):
    return place.user("office")


def proposed(person, about=None, by=None, **value):
    by = by or UserFactory(person=person)
    proposal = Proposal("education", value, DAY if value else None, about=about)
    return propose_correction(person=person, proposal=proposal, by=by, reason="证书为准")


def test_accepting_writes_the_new_fact_and_withdraws_the_old_one(person, officer):
    old = person.facts.get(kind="education")
    correction = proposed(person, old, degree="doctor")
    assert Person.objects.get(pk=person.pk).profile.degree == "master"

    decided = accept_correction(correction=correction, by=officer, organisation="人才办", answer="已核对")

    old.refresh_from_db()
    assert old.withdrawn_at is not None
    assert decided.made is not None
    assert (decided.made.value, decided.made.verification) == ({"degree": "doctor"}, "verified")
    assert Person.objects.get(pk=person.pk).profile.degree == "doctor"
    assert decided.state == State.ACCEPTED
    assert "已采纳" in Message.objects.get(recipient=correction.by).body_zh
    assert AuditEntry.objects.filter(action="corrections.decided", reason="已核对").count() == 1


def test_a_statement_can_be_asked_to_go(person, officer):
    old = person.facts.get(kind="education")

    accept_correction(correction=proposed(person, old), by=officer, organisation="人才办", answer="是")

    assert not person.facts.standing().filter(kind="education").exists()


def test_refusing_leaves_the_register_and_tells_why(person, officer):
    correction = proposed(person, person.facts.get(kind="education"), degree="doctor")

    refuse_correction(correction=correction, by=officer, answer="证书看不清")

    assert Person.objects.get(pk=person.pk).profile.degree == "master"
    assert "证书看不清" in Message.objects.get(recipient=correction.by).body_zh


def test_what_is_decided_stays_decided(person, officer):
    correction = proposed(person, degree="doctor")
    refuse_correction(correction=correction, by=officer, answer="否")

    for again in (
        lambda: accept_correction(correction=correction, by=officer, organisation="x", answer="是"),
        lambda: take_back_correction(correction=correction, by=correction.by),
    ):
        with pytest.raises(NotPossible):
            again()


def test_one_correction_of_a_statement_at_a_time(person):
    old = person.facts.get(kind="education")
    first = proposed(person, old, degree="doctor")

    with pytest.raises(NotPossible):
        proposed(person, old, by=first.by, degree="bachelor")
    take_back_correction(correction=first, by=first.by)

    proposed(person, old, by=first.by, degree="bachelor")


def test_a_statement_withdrawn_meanwhile_is_not_corrected(person, officer):
    old = person.facts.get(kind="education")
    correction = proposed(person, old, degree="doctor")
    withdraw_fact(fact=old, by=None, reason="错")

    with pytest.raises(NotPossible):
        accept_correction(correction=correction, by=officer, organisation="人才办", answer="是")

    assert Correction.objects.get().state == State.OPEN


def test_who_proposed_does_not_decide(person, officer, place):
    correction = proposed(person, by=officer, degree="doctor")

    assert not may_decide(officer, correction)
    assert may_decide(place.user("office"), correction)


def test_only_the_person_and_the_present_employer_propose(place, person):
    other = place.person("测试乙")

    assert may_propose(UserFactory(person=person), person)
    assert may_propose(place.user("employer"), person)
    assert not may_propose(UserFactory(person=other), person)
    assert not may_propose(place.user("leader"), person)


def test_confirming_counts_once_a_day(person):
    user = UserFactory(person=person)

    for _time in range(2):
        confirm_record(person=person, by=user, day=DAY)

    assert Confirmation.objects.count() == 1
    assert last_confirmed(person) == DAY


def test_corrections_and_confirmations_follow_a_merge(place, person, officer):
    double = place.person("测试甲")
    user = UserFactory(person=double)
    proposed(double, by=user, degree="doctor")
    confirm_record(person=double, by=user, day=DAY)

    merge_persons(keep=person, drop=double, by=officer, reason="同一人")

    assert Correction.objects.get().person == person
    assert last_confirmed(person) == DAY


def test_a_former_employer_reads_no_paper_that_it_sent(place, person, settings, tmp_path):
    settings.JUXIAN_FILES = tmp_path
    clerk = place.user("employer")
    correction = proposed(person, by=clerk, degree="doctor")
    upload = SimpleUploadedFile("a.pdf", pdf())
    correction.file = store_file(upload=upload, home=place.root, by=clerk, purpose=PURPOSE)
    correction.save()
    then = paper_readable(correction.file, clerk)

    clerk.posts.update(until=date(2021, 1, 1))

    assert then is not None
    assert paper_readable(correction.file, User.objects.get(pk=clerk.pk)) is None
