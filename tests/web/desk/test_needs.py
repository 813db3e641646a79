"""Needs that are alike stand together, and open to their cases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.services.actions import submit_application
from juxian.apps.services.models import Case
from juxian.apps.services.queries.needs import clusters_of
from tests.apps.services.stage import Stage, set_stage
from tests.web.desk.test_cases import signed_in

WHERE = "desk:needs"
SCHOOL, SCHOOL_TOO, DOCTOR = (
    "孩子上小学，学区没有学位",
    "小孩上小学没有学位，希望协调学区",
    "想要预约专家门诊",
)


@pytest.fixture
def stage(db: None, monkeypatch: Any, settings: Any, tmp_path: Any) -> Stage:
    settings.JUXIAN_TODAY = date(2026, 1, 5)
    settings.STATIC_ROOT = tmp_path
    return set_stage(monkeypatch)


def said(stage: Stage, words: str) -> Case:
    """A visitor's kind of question, asked by a person."""
    answers = {"full_name": "测试甲", "question": words, "publish": False, "mobile": "13800001234"}
    return submit_application(
        home=stage.root, service="policy-question", by=stage.applicant, person=stage.person, answers=answers
    )


def test_like_words_stand_together_the_largest_first(stage: Stage) -> None:
    first, other, too = said(stage, SCHOOL), said(stage, DOCTOR), said(stage, SCHOOL_TOO)

    clusters = clusters_of(Case.objects.filter(home=stage.root), stage.place.pack, 10)

    assert [[case.number for case in cluster.cases] for cluster in clusters] == [
        [first.number, too.number],
        [other.number],
    ]
    assert clusters[0].words.startswith(SCHOOL)
    assert clusters[0].open == 2


def test_the_page_opens_to_the_cases_and_is_filtered(stage: Stage) -> None:
    case, client = said(stage, SCHOOL), signed_in(stage.office)
    stage.submitted()  # no need

    page = client.get(reverse(WHERE)).content.decode()
    assert reverse("desk:case", args=[case.number]) in page
    assert SCHOOL in page
    assert case.number not in client.get(reverse(WHERE), {"state": "closed"}).content.decode()
    assert case.number not in client.get(reverse(WHERE), {"service": "need"}).content.decode()
    assert client.get(reverse(WHERE), {"state": "lost"}).status_code == 422


def test_no_more_than_the_newest_are_read(stage: Stage) -> None:
    cases = [said(stage, words) for words in (SCHOOL, DOCTOR, SCHOOL_TOO)]

    clusters = clusters_of(Case.objects.all(), stage.place.pack, 2)

    assert {case.pk for cluster in clusters for case in cluster.cases} == {case.pk for case in cases[1:]}


@pytest.mark.parametrize("role", ["department", "employer", "person"])
def test_who_may_not(stage: Stage, role: str) -> None:
    assert stage.place.client(role).get(reverse(WHERE)).status_code == 403


def test_the_page_asks_the_same_number_of_queries_for_one_and_three(stage: Stage) -> None:
    client = signed_in(stage.office)

    def queries() -> int:
        client.get(reverse(WHERE))
        with CaptureQueriesContext(connection) as found:
            client.get(reverse(WHERE))
        return len(found)

    said(stage, SCHOOL)
    first = queries()
    said(stage, SCHOOL_TOO)
    said(stage, DOCTOR)

    assert queries() == first


def test_the_page_is_english_for_who_reads_english(stage: Stage) -> None:
    client = signed_in(stage.office)
    client.post("/language/", {"language": "en", "next": "/desk/"})

    assert "Needs in groups" in client.get(reverse(WHERE)).content.decode()
