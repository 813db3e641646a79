"""Cases over the API: opened once for each id, read in pages, moved only where a system may, and never twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import today
from juxian.apps.services.actions import freeze
from juxian.apps.services.models import Case
from tests.apps.services.stage import ANSWERS, CLAIM, EXAMPLES, Stage, example, offer, set_stage
from tests.factories import OrganisationFactory
from tests.web.api.conftest import secret_of

Send = Callable[..., HttpResponse]


@pytest.fixture
def stage(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Stage:
    """As in the tests of cases, but nothing has to be attached."""
    settings.JUXIAN_TODAY = None
    made = set_stage(monkeypatch)
    text = (EXAMPLES / f"{CLAIM}.yaml").read_text(encoding="utf-8")
    for word in ("employment", "education"):
        text = text.replace(f"evidence: {word}", "required: false")
    offer(monkeypatch, made.place.pack, example(made.place.pack, text=text))
    return made


@pytest.fixture
def send(stage: Stage) -> Send:
    own = secret_of(stage.place, expires_on=today() + timedelta(days=30))

    def sent(method: str, address: str, body: Any = None, secret: str = own) -> HttpResponse:
        headers = {"Authorization": f"Bearer {secret}"}
        data = json.dumps(body) if body is not None else ""
        return Client().generic(
            method, f"/api/v1/{address}", data, content_type="application/json", headers=headers
        )

    return sent


def application(stage: Stage, key: str = "a-1", **more: Any) -> dict[str, Any]:
    return {"id": key, "service": CLAIM, "person": stage.person.number, "answers": ANSWERS} | more


def opened(stage: Stage, send: Send) -> Case:
    return Case.objects.get(number=send("POST", "cases", application(stage)).json()["number"])


def in_checks(stage: Stage, send: Send) -> Case:
    return stage.does(opened(stage, send), stage.employer, "endorse")


def problem(answer: HttpResponse) -> tuple[int, str, str]:
    found = json.loads(answer.content)["error"]["problems"][0]
    return answer.status_code, found["at"], found["code"]


def test_an_application_is_opened_once_for_each_id(stage: Stage, send: Send) -> None:
    first, second = (send("POST", "cases", application(stage)).json() for _twice in range(2))

    assert (first["new"], second["new"]) == (True, False)
    assert first["number"] == second["number"] == Case.objects.get().number
    assert (first["state"], first["person"]) == ("endorse", stage.person.number)
    other = send("POST", "cases", application(stage, answers=ANSWERS | {"claimed": "5万元"}))
    assert problem(other) == (409, "id", "other_content")
    entry = AuditEntry.objects.get(action="services.submitted")
    assert entry.acting_as == "API · 测试系统"


def test_the_applicant_may_be_left_to_hand_it_in(stage: Stage, send: Send) -> None:
    told = send("POST", "cases", application(stage, hand_in=False, answers={})).json()

    assert (told["state"], told["submitted_at"]) == ("apply", None)
    handed = stage.does(
        Case.objects.get(), stage.applicant, "submit", answers=ANSWERS, when="2026-01-06 10:00"
    )
    assert handed.state == "endorse"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"service": "no-such"}, (422, "service", "unknown_service")),
        ({"person": "XX-0"}, (422, "person", "unknown_person")),
        ({"person": None, "unit": "nobody"}, (422, "unit", "unknown_unit")),
        ({"unit": "nobody"}, (422, "person", "one_applicant")),
        ({"answers": ANSWERS | {"claimed": "x"}}, (422, "claimed", "incomplete")),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_nothing_is_opened(
    stage: Stage, send: Send, more: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    assert problem(send("POST", "cases", application(stage, **more))) == expected
    assert not Case.objects.exists()


def test_nothing_is_opened_while_the_place_takes_nothing_in(stage: Stage, send: Send) -> None:
    freeze(
        home=stage.root, service=CLAIM, since=today(), until=today() + timedelta(days=5), reason="系统升级",
        by=stage.office,
    )  # fmt: skip

    assert problem(send("POST", "cases", application(stage))) == (409, "service", "not_taken_in")


def test_cases_are_read_in_pages_of_the_jurisdiction(stage: Stage, send: Send) -> None:
    numbers = [stage.submitted().number for _number in range(3)]

    first = send("GET", "cases?size=2").json()
    second = send("GET", f"cases?size=2&after={first['next']}").json()

    assert [item["number"] for item in first["cases"] + second["cases"]] == numbers
    assert second["next"] is None
    assert send("GET", "cases?state=ended").json()["cases"] == []
    assert problem(send("GET", "cases?after=XX-1")) == (422, "after", "unknown_case")
    assert send("GET", "cases?size=201").status_code == 422


def test_queries_of_the_list_do_not_grow(stage: Stage, send: Send) -> None:
    counts = []
    send("GET", "cases")  # begins the minute of the token
    for more in (1, 2):
        for _number in range(more):
            stage.submitted()
        with CaptureQueriesContext(connection) as found:
            send("GET", "cases")
        counts.append(len(found))

    assert counts[0] == counts[1]


def test_names_answers_and_officers_are_told_to_nobody(stage: Stage, send: Send) -> None:
    case = in_checks(stage, send)

    told = [send("GET", f"cases/{case.number}{part}").content.decode() for part in ("", "/history", "/steps")]

    assert all(
        word not in text for text in told for word in ("测试甲", "6222020000000000", str(stage.employer))
    )
    assert [event["action"] for event in json.loads(told[1])["events"]][:2] == ["open", "submit"]


def test_a_case_of_another_place_is_not_found(stage: Stage, send: Send) -> None:
    case = stage.submitted()
    Case.objects.filter(pk=case.pk).update(home=OrganisationFactory(code="elsewhere"))

    for part in ("", "/history", "/steps"):
        assert send("GET", f"cases/{case.number}{part}").status_code == 404
    assert send("GET", "cases").json()["cases"] == []
    body = {"version": case.version, "action": "withdraw"}
    assert send("POST", f"cases/{case.number}/applicant", body).status_code == 404


def test_a_department_answers_and_a_second_answer_is_told_that_the_case_moved_on(
    stage: Stage, send: Send
) -> None:
    case = in_checks(stage, send)
    steps = send("GET", f"cases/{case.number}/steps").json()
    body = {"version": steps["version"], "action": "pass", "task": "checks/staff", "official": "01234"}

    first, second = (send("POST", f"cases/{case.number}/steps", body) for _twice in range(2))

    assert ("pass", "checks/staff", "cases.act") in [
        (item["action"], item["task"], item["scope"]) for item in steps["steps"]
    ]
    assert (first.status_code, first.json()["version"]) == (200, case.version + 1)
    assert problem(second) == (409, "version", "moved_on")
    told = send("GET", f"cases/{case.number}").json()["tasks"]
    assert {one["task"]: one["result"] for one in told}["checks/staff"] == "pass"
    assert AuditEntry.objects.filter(action="services.acted").last().acting_as == "API · 测试系统 · 01234"


def test_endorsing_deciding_and_confirming_are_left_to_people(stage: Stage, send: Send) -> None:
    case = opened(stage, send)
    body = {"version": case.version, "action": "endorse"}
    assert problem(send("POST", f"cases/{case.number}/steps", body))[::2] == (409, "not_yours")
    decided = stage.does(case, stage.employer, "endorse")
    for unit, branch in (("human-resources", "staff"), ("finance", "money"), ("housing", "homes")):
        decided = stage.does(decided, stage.clerks[unit], "pass", task=f"checks/{branch}")

    for action in ("grant", "confirm"):
        body = {"version": decided.version, "action": action}
        assert problem(send("POST", f"cases/{case.number}/steps", body))[::2] == (409, "not_yours")
    proposed = stage.does(decided, stage.office, "grant")

    body = {"version": proposed.version, "action": "confirm"}
    assert problem(send("POST", f"cases/{case.number}/steps", body))[::2] == (409, "not_yours")


def test_only_what_came_through_the_api_is_withdrawn_through_it(stage: Stage, send: Send) -> None:
    own, other = opened(stage, send), stage.submitted()

    def withdrawn(case: Case) -> HttpResponse:
        return send("POST", f"cases/{case.number}/applicant", {"version": case.version, "action": "withdraw"})

    assert withdrawn(own).json()["result"] == "withdrawn"
    assert problem(withdrawn(other))[::2] == (409, "not_yours")
    own.refresh_from_db()
    assert problem(withdrawn(own))[::2] == (409, "ended")


def test_each_permission_opens_its_own_addresses(stage: Stage, send: Send) -> None:
    case = in_checks(stage, send)
    reader = secret_of(stage.place, ["cases.read"], expires_on=today() + timedelta(days=30))
    body = {"version": case.version, "action": "pass", "task": "checks/staff"}

    assert send("GET", "cases", secret=reader).status_code == 200
    assert send("POST", "cases", application(stage, "b"), reader).status_code == 403
    for part in ("steps", "applicant"):
        assert send("POST", f"cases/{case.number}/{part}", body, reader).status_code == 403
    assert problem(send("POST", f"cases/{case.number}/applicant", body))[::2] == (409, "not_yours")


def test_a_refusal_needs_its_reason(stage: Stage, send: Send) -> None:
    case = in_checks(stage, send)
    body = {"version": case.version, "action": "fail", "task": "checks/staff"}

    assert problem(send("POST", f"cases/{case.number}/steps", body)) == (422, "", "reason_needed")
