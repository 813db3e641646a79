"""What is kept beside facts goes when its time is over or its person asks, as far as no law keeps it (信息项之外的清理)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import now
from juxian.apps.files.actions import store_file
from juxian.apps.imports.actions import stage_file
from juxian.apps.imports.enums import BatchState
from juxian.apps.imports.models import Batch, Row
from juxian.apps.imports.queries import content_of
from juxian.apps.linking.models import Trace
from juxian.apps.messaging.enums import Channel, DeliveryState, MessageState
from juxian.apps.messaging.models import Delivery, Message
from juxian.apps.persons.models import Person, SearchTerm
from juxian.apps.privacy.actions import ask_to_erase, decide_erasure, retain
from juxian.apps.services.models import Case, CaseFile, Definition, Draft
from juxian.config.invariants import Scope, search
from juxian.core.text import Text
from juxian.web.kit.purposes import kept_words
from tests import rosters
from tests.web.places import DAY, Place, make_place

LATER = date(2100, 1, 1)


@pytest.fixture
def place(db: None, settings: Any) -> Place:
    settings.JUXIAN_TODAY = DAY
    return make_place()


def case_of(place: Place, person: Person, *, ended: bool = True) -> Case:
    """A case with an answer and a paper."""
    definition, _new = Definition.objects.get_or_create(
        pack=place.root.pack, service="advice", digest="0",
        defaults={"title": "咨询", "title_en": "Advice", "text": "", "since": now()},
    )  # fmt: skip
    case = Case.objects.create(
        definition=definition, service="advice", home=place.root, person=person, applicant=person.name, state="done",
        number=f"JYG-{Case.objects.count()}", version=1, opened_at=now(), moved_at=now(), ended_at=now() if ended else None,
        data={"opened_by": "", "answers": {"allergies": "青霉素"}, "materials": {}},
    )  # fmt: skip
    upload = SimpleUploadedFile("a.txt", "一份说明".encode(), "text/plain")
    file = store_file(upload=upload, home=place.root, by=place.user("office"), purpose="cases")
    CaseFile.objects.create(case=case, material="proof", file=file, version=1)
    return case


def message_to(place: Place, person: Person) -> Message:
    made = Message.objects.create(
        key=f"told:{person.pk}", recipient=person.user, place=place.root, template="x", subject_zh="您的申请",
        subject_en="Yours", body_zh="测试甲：已办结", body_en="done", state=MessageState.RELEASED, queued_at=now(),
    )  # fmt: skip
    Delivery.objects.create(
        message=made, channel=Channel.SMS, address="13800001234", state=DeliveryState.SENT, due_at=now()
    )
    return made


def owner_of(place: Place) -> Person:
    person = place.person()
    place.user("person", person=person)
    return person


def granted(place: Place, person: Person) -> dict[str, Any]:
    asked = ask_to_erase(person=person, words="请删除", by=person.user)
    return decide_erasure(request=asked, grant=True, answer="依法处理", by=place.user("office")).outcome


def test_a_granted_request_reaches_messages_and_drafts_and_names_the_law_that_keeps_cases(
    place: Place,
) -> None:
    person = owner_of(place)
    case, message = case_of(place, person), message_to(place, person)
    Draft.objects.create(
        user=person.user,
        home=place.root,
        service="advice",
        person=person,
        answers={"mobile": "1"},
        saved_at=now(),
    )

    outcome = granted(place, person)

    assert outcome["erased"] == {"contact": 1, "drafts": 1, "messages": 1}
    assert sorted(outcome["kept"]) == ["cases", "education", "employment", "identity"]
    words = kept_words(place.pack, outcome["kept"], "zh")
    assert any("文书档案保管期限规定" in word for word in words)
    assert all("《" in word for word in words)
    message.refresh_from_db()
    assert (message.body_zh, message.deliveries.get().address) == ("", "")
    case.refresh_from_db()
    assert case.data["answers"] == {"allergies": "青霉素"}
    person.refresh_from_db()
    assert person.name == "测试甲"


@pytest.fixture
def lawless(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place whose pack names no law that keeps anything."""
    purposes = {key: replace(item, kept_by_law=False) for key, item in place.pack.purposes.items()}
    keeping = {key: replace(item, law=Text("")) for key, item in place.pack.keeping.items()}
    pack = replace(place.pack, purposes=purposes, keeping=keeping)
    monkeypatch.setattr("juxian.apps.privacy.actions.pack_of", lambda home: pack)
    return place


def test_where_no_law_keeps_anything_name_number_terms_files_and_answers_go(lawless: Place) -> None:
    person = owner_of(lawless)
    case, running = case_of(lawless, person), case_of(lawless, person, ended=False)
    Trace.objects.get_or_create(person=person, defaults={"home": lawless.root})
    assert SearchTerm.objects.filter(person=person).exists()
    number = person.number

    outcome = granted(lawless, person)

    assert outcome["kept"] == {}
    assert {"persons.name", "identity", "cases"} <= set(outcome["erased"])
    person.refresh_from_db()
    assert (person.name, person.name_key, person.number) == ("内容已清理", "", number)
    assert not person.facts.exists()
    assert not person.documents.exists()
    assert not SearchTerm.objects.filter(person=person).exists()
    assert not Trace.objects.filter(person=person).exists()
    case.refresh_from_db()
    assert (case.applicant, case.data["answers"]) == ("", {})
    assert case.files.get().file.removed_at is not None
    running.refresh_from_db()
    assert running.data["answers"] == {"allergies": "青霉素"}  # it is still being worked on


def test_the_nightly_job_forgets_what_is_over_once_and_reports_it(
    place: Place, settings: Any, tmp_path: Any
) -> None:
    settings.JUXIAN_FILES = tmp_path
    person = owner_of(place)
    case, message = case_of(place, person), message_to(place, person)
    Draft.objects.create(user=person.user, home=place.root, service="advice", answers={}, saved_at=now())
    batch = stage_file(
        data=rosters.plain().data,
        file_name="a.xlsx",
        organisation=place.employer,
        as_of=DAY,
        by=None,
        at_once=True,
    )
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.UNDONE, undone_at=now())
    assert retain(home=place.root, day=now().date(), dry_run=True).erased == 0

    tried = retain(home=place.root, day=LATER, dry_run=True)
    case.refresh_from_db()
    assert case.applicant == person.name
    done = retain(home=place.root, day=LATER)

    assert tried.report == done.report
    assert {name: done.report[name]["erased"] for name in ("cases", "drafts", "rosters", "messages")} == {
        "cases": 1, "drafts": 1, "rosters": 1, "messages": 1,
    }  # fmt: skip
    for row in (case, message, batch):
        row.refresh_from_db()
    assert (case.applicant, message.body_zh, batch.stored_name) == ("", "", None)
    assert {content_of(row).name for row in Row.objects.filter(batch=batch)} == {""}
    assert not Draft.objects.exists()
    assert retain(home=place.root, day=LATER).erased == 0
    assert AuditEntry.objects.filter(action="privacy.retention_run").count() == 1
    told = dict(search(Scope(every=True)))
    assert not [
        words.zh
        for result in told.values()
        for words in result.violations
        if "名册" in words.zh or "文件" in words.zh
    ]


def test_what_has_not_waited_long_enough_stays(place: Place) -> None:
    message = message_to(place, owner_of(place))
    Message.objects.update(queued_at=now() - timedelta(days=365))

    found = retain(home=place.root, day=now().date())

    assert found.report["messages"] == {"months": 36, "erased": 0, "waiting": 1}
    message.refresh_from_db()
    assert message.body_zh
