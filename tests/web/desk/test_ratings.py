"""Ratings are listed and answered; days without applications are added and ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.services.actions import NotTakenIn, freeze, rate
from juxian.apps.services.models import Case, FreezePeriod, Rating
from tests.apps.services.stage import CLAIM, OPENED, Stage, set_stage
from tests.web.desk.test_cases import posted, signed_in

DAY = OPENED.date()
RATINGS, FREEZES = "desk:ratings", "desk:freezes"


@pytest.fixture
def stage(db: None, monkeypatch: Any, settings: Any, tmp_path: Any) -> Stage:
    settings.JUXIAN_TODAY = DAY
    settings.STATIC_ROOT = tmp_path
    return set_stage(monkeypatch)


def rated(stage: Stage, stars: int) -> Case:
    case = stage.does(stage.submitted(), stage.applicant, "withdraw")
    rate(case=case, stars=stars, words=f"{stars} 颗星", by=stage.applicant)
    return case


def test_a_bad_rating_waits_until_it_is_answered(stage: Stage) -> None:
    bad, good = rated(stage, 2), rated(stage, 5)
    client = signed_in(stage.office)
    page = client.get(reverse(RATINGS)).content.decode()
    assert (bad.number in page, good.number in page) == (True, False)
    assert "等您回复的差评" in client.get(reverse("desk:home")).content.decode()

    answers = [
        posted(client, page, reverse("desk:rating-reply", args=[bad.number]), words="已改进")
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert AuditEntry.objects.filter(action="services.rating_replied").count() == 1
    assert Rating.objects.get(case=bad).reply == "已改进"
    assert bad.number not in client.get(reverse(RATINGS)).content.decode()
    everything = client.get(reverse(RATINGS), {"view": "all"}).content.decode()
    assert bad.number in everything
    assert "已改进" in everything
    assert "等您回复的差评" not in client.get(reverse("desk:home")).content.decode()


def test_how_many_stars_are_bad_is_data_of_the_place(stage: Stage, monkeypatch: Any) -> None:
    three = rated(stage, 3)
    client, address = signed_in(stage.office), reverse(RATINGS)
    assert stage.place.pack.bad_rating == 2
    assert three.number not in client.get(address).content.decode()

    stricter = replace(stage.place.pack, bad_rating=3)
    monkeypatch.setattr("juxian.web.kit.scope.pack_of", lambda _code: stricter)

    page = client.get(address).content.decode()
    assert three.number in page
    assert "3 星及以下为差评" in page


def test_an_empty_reply_is_told(stage: Stage) -> None:
    case = rated(stage, 1)

    answer = signed_in(stage.office).post(reverse("desk:rating-reply", args=[case.number]), {"words": " "})

    assert answer.status_code == 422
    assert "wrong-words" in answer.content.decode()
    assert Rating.objects.get().reply == ""


def test_a_case_without_a_rating_and_a_filter_that_is_none(stage: Stage) -> None:
    client, case = signed_in(stage.office), stage.submitted()

    assert client.post(reverse("desk:rating-reply", args=[case.number]), {"words": "谢"}).status_code == 404
    assert client.get(reverse(RATINGS), {"view": "worst"}).status_code == 422


@pytest.mark.parametrize(("role", "status"), [("leader", 200), ("department", 403), ("employer", 403)])
def test_who_reads_ratings(stage: Stage, role: str, status: int) -> None:
    client = stage.place.client(role)

    assert client.get(reverse(RATINGS)).status_code == status
    assert client.get(reverse(FREEZES)).status_code == 403
    assert client.post(reverse("desk:rating-reply", args=[rated(stage, 1).number])).status_code == 403


def test_a_freeze_is_added_once_and_ended(stage: Stage) -> None:
    client, where = signed_in(stage.office), reverse(FREEZES)
    page = client.get(where).content.decode()
    given = {"service": CLAIM, "since": "2026-01-01", "until": "2026-01-10", "reason": "年终结算"}

    answers = [posted(client, page, where, **given) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    period = FreezePeriod.objects.get()
    assert "停办中" in client.get(where).content.decode()
    with pytest.raises(NotTakenIn):
        stage.submitted()

    client.post(reverse("desk:freeze-end", args=[period.pk]))
    assert FreezePeriod.objects.get().until == DAY
    assert stage.submitted().number
    assert "已恢复" in client.get(where).content.decode()
    client.post(reverse("desk:freeze-end", args=[period.pk]))  # over: nothing more happens
    assert AuditEntry.objects.filter(action="services.freeze_ended").count() == 1


def test_a_freeze_that_has_not_begun_is_taken_back(stage: Stage) -> None:
    period = freeze(home=stage.root, service="", since=date(2026, 2, 1), until=date(2026, 2, 9), reason="升级", by=stage.office)  # fmt: skip

    signed_in(stage.office).post(reverse("desk:freeze-end", args=[period.pk]))

    assert not FreezePeriod.objects.exists()


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-02-10", "2026-02-10", "恢复日期应在开始日期之后"),
        ("2025-12-01", "2025-12-31", "恢复日期已经过去"),
        ("", "2026-02-10", "必填"),
    ],
)
def test_a_wrong_period_is_told(stage: Stage, since: str, until: str, words: str) -> None:
    given = {"service": "", "since": since, "until": until, "reason": "结算"}

    answer = signed_in(stage.office).post(reverse(FREEZES), given)

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_the_lists_ask_the_same_number_of_queries_for_one_and_three(stage: Stage) -> None:
    client = signed_in(stage.office)

    def queries() -> list[int]:
        numbers = []
        for where in (f"{reverse(RATINGS)}?view=all", reverse(RATINGS), reverse(FREEZES)):
            client.get(where)
            with CaptureQueriesContext(connection) as found:
                client.get(where)
            numbers.append(len(found))
        return numbers

    def one_more() -> None:
        rated(stage, 1)
        freeze(home=stage.root, service=CLAIM, since=date(2026, 3, 1), until=date(2026, 3, 9), reason="结算", by=stage.office)  # fmt: skip

    one_more()
    first = queries()
    one_more()
    one_more()

    assert queries() == first


def test_the_pages_are_english_for_who_reads_english(stage: Stage) -> None:
    client = signed_in(stage.office)
    client.post("/language/", {"language": "en", "next": "/desk/"})

    assert "Ratings" in client.get(reverse(RATINGS)).content.decode()
    assert "Days without applications" in client.get(reverse(FREEZES)).content.decode()
