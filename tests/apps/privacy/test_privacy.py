"""Consent and its withdrawal, a copy to take along, deletion with what the law keeps, the retention job."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.persons.actions import FactDraft, record_facts, withdraw_fact
from juxian.apps.persons.models import Fact, Person
from juxian.apps.privacy.actions import (
    NotPossible,
    ask_to_erase,
    decide_erasure,
    retain,
    say_on_purpose,
)
from juxian.apps.privacy.enums import RequestState
from juxian.apps.privacy.models import Consent
from juxian.apps.privacy.queries import months_before, standings_of
from juxian.config.cli import main
from tests.browser import new_key
from tests.factories import SourceFactory
from tests.web.places import DAY, ID_NUMBER, Place, make_place


@pytest.fixture
def place(db, settings) -> Place:
    settings.JUXIAN_TODAY = DAY
    return make_place()


def kinds(person: Person) -> list[str]:
    return sorted(person.facts.standing().values_list("kind", flat=True))


def audited(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def say(place: Place, person: Person, *, given: bool, purpose: str = "reach") -> Consent:
    user = getattr(person, "user", None) or place.user("person", person=person)
    return say_on_purpose(person=person, purpose=place.pack.purposes[purpose], given=given, by=user)


def test_a_withdrawal_takes_back_what_rests_on_it_alone(place):
    person, other = place.person(), place.person("测试乙")
    say(place, person, given=True)

    say(place, person, given=False)

    assert kinds(person) == ["education", "employment", "identity"]
    assert "contact" in kinds(other)
    assert [item.given for item in person.consents.order_by("pk")] == [True, False]
    assert audited("privacy.consent_withdrawn") == 1


def test_what_comes_in_after_a_withdrawal_is_taken_back_at_once(place):
    person = place.person()
    say(place, person, given=False)

    phone = FactDraft("contact", {"phone": "13900001234"}, date(2022, 1, 1))
    record_facts(person=person, facts=[phone], source=SourceFactory())

    assert "contact" not in kinds(person)


def test_after_a_new_consent_facts_stand_again(place):
    person = place.person()
    say(place, person, given=False)
    say(place, person, given=True)

    phone = FactDraft("contact", {"phone": "13900001234"}, date(2022, 1, 1))
    record_facts(person=person, facts=[phone], source=SourceFactory())

    assert "contact" in kinds(person)


def test_what_the_law_asks_for_is_not_withdrawn(place):
    with pytest.raises(NotPossible):
        say(place, place.person(), given=False, purpose="register")


def test_nobody_speaks_for_another(place):
    person, stranger = place.person(), place.user("office")

    with pytest.raises(PermissionDenied):
        say_on_purpose(person=person, purpose=place.pack.purposes["reach"], given=True, by=stranger)


@pytest.mark.parametrize("change", [lambda rows: rows.update(given=True), lambda rows: rows.delete()])
def test_the_history_of_consent_is_append_only(place, change):
    made = say(place, place.person(), given=False)

    with pytest.raises(DatabaseError), transaction.atomic():
        change(Consent.objects.filter(pk=made.pk))

    assert Consent.objects.get(pk=made.pk).given is False


def test_deletion_keeps_what_the_law_keeps_and_says_so(place):
    person = place.person()
    owner, clerk = place.user("person", person=person), place.user("office")
    asked = ask_to_erase(person=person, words="请删除", by=owner)
    with pytest.raises(NotPossible):
        ask_to_erase(person=person, words="再次", by=owner)

    decided = decide_erasure(request=asked, grant=True, answer="依法处理", by=clerk)

    assert decided.state == RequestState.GRANTED
    assert decided.outcome["erased"] == {"contact": 1}
    assert sorted(decided.outcome["kept"]) == ["education", "employment", "identity"]
    assert not Fact.objects.filter(person=person, kind="contact").exists()
    with pytest.raises(NotPossible):
        decide_erasure(request=asked, grant=False, answer="再次", by=clerk)


def test_a_refusal_deletes_nothing(place):
    person = place.person()
    asked = ask_to_erase(person=person, words="请删除", by=place.user("person", person=person))

    decide_erasure(request=asked, grant=False, answer="在办事项需要", by=place.user("office"))

    assert "contact" in kinds(person)


def test_the_retention_job_deletes_what_is_over_and_reports(place, settings):
    person = place.person()
    withdraw_fact(fact=person.facts.get(kind="contact"), by=None, reason="更正")
    old = FactDraft("employment", {"employer": place.employer.code}, date(1980, 1, 1), until=date(1990, 1, 1))
    record_facts(person=person, facts=[old], source=SourceFactory())
    day = date(2100, 1, 1)  # withdrawn_at is of the real clock

    tried = retain(home=place.root, day=day, dry_run=True)
    assert person.facts.count() == 5
    done = retain(home=place.root, day=day)

    assert tried.report == done.report
    assert done.report["contact"] == {"months": 0, "erased": 1, "waiting": 0}
    assert done.report["employment"]["erased"] == 1
    assert sorted(person.facts.values_list("kind", flat=True)) == ["education", "employment", "identity"]
    assert audited("privacy.retention_run") == 1
    assert retain(home=place.root, day=day).erased == 0


def test_what_is_kept_longer_waits(place):
    person = place.person()
    ended = FactDraft(
        "employment", {"employer": place.employer.code}, date(2018, 1, 1), until=date(2020, 1, 1)
    )
    record_facts(person=person, facts=[ended], source=SourceFactory())

    found = retain(home=place.root, day=DAY)

    assert found.report["employment"] == {"months": 360, "erased": 0, "waiting": 1}
    assert person.facts.count() == 5


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2023, 3, 31), 1, date(2023, 2, 28)),
        (date(2022, 6, 1), 0, date(2022, 6, 1)),
        (date(2022, 1, 15), 13, date(2020, 12, 15)),
    ],
)
def test_months_back(day, months, expected):
    assert months_before(day, months) == expected


def test_a_copy_needs_the_password_and_leaves_an_entry(place):
    person = place.person("测试甲", ID_NUMBER)
    client = place.client("person", person=person)
    user = person.user
    user.set_password("Right-password-1")
    user.save()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    refused = client.post(reverse("portal:privacy-export"), {"password": "wrong"})
    answer = client.post(reverse("portal:privacy-export"), {"password": "Right-password-1"})

    assert refused.status_code == 422
    assert audited("privacy.exported") == 1
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        found = json.loads(archive.read("my-data.json"))
        page = archive.read("my-data.html").decode()
    assert found["documents"] == [{"kind": "resident_id", "number": ID_NUMBER, "withdrawn": False}]
    assert [fact["kind"] for fact in found["facts"]] == ["contact", "education", "employment", "identity"]
    assert "测试大学" in page
    assert answer["Cache-Control"] == "no-store"


def test_copies_of_a_day_are_limited(place, monkeypatch):
    monkeypatch.setattr("juxian.web.portal.privacy.EXPORTS_A_DAY", 0)
    client = place.client("person", person=place.person())

    assert client.post(reverse("portal:privacy-export"), {"password": "any"}).status_code == 429


def test_the_own_page_withdraws_and_shows_the_history(place):
    person = place.person()
    client = place.client("person", person=person)
    address = reverse("portal:privacy-consent", args=["reach"])

    client.post(address, {"given": "no", "once": new_key()})

    page = client.get(reverse("portal:privacy")).content.decode()
    assert "已撤回" in page
    assert [item.given for item in standings_of(person) if item.purpose.id == "reach"] == [False]
    assert client.post(address, {"given": "perhaps", "once": new_key()}).status_code == 400


def test_the_desk_shows_requests_with_a_constant_number_of_queries(place, django_assert_max_num_queries):
    clerk = place.client("office")

    def ask(name: str) -> None:
        person = place.person(name)
        ask_to_erase(person=person, words="请删除", by=place.user("person", person=person))

    ask("甲一")
    clerk.get(reverse("desk:privacy"))
    with django_assert_max_num_queries(40) as few:
        clerk.get(reverse("desk:privacy"))
    ask("甲二")
    ask("甲三")

    with django_assert_max_num_queries(40) as many:
        page = clerk.get(reverse("desk:privacy")).content.decode()

    assert page.count("请删除") == 3
    assert len(few) == len(many)


def test_the_register_of_purposes_is_public(place):
    page = place.client().get(reverse("portal:purposes", args=["jiayuguan"])).content.decode()

    assert "联系与政策提醒" in page
    assert "个人同意" in page


def test_the_command_prints_purposes_and_tries_the_job(place, capsys):
    assert main(["privacy", "purposes", "jiayuguan"]) == 0
    assert "reach" in capsys.readouterr().out
    assert main(["privacy", "purposes", "nowhere"]) == 2
    assert main(["--json", "privacy", "retain", "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "dry_run": True,
        "places": [{"pack": "jiayuguan", "erased": 0, "report": {}}],
    }
