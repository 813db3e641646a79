"""Service officers on the desk: named, replaced, handed over, covered, ended; they follow a merge and come back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.linking.actions import merge_persons, unmerge
from juxian.apps.services.actions import assign_officer, cover_for, name_officer
from juxian.apps.services.models import Case, Cover, Officership
from juxian.apps.services.queries.officers import officer_of
from juxian.apps.services.queries.visible import visible_to
from tests.apps.services.stage import OPENED, Stage, set_stage
from tests.browser import Browser
from tests.factories import UserFactory
from tests.web.desk.test_cases import key_of, posted, signed_in

DAY = OPENED.date()


@pytest.fixture
def stage(db: None, monkeypatch: Any, settings: Any, tmp_path: Any) -> Stage:
    settings.JUXIAN_TODAY = DAY
    settings.STATIC_ROOT = tmp_path
    return set_stage(monkeypatch)


def address(stage: Stage) -> str:
    return reverse("desk:person-officer", args=[stage.person.number])


def test_an_officer_is_named_on_the_page_of_a_person_and_helps_with_running_cases(stage: Stage) -> None:
    case, client = stage.submitted(), signed_in(stage.office)
    page = client.get(address(stage)).content.decode()

    answer = posted(client, page, address(stage), officer=stage.second.pk, reason="分工")

    assert answer.headers["Location"] == reverse("desk:person", args=[stage.person.number])
    assert Case.objects.get(pk=case.pk).officer == stage.second
    assert str(stage.second) in client.get(answer.headers["Location"]).content.decode()
    entry = AuditEntry.objects.filter(action="services.officer_named").get()
    assert (entry.reason, entry.detail["officer"]) == ("分工", stage.second.pk)


def test_a_second_click_names_once(stage: Stage) -> None:
    stage.submitted()
    client = signed_in(stage.office)
    page = client.get(address(stage)).content.decode()

    answers = [posted(client, page, address(stage), officer=stage.second.pk, reason="分工") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert Case.objects.get().events.filter(action="assign").count() == 1


def test_wrong_input_is_told(stage: Stage) -> None:
    client = signed_in(stage.office)
    name_officer(person=stage.person, officer=stage.second, by=stage.office)
    stranger = UserFactory()

    same = client.post(address(stage), {"officer": stage.second.pk, "reason": "再次"})
    foreign = client.post(address(stage), {"officer": stranger.pk, "reason": "外人"})
    silent = client.post(address(stage), {"end": "yes", "end-reason": ""})

    assert [answer.status_code for answer in (same, foreign, silent)] == [422, 422, 422]
    assert "已经是这位人才的服务专员" in same.content.decode()
    assert Officership.objects.get().officer == stage.second


def test_service_ends_and_begins_again(stage: Stage) -> None:
    client = signed_in(stage.office)
    name_officer(person=stage.person, officer=stage.second, by=stage.office)

    client.post(address(stage), {"end": "yes", "end-reason": "调离"})
    assert officer_of(stage.person) is None
    again = client.post(address(stage), {"end": "yes", "end-reason": "调离"})
    client.post(address(stage), {"officer": stage.office.pk, "reason": "接手"})

    assert again.status_code == 422
    assert [row.until for row in Officership.objects.all()] == [None, DAY]


def test_everything_is_handed_over_and_the_list_says_so(stage: Stage) -> None:
    client = signed_in(stage.office)
    case = stage.submitted()
    name_officer(person=stage.person, officer=stage.second, by=stage.office)
    assign_officer(case=Case.objects.select_related("home").get(pk=case.pk), officer=stage.second, by=stage.office)  # fmt: skip
    clerk = stage.clerks["finance"]
    where = reverse("desk:officer", args=[stage.second.pk])
    assert stage.person.number in client.get(where).content.decode()

    posted(client, client.get(where).content.decode(), where, officer=clerk.pk, reason="调岗")

    assert (Case.objects.get().officer, Officership.objects.get().officer) == (clerk, clerk)
    assert clerk.username in client.get(reverse("desk:officers")).content.decode()
    assert client.post(where, {"officer": stage.second.pk, "reason": "自己"}).status_code == 422


def test_an_officer_who_left_the_post_can_still_be_relieved(stage: Stage) -> None:
    client = signed_in(stage.office)
    name_officer(person=stage.person, officer=stage.second, by=stage.office)
    stage.second.posts.all().delete()

    answer = client.post(reverse("desk:officer", args=[stage.second.pk]), {"officer": stage.office.pk, "reason": "离任"})  # fmt: skip

    assert (answer.status_code, Officership.objects.get().officer) == (303, stage.office)


def test_cover_is_added_and_ended(stage: Stage) -> None:
    client, where = signed_in(stage.office), reverse("desk:officers")
    clerk = stage.clerks["housing"]
    case = assign_officer(case=stage.submitted(), officer=stage.second, by=stage.office)
    given = {"absent": stage.second.pk, "stand_in": clerk.pk, "since": "2026-01-05", "until": "2026-01-12"}

    answer = posted(client, client.get(where).content.decode(), where, **given)
    assert answer.status_code == 303
    assert visible_to(clerk).filter(pk=case.pk).exists()
    assert client.post(where, given).status_code == 422  # the same days again
    assert client.post(where, given | {"until": "2026-01-05"}).status_code == 422
    assert client.post(where, given | {"stand_in": stage.second.pk}).status_code == 422

    client.post(reverse("desk:cover-end", args=[Cover.objects.get().pk]))
    assert not Cover.objects.exists()  # it began today
    assert not visible_to(clerk).filter(pk=case.pk).exists()
    earlier = cover_for(absent=stage.second, stand_in=clerk, since=date(2026, 1, 1), until=date(2026, 1, 12), by=stage.office, path="")  # fmt: skip
    client.post(reverse("desk:cover-end", args=[earlier.pk]))
    assert Cover.objects.get().until == DAY


def test_an_officer_follows_a_merge_and_comes_back(stage: Stage) -> None:
    other = stage.place.person("测试乙")
    name_officer(person=other, officer=stage.second, by=stage.office)

    merge = merge_persons(keep=stage.person, drop=other, by=stage.office)
    found = officer_of(stage.person)
    assert found is not None
    assert found.officer == stage.second
    client = signed_in(stage.office)
    client.post(address(stage), {"officer": stage.office.pk, "reason": "接手"})

    unmerge(merge=merge, by=stage.office, reason="两人")
    back = officer_of(other)
    assert back is not None
    assert (officer_of(stage.person), back.officer) == (None, stage.office)


def test_of_two_officers_the_kept_records_own_goes_on(stage: Stage) -> None:
    other = stage.place.person("测试乙")
    name_officer(person=stage.person, officer=stage.office, by=stage.office)
    name_officer(person=other, officer=stage.second, by=stage.office)

    merge = merge_persons(keep=stage.person, drop=other, by=stage.office)
    assert [row.officer for row in stage.person.officerships.standing()] == [stage.office]
    unmerge(merge=merge, by=stage.office, reason="两人")

    assert [row.officer for row in other.officerships.standing()] == [stage.second]


@pytest.mark.parametrize("role", ["department", "leader", "employer", "person"])
def test_only_the_office_names(stage: Stage, role: str) -> None:
    client = stage.place.client(role)

    for where in (address(stage), reverse("desk:officers"), reverse("desk:officer", args=[stage.office.pk])):
        assert client.get(where).status_code == 403


def test_the_lists_ask_the_same_number_of_queries_for_one_and_three(stage: Stage) -> None:
    client = signed_in(stage.office)

    def one_more(number: int) -> None:
        name_officer(person=stage.place.person(f"人{number}"), officer=stage.second, by=stage.office)
        officer = stage.place.user("office")
        name_officer(person=stage.place.person(f"员{number}"), officer=officer, by=stage.office)
        cover_for(absent=stage.second, stand_in=officer, since=DAY, until=date(2026, 2, 1), by=stage.office, path="")  # fmt: skip

    def queries(client: Browser) -> list[int]:
        numbers = []
        for where in (reverse("desk:officers"), reverse("desk:officer", args=[stage.second.pk])):
            client.get(where)
            with CaptureQueriesContext(connection) as found:
                client.get(where)
            numbers.append(len(found))
        return numbers

    one_more(1)
    first = queries(client)
    one_more(2)
    one_more(3)

    assert queries(client) == first


def test_the_pages_are_english_for_who_reads_english(stage: Stage) -> None:
    client = signed_in(stage.office)
    client.post("/language/", {"language": "en", "next": "/desk/"})

    page = client.get(reverse("desk:officers")).content.decode()

    assert "Officers and cover" in page
    assert key_of(page)
