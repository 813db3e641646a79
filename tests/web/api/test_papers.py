"""Papers over the API: kept once for each id, within limits, and named in an application by the token that sent them."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from juxian.apps.clock import now, today
from juxian.apps.files.actions import checking
from juxian.apps.files.models import StoredFile
from juxian.apps.services.actions.receiving import drop_unused_papers
from juxian.apps.services.models import Case, CaseFile
from tests.apps.services.stage import ANSWERS, CLAIM, Stage, set_stage
from tests.attachments import checked_here, picture
from tests.attachments import paper as pdf
from tests.web.api.conftest import secret_of


@pytest.fixture
def stage(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Stage:
    monkeypatch.setattr(checking, "check_confined", checked_here)
    settings.JUXIAN_TODAY, settings.JUXIAN_FILES = None, tmp_path
    return set_stage(monkeypatch)


class Sender:
    """A system with a token of its own."""

    def __init__(self, stage: Stage, **options: Any) -> None:
        self.stage, self.client = stage, Client()
        secret = secret_of(stage.place, expires_on=today() + timedelta(days=30), **options)
        self.headers = {"Authorization": f"Bearer {secret}"}

    def upload(self, key: str, content: bytes, name: str = "合同.pdf") -> HttpResponse:
        body = {"id": key, "file": SimpleUploadedFile(name, content)}
        return self.client.post("/api/v1/papers", body, headers=self.headers)

    def post(self, address: str, body: Any) -> HttpResponse:
        return self.client.generic(
            "POST", f"/api/v1/{address}", json.dumps(body), "application/json", headers=self.headers
        )

    def apply(self, papers: dict[str, list[str]], key: str = "a-1", **more: Any) -> HttpResponse:
        person = self.stage.person.number
        body = {"id": key, "service": CLAIM, "person": person, "answers": ANSWERS, "papers": papers}
        return self.post("cases", body | more)


@pytest.fixture
def sender(stage: Stage) -> Sender:
    return Sender(stage)


def problem(answer: HttpResponse) -> tuple[int, str, str]:
    found = json.loads(answer.content)["error"]["problems"][0]
    return answer.status_code, found["at"], found["code"]


def test_a_paper_is_kept_once_for_each_id(sender: Sender) -> None:
    first, second = (sender.upload("p-1", pdf("a")).json() for _twice in range(2))

    assert (first["new"], second["new"], first["paper"]) == (True, False, second["paper"])
    assert (first["media"], first["scanned"]) == ("application/pdf", True)
    assert problem(sender.upload("p-1", pdf("b"))) == (409, "id", "other_content")
    assert StoredFile.objects.count() == 1


def test_a_small_paper_may_stand_in_the_json(sender: Sender) -> None:
    body = {"id": "p-2", "name": "合同.pdf", "content": base64.b64encode(pdf("a")).decode()}

    assert sender.post("papers/inline", body).json()["new"] is True
    assert sender.post("papers/inline", body).json()["new"] is False
    assert problem(sender.post("papers/inline", body | {"id": "x", "content": "%%%"})) == (
        422,
        "content",
        "not_base64",
    )


def test_an_application_names_its_papers_and_is_handed_in_with_them(sender: Sender) -> None:
    assert problem(sender.apply({}))[0] == 422
    papers = {name: [sender.upload(name, pdf(name)).json()["paper"]] for name in ("contract", "diploma")}

    told = sender.apply(papers).json()

    assert (told["new"], told["state"]) == (True, "endorse")
    assert sorted(CaseFile.objects.values_list("material", flat=True)) == ["contract", "diploma"]
    assert sender.apply(papers).json()["new"] is False
    other = papers | {"contract": [sender.upload("more", pdf("more")).json()["paper"]]}
    assert problem(sender.apply(other)) == (409, "id", "other_content")


def test_what_is_wrong_with_a_paper_is_told_at_its_place_and_nothing_is_opened(sender: Sender) -> None:
    good = sender.upload("p-1", pdf("a")).json()["paper"]
    image = sender.upload("p-2", picture("PNG"), "a.png").json()["paper"]
    unknown = "00000000-0000-4000-8000-000000000000"

    assert problem(sender.apply({"no_such": [good]})) == (422, "papers.no_such", "unknown_material")
    assert problem(sender.apply({"contract": [good, unknown]})) == (
        422,
        "papers.contract[1]",
        "unknown_paper",
    )
    assert problem(sender.apply({"contract": [image]})) == (422, "papers.contract[0]", "wrong_kind")
    assert problem(sender.apply({"contract": [good]}, hand_in=False)) == (422, "papers", "not_handed_in")
    assert problem(Sender(sender.stage).apply({"contract": [good]})) == (
        422,
        "papers.contract[0]",
        "unknown_paper",
    )
    assert not Case.objects.exists()


def test_a_file_that_wants_to_do_harm_is_refused_with_its_code(sender: Sender) -> None:
    assert problem(sender.upload("p-1", b"MZ\0\0", "a.exe")) == (422, "file", "F101")
    assert problem(sender.upload("p-1", b"%PDF-1.7 broken")) == (422, "file", "F103")
    assert not StoredFile.objects.exists()


def test_limits_of_size_and_of_a_day_hold_for_a_token(sender: Sender, settings: Any) -> None:
    settings.JUXIAN_UPLOADS_PER_DAY = 1
    assert sender.upload("p-1", pdf("a")).status_code == 200
    assert problem(sender.upload("p-2", pdf("b"))) == (429, "file", "too_many")
    assert sender.upload("p-1", pdf("a")).status_code == 200  # nothing new
    settings.JUXIAN_UPLOAD_LIMIT_BYTES = 100
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert sender.upload("p-3", pdf("c")).status_code == 413


def test_another_scope_uploads_nothing(stage: Stage) -> None:
    assert Sender(stage, scopes=["cases.read"]).upload("p-1", pdf("a")).status_code == 403


def test_a_supplement_may_bring_papers(sender: Sender) -> None:
    papers = {name: [sender.upload(name, pdf(name)).json()["paper"]] for name in ("contract", "diploma")}
    number = sender.apply(papers).json()["number"]
    case = sender.stage.does(Case.objects.get(number=number), sender.stage.employer, "endorse")
    case = sender.stage.does(
        case,
        sender.stage.clerks["human-resources"],
        "return",
        task="checks/staff",
        reason="看不清",
        marks=[("contract", "看不清")],
    )
    better = sender.upload("better", pdf("better")).json()["paper"]

    step = {"version": case.version, "action": "supplement", "papers": {"contract": [better]}}
    answer = sender.post(f"cases/{number}/applicant", step)

    assert answer.status_code == 200, answer.content
    assert str(better) in {
        str(row.file.uuid) for row in CaseFile.objects.filter(case=case, material="contract")
    }


def test_papers_that_nobody_used_are_deleted_after_a_month(sender: Sender) -> None:
    used = {name: [sender.upload(name, pdf(name)).json()["paper"]] for name in ("contract", "diploma")}
    sender.apply(used)
    unused = sender.upload("p-9", pdf("z")).json()["paper"]

    assert drop_unused_papers(at=now() + timedelta(days=29)) == "0 removed"
    assert drop_unused_papers(at=now() + timedelta(days=31)) == "1 removed"
    assert [str(file.uuid) for file in StoredFile.objects.exclude(removed_at=None)] == [unused]
