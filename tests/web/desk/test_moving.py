"""Running cases go on under a new version of their service: tried first, done on a second word."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.services.models import Case
from tests.apps.services.stage import CLAIM, OPENED, Stage, example, offer, set_stage
from tests.browser import Browser
from tests.web.desk.test_cases import posted, signed_in

WHERE = "desk:service-move"


@pytest.fixture
def stage(db: None, monkeypatch: Any, settings: Any, tmp_path: Any) -> Stage:
    settings.JUXIAN_TODAY = OPENED.date()
    settings.STATIC_ROOT = tmp_path
    return set_stage(monkeypatch)


def renewed(stage: Stage, monkeypatch: Any, *changes: tuple[str, str]) -> str:
    """The pack offers another version; its digest."""
    text = example(stage.place.pack).origin.source.text
    for before, after in changes or (("    deadline: 5\n    may_return", "    deadline: 8\n    may_return"),):
        assert before in text
        text = text.replace(before, after)
    new = example(stage.place.pack, text=text)
    offer(monkeypatch, stage.place.pack, new)
    return new.digest


def address() -> str:
    return reverse(WHERE, args=[CLAIM])


def behind(client: Browser) -> bool:
    return address() in client.get(reverse("desk:service", args=[CLAIM])).content.decode()


def test_looking_changes_nothing_and_a_second_word_moves_once(stage: Stage, monkeypatch: Any) -> None:
    case, client = stage.submitted(), signed_in(stage.office)
    assert not behind(client)
    digest = renewed(stage, monkeypatch)
    assert behind(client)

    page = client.get(address()).content.decode()
    assert case.number in page
    assert Case.objects.get().definition.digest != digest
    unsure = posted(client, page, address(), digest=digest)
    assert unsure.status_code == 422

    answers = [posted(client, page, address(), digest=digest, sure="on") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert Case.objects.get().definition.digest == digest
    assert AuditEntry.objects.filter(action="services.revised").count() == 1
    assert not behind(client)
    assert case.number not in client.get(address()).content.decode()


def test_what_cannot_move_is_told_with_the_reason_and_stays(stage: Stage, monkeypatch: Any) -> None:
    stays, moves, client = stage.submitted(), stage.submitted(), signed_in(stage.office)
    stage.does(moves, stage.employer, "endorse")
    changes = (
        ("endorse:\n    kind", "recommend:\n    kind"),
        ("to: endorse", "to: recommend"),
        ("[endorse, checks", "[recommend, checks"),
    )
    digest = renewed(stage, monkeypatch, *changes)

    page = client.get(address()).content.decode()
    assert "新版没有环节 endorse" in page
    posted(client, page, address(), digest=digest, sure="on")

    assert Case.objects.get(pk=stays.pk).definition.digest != digest
    assert Case.objects.get(pk=moves.pk).definition.digest == digest


def test_a_version_that_was_not_tried_is_not_taken(stage: Stage, monkeypatch: Any) -> None:
    stage.submitted()
    client = signed_in(stage.office)
    digest = renewed(stage, monkeypatch)

    answer = client.post(address(), {"digest": "0" * 64, "sure": "on"})

    assert answer.status_code == 422
    assert "请重新查看再执行" in answer.content.decode()
    assert Case.objects.get().definition.digest != digest


def test_who_may(stage: Stage) -> None:
    for role in ("department", "leader", "employer"):
        assert stage.place.client(role).get(address()).status_code == 403
    assert signed_in(stage.office).get(reverse(WHERE, args=["nothing"])).status_code == 404


def test_the_page_asks_the_same_number_of_queries_for_one_and_three(stage: Stage, monkeypatch: Any) -> None:
    client = signed_in(stage.office)
    first = stage.submitted()

    def queries() -> int:
        client.get(address())
        with CaptureQueriesContext(connection) as found:
            client.get(address())
        return len(found)

    old = first.definition
    for _number in range(2):
        stage.submitted()
    renewed(stage, monkeypatch)
    Case.objects.exclude(pk=first.pk).update(result="withdrawn")
    one = queries()
    Case.objects.update(result="")

    assert Case.objects.filter(definition=old).count() == 3
    assert queries() == one


def test_the_page_is_english_for_who_reads_english(stage: Stage, monkeypatch: Any) -> None:
    stage.submitted()
    renewed(stage, monkeypatch)
    client = signed_in(stage.office)
    client.post("/language/", {"language": "en", "next": "/desk/"})

    assert "Move to the new version" in client.get(address()).content.decode()
