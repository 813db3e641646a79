"""The desk's pages of cases: from the queue to a decision; conflicts are told; lists ask a constant number of queries."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.audit.queries import readings_of
from juxian.apps.files.actions import store_file
from juxian.apps.messaging.models import Message
from juxian.apps.services.models import (
    AgendaItem,
    CalendarYear,
    Case,
    CaseEvent,
    CaseFile,
    Conference,
    Timer,
    Turn,
)
from juxian.apps.services.queries import queue
from juxian.apps.services.queries.calendar import current_calendar
from juxian.apps.services.queries.materials import PURPOSE
from tests.apps.services.stage import ANSWERS, CLAIM, OPENED, Stage, set_stage
from tests.attachments import paper
from tests.browser import Browser
from tests.core.services.place import at

DAY = OPENED.date()


@pytest.fixture
def stage(db, monkeypatch, settings, tmp_path) -> Stage:
    settings.JUXIAN_TODAY = DAY
    settings.STATIC_ROOT = tmp_path
    return set_stage(monkeypatch)


def signed_in(user) -> Browser:
    client = Browser()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def key_of(page: str) -> str:
    return re.findall(r'name="once" value="([0-9a-f]{32})"', page)[0]


def posted(client: Browser, page: str, address: str, **fields):
    return client.post(address, {"once": key_of(page), **fields})


def checking(stage: Stage, **answers) -> Case:
    return stage.does(stage.submitted(**answers), stage.employer, "endorse")


def test_an_officer_takes_a_case_from_the_queue_to_a_decision(stage: Stage):
    case = checking(stage)
    for duty, branch in (("human-resources", "staff"), ("finance", "money"), ("housing", "homes")):
        client = signed_in(stage.clerks[duty])
        listed = client.get(reverse("desk:cases")).content.decode()
        assert case.number in listed
        page = client.get(reverse("desk:case", args=[case.number])).content.decode()
        version = Case.objects.get().version
        answer = posted(client, page, reverse("desk:case-act", args=[case.number]), action="pass", task=f"checks/{branch}", version=version)  # fmt: skip
        assert answer.status_code == 303

    for user, action in ((stage.office, "grant"), (stage.second, "confirm")):
        client = signed_in(user)
        page = client.get(reverse("desk:case", args=[case.number])).content.decode()
        assert f'value="{action}"' in page
        posted(client, page, reverse("desk:case-act", args=[case.number]), action=action, task="decide", version=Case.objects.get().version)  # fmt: skip

    assert Case.objects.get().state == "notice"


def test_who_comes_second_is_told_and_loses_nothing_typed(stage: Stage):
    case = checking(stage)
    client = signed_in(stage.clerks["finance"])
    page = client.get(reverse("desk:case", args=[case.number])).content.decode()
    seen = Case.objects.get().version
    stage.does(case, stage.clerks["human-resources"], "pass", task="checks/staff")

    answer = posted(client, page, reverse("desk:case-act", args=[case.number]), action="pass", task="checks/money", version=seen, reason="账户已核")  # fmt: skip

    assert answer.status_code == 409
    assert str(stage.clerks["human-resources"]) in answer.content.decode()
    assert "账户已核" in answer.content.decode()


def test_a_refusal_without_a_reason_is_told(stage: Stage):
    case = checking(stage)
    client = signed_in(stage.clerks["finance"])
    page = client.get(reverse("desk:case", args=[case.number])).content.decode()

    answer = posted(client, page, reverse("desk:case-act", args=[case.number]), action="fail", task="checks/money", version=case.version)  # fmt: skip

    assert answer.status_code == 422
    assert "请写明理由" in answer.content.decode()


def test_return_for_supplement_marks_fields(stage: Stage):
    case = checking(stage)
    client = signed_in(stage.clerks["finance"])
    page = client.get(reverse("desk:case", args=[case.number])).content.decode()

    posted(client, page, reverse("desk:case-act", args=[case.number]), action="return", task="checks/money", version=case.version, reason="位数不足", mark=["account"])  # fmt: skip

    case = Case.objects.get()
    assert case.supplementing
    assert Turn.objects.get(key="checks/money").waiting
    page = signed_in(stage.office).get(reverse("desk:cases") + "?view=supplement").content.decode()
    assert case.number not in page  # finance waits for the applicant; it is no work of the office
    assert case.number in client.get(reverse("desk:cases") + "?view=supplement").content.decode()


def test_sensitive_answers_are_masked_and_their_reading_is_recorded(stage: Stage):
    case = checking(stage)
    client = signed_in(stage.clerks["finance"])
    page = client.get(reverse("desk:case", args=[case.number])).content.decode()
    assert "6222020000000000" not in page

    answer = client.post(
        reverse("desk:case-reveal", args=[case.number]), {"field": "account", "reason": "核对账户"}
    )

    assert "6222020000000000" in answer.content.decode()


@pytest.mark.parametrize(("view", "numbers"), [("overdue", 0), ("soon", 0), ("unit", 1), ("mine", 0)])
def test_views_of_the_queue(stage: Stage, view: str, numbers: int):
    case = checking(stage)

    page = signed_in(stage.clerks["finance"]).get(reverse("desk:cases"), {"view": view}).content.decode()

    assert page.count(reverse("desk:case", args=[case.number])) == numbers


@pytest.mark.parametrize("few", [0, queue.FEW])  # more names than are looked up one by one, and not
@pytest.mark.parametrize(
    ("beginning", "found"), [("王", 2), ("王晓", 1), ("王晓%", 0), ("李_", 0), ("赵", 0)]
)
def test_the_queue_is_searched_by_the_beginning_of_a_name(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, few: int, beginning: str, found: int
):
    monkeypatch.setattr(queue, "FEW", few)
    for name in ("王晓", "王", "李小王"):
        case = checking(stage)
        Case.objects.filter(pk=case.pk).update(applicant=name)

    page = (
        signed_in(stage.clerks["finance"])
        .get(reverse("desk:cases"), {"q": beginning}, follow=True)
        .content.decode()
    )

    assert page.count('name="turn"') == found


def test_what_was_taken_is_mine(stage: Stage):
    case = checking(stage)
    client, turn = signed_in(stage.clerks["finance"]), Turn.objects.get(key="checks/money")

    client.post(reverse("desk:case-take", args=[case.number, turn.pk]))

    assert case.number in client.get(reverse("desk:cases"), {"view": "mine"}).content.decode()


def test_many_safe_steps_at_once_and_what_was_overtaken_is_told(stage: Stage):
    cases = [checking(stage, claimed="3万元") for _number in range(3)]
    client = signed_in(stage.clerks["finance"])
    page = client.get(reverse("desk:cases")).content.decode()
    chosen = re.findall(r'name="turn" value="([0-9:]+)"', page)
    assert len(chosen) == 3
    stage.does(cases[0], stage.clerks["human-resources"], "pass", task="checks/staff")

    answer = posted(client, page, reverse("desk:cases-bulk"), turn=chosen)

    assert answer.status_code == 303
    assert CaseEvent.objects.filter(action="pass", actor=stage.clerks["finance"]).count() == 2


def test_a_department_elsewhere_finds_nothing(stage: Stage):
    case = checking(stage, claimed="3万元")

    assert signed_in(stage.clerks["housing"]).get(reverse("desk:case", args=[case.number])).status_code == 404


@pytest.mark.parametrize(
    "view", ["desk:cases", "desk:services", "desk:outbox", "desk:conferences", "desk:calendar", "messages"]
)
def test_lists_ask_the_same_number_of_queries_for_one_and_three(stage: Stage, view: str):
    client = signed_in(stage.office)
    meeting = Conference.objects.create(home=stage.root, title="第一次", day=DAY, created_by=stage.office)

    def queries() -> int:
        client.get(reverse(view))
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(reverse(view))
        return len(found)

    def one_more() -> None:
        case = stage.decided()
        AgendaItem.objects.create(conference=meeting, case=case, question="问")
        Conference.objects.create(home=stage.root, title="会", day=DAY, created_by=stage.office)
        Message.objects.filter(place=stage.root).update(state="held")

    one_more()
    first = queries()
    one_more()
    one_more()

    assert queries() == first


def test_a_counter_application_is_handed_in_for_the_person(stage: Stage):
    client = signed_in(stage.office)
    address = reverse("desk:counter") + f"?service={CLAIM}&who={stage.person.number}"
    page = client.get(address).content.decode()
    assert 'name="f-claimed"' in page

    whom = {"service": CLAIM, "who": stage.person.number}
    refused = client.post(address, {"once": key_of(page), "f-full_name": "测试甲", **whom})
    assert refused.status_code == 422
    fields = {f"f-{name}": value for name, value in ANSWERS.items()} | {
        "f-education": "master",
        "f-married": "false",
    }
    files = {f"m-{name}": SimpleUploadedFile(f"{name}.pdf", paper(name)) for name in ("contract", "diploma")}
    answer = client.post(address, {"once": key_of(refused.content.decode()), **whom, **fields, **files})

    case = Case.objects.get()
    assert answer.headers["Location"] == reverse("desk:case", args=[case.number])
    assert (case.state, case.paper, case.files.count()) == ("endorse", True, 2)


def test_a_new_year_dates_running_cases_anew(stage: Stage):
    case = stage.submitted(at("2026-12-10 10:00"))
    assert case.provisional
    client = signed_in(stage.office)
    page = client.get(reverse("desk:calendar")).content.decode()

    wrong = posted(client, page, reverse("desk:calendar"), year="2027", text="2027-01-01 放假")
    assert wrong.status_code == 422
    text = "2027-01-01, 放假, 元旦\n2027-02-05..2027-02-11, 放假, 春节\n2027-01-30, 上班, 春节"
    answer = posted(client, wrong.content.decode(), reverse("desk:calendar"), year="2027", text=text)

    assert answer.status_code == 303
    assert CalendarYear.objects.get().year == 2027
    case = Case.objects.get()
    timer = Timer.objects.get(key="service")
    assert (case.due_on, case.provisional) == (timer.due_on, False)
    assert timer.due_on == current_calendar().deadline(at("2026-12-10 10:00").date(), 40).day
    assert CaseEvent.objects.filter(action="redate").count() == 1


def test_a_conference_resolves_and_the_case_says_so(stage: Stage):
    case, client = checking(stage), signed_in(stage.office)
    page = client.get(reverse("desk:conferences")).content.decode()
    made = posted(client, page, reverse("desk:conferences"), title="第一次联席会议", day="2026-01-20")
    meeting = Conference.objects.get()
    page = client.get(reverse("desk:case", args=[case.number])).content.decode()
    posted(client, page, reverse("desk:case-conference", args=[case.number]), conference=meeting.pk, question="超过标准是否受理")  # fmt: skip
    page = client.get(made.headers["Location"]).content.decode()

    posted(client, page, made.headers["Location"], item=AgendaItem.objects.get().pk, resolution="同意受理")

    case_page = client.get(reverse("desk:case", args=[case.number])).content.decode()
    assert "同意受理" in case_page
    assert [event.action for event in case.events.all()][-2:] == ["agenda", "resolution"]


def test_a_service_shows_its_flow_and_figures(stage: Stage):
    checking(stage)

    page = signed_in(stage.office).get(reverse("desk:service", args=[CLAIM])).content.decode()

    assert page.count('class="box') >= 7
    assert "双人复核" in page


def test_letters_lead_everybody_to_the_case(stage: Stage):
    case = checking(stage)

    answer = signed_in(stage.office).get(f"/cases/{case.number}/")

    assert answer.headers["Location"] == reverse("desk:case", args=[case.number])


def test_own_messages_are_shown_and_then_read(stage: Stage):
    stage.submitted()
    client = signed_in(stage.applicant)

    first, second = (client.get(reverse("messages")).content.decode() for _ in range(2))

    assert "安家补贴申领已收到" in first
    assert Message.objects.get(recipient=stage.applicant).read_at
    assert first != second


def test_whose_case_was_opened_is_written_down_once_and_not_for_themselves(stage: Stage):
    case, office = stage.submitted(), signed_in(stage.office)
    for _twice in range(2):
        office.get(reverse("desk:case", args=[case.number]))
    signed_in(stage.applicant).get(reverse("portal:case", args=[case.number]))
    signed_in(stage.employer).get(reverse("portal:case", args=[case.number]))

    entries = AuditEntry.objects.filter(action="services.case_opened").order_by("pk")
    assert [entry.actor for entry in entries] == [stage.office, stage.employer]
    assert {(entry.subject_id, entry.detail["case"]) for entry in entries} == {
        (str(stage.person.pk), case.number)
    }


def test_a_person_sees_who_revealed_an_answer_and_who_read_a_paper(stage: Stage, settings, tmp_path):
    settings.JUXIAN_FILES = tmp_path
    case, office = stage.submitted(), signed_in(stage.office)
    upload = SimpleUploadedFile("a.pdf", paper("a"))
    file = store_file(upload=upload, home=stage.root, by=stage.applicant, purpose=PURPOSE)
    CaseFile.objects.create(case=case, material="contract", file=file, version=0)

    office.post(reverse("desk:case-reveal", args=[case.number]), {"field": "account", "reason": "核对账号"})
    office.get(reverse("file", args=[file.uuid]))

    read, revealed = readings_of(stage.person)
    assert (read.action, read.detail["file"]) == ("files.read", file.pk)
    assert (revealed.action, revealed.reason) == ("services.value_revealed", "核对账号")
    assert revealed.detail == {"value": "account", "case": case.number}
    page = signed_in(stage.applicant).get(reverse("portal:readings"))
    assert [str(reading.what) for reading in page.context["readings"]] == [
        "查看材料",
        "查看办件中的完整内容",
    ]
