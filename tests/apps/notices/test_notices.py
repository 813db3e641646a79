"""A notice shows allowed fields alone, is blocked by numbers of persons, and comes down by itself."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from juxian.apps.audit.models import AuditEntry
from juxian.apps.files.actions import store_file
from juxian.apps.notices.actions import (
    Blocked,
    NotADraft,
    publish_notice,
    take_down,
    take_down_ended,
    write_notice,
)
from juxian.apps.notices.enums import NoticeState
from juxian.apps.notices.models import Notice
from juxian.apps.notices.queries import unknown_numbers
from juxian.apps.notices.rules import PURPOSE
from tests.factories import OrganisationFactory
from tests.web.places import ID_NUMBER, Place, make_place

DAY = date(2022, 6, 1)
NAMES = {"name": "欧阳测试"}


@pytest.fixture
def place(db, settings, tmp_path) -> Place:
    settings.JUXIAN_TODAY, settings.JUXIAN_FILES = DAY, tmp_path
    return make_place()


def draft(place: Place, **values) -> Notice:
    person = values.pop("person", None) or place.person("欧阳测试", ID_NUMBER)
    words = {"title": "认定结果公示", "body": "现予公示。", "fields": ["name", "employer"]} | values
    return write_notice(
        home=place.root,
        numbers=[person.number],
        since=DAY,
        until=DAY + timedelta(days=7),
        by=place.user("office"),
        **words,
    )


def attached(place: Place, number: str, *, hidden: bool = True):
    book, stream = Workbook(), io.BytesIO()
    sheet = book.create_sheet("底册")
    sheet["C4"] = number
    sheet.sheet_state = "hidden" if hidden else "visible"
    book.save(stream)
    upload = SimpleUploadedFile("名单.xlsx", stream.getvalue())
    return store_file(upload=upload, home=place.root, by=place.user("office"), purpose=PURPOSE)


def test_rows_hold_allowed_fields_and_masked_names(place):
    notice = draft(place)

    publish_notice(notice=notice, by=place.user("office"))

    notice.refresh_from_db()
    assert notice.rows == [["欧*", place.employer.name]]
    page = place.client().get(reverse("portal:notice", args=["jiayuguan", notice.pk])).content.decode()
    assert "欧*" in page
    assert "欧阳测试" not in page


@pytest.mark.parametrize("words", [{"title": f"公示 {ID_NUMBER}"}, {"body": "第一行\n电话 138-0000-1234"}])
def test_a_number_in_the_text_blocks(place, words):
    notice = draft(place, **words)

    with pytest.raises(Blocked) as blocked:
        publish_notice(notice=notice, by=place.user("office"))

    notice.refresh_from_db()
    assert (len(blocked.value.findings), notice.state) == (1, NoticeState.DRAFT)
    entry = AuditEntry.objects.get(action="notices.blocked")
    assert ID_NUMBER not in str(entry.detail)


def test_a_number_on_a_hidden_sheet_of_the_attachment_blocks_with_its_position(place):
    notice = draft(place, attachment=attached(place, ID_NUMBER))
    client = place.client("office")

    answer = client.post(reverse("desk:notice-publish", args=[notice.pk]))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "附件：底册!C4，隐藏的工作表" in page
    assert ID_NUMBER not in page


def test_an_attachment_is_read_by_everybody_while_the_notice_stands(place, settings):
    notice = draft(place, attachment=attached(place, "无号码", hidden=False))
    address = reverse("file", args=[notice.attachment.uuid])
    before = place.client("employer").get(address).status_code

    publish_notice(notice=notice, by=place.user("office"))

    assert (before, place.client().get(address).status_code) == (404, 200)
    settings.JUXIAN_TODAY = DAY + timedelta(days=7)
    assert place.client("employer").get(address).status_code == 404


def test_a_notice_comes_down_by_itself(place, settings):
    notice = draft(place)
    publish_notice(notice=notice, by=place.user("office"))
    address = reverse("portal:notice", args=["jiayuguan", notice.pk])

    on_the_last_day = DAY + timedelta(days=6)
    settings.JUXIAN_TODAY = on_the_last_day
    assert place.client().get(address).status_code == 200
    settings.JUXIAN_TODAY = on_the_last_day + timedelta(days=1)
    assert place.client().get(address).status_code == 404  # even before the periodic work has run
    assert take_down_ended() == 1
    assert take_down_ended() == 0

    notice.refresh_from_db()
    assert (notice.state, notice.rows, notice.numbers) == (NoticeState.ENDED, [], [])


def test_a_notice_is_published_and_ended_once(place):
    notice, clerk = draft(place), place.user("office")
    publish_notice(notice=notice, by=clerk)

    with pytest.raises(NotADraft):
        publish_notice(notice=notice, by=clerk)
    take_down(notice=notice, by=clerk, reason="更正")
    with pytest.raises(NotADraft):
        take_down(notice=notice, by=clerk, reason="更正")

    assert [entry.action for entry in AuditEntry.objects.filter(action__startswith="notices.")] == [
        "notices.written",
        "notices.published",
        "notices.taken_down",
    ]


def test_drafts_are_not_public(place):
    notice = draft(place)

    assert place.client().get(reverse("portal:notice", args=["jiayuguan", notice.pk])).status_code == 404
    assert (
        notice.title not in place.client().get(reverse("portal:notices", args=["jiayuguan"])).content.decode()
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"numbers": "JY99999999"},
        {"until": "2022-06-01"},
        {"until": "2023-06-01"},
        {"shown": []},
        {"shown": ["phone"]},
        {"title": ""},
    ],
)
def test_a_form_that_does_not_fit_is_told(place, wrong):
    person = place.person()
    words = {
        "title": "公示",
        "body": "正文",
        "numbers": person.number,
        "shown": ["name"],
        "since": "2022-06-01",
        "until": "2022-06-08",
    }

    answer = place.client("office").post(reverse("desk:notice-new"), words | wrong)

    assert (answer.status_code, Notice.objects.count()) == (422, 0)


def test_a_notice_is_written_published_and_ended_at_the_desk(place):
    person, writer, client = place.person(), place.client("office"), place.client("office")
    words = {
        "title": "公示",
        "body": "正文",
        "numbers": person.number,
        "shown": ["name", "number"],
        "since": "2022-06-01",
        "until": "2022-06-08",
    }

    writer.post(reverse("desk:notice-new"), words)
    notice = Notice.objects.get()
    client.post(reverse("desk:notice-publish", args=[notice.pk]))
    public = place.client().get(reverse("portal:notices", args=["jiayuguan"])).content.decode()
    without_reason = client.post(reverse("desk:notice-end", args=[notice.pk])).status_code
    client.post(reverse("desk:notice-end", args=[notice.pk]), {"reason": "更正"})

    notice.refresh_from_db()
    assert f"/p/jiayuguan/notices/{notice.pk}/" in public
    assert (without_reason, notice.state) == (422, NoticeState.ENDED)


def test_the_number_of_queries_does_not_grow(place, django_assert_max_num_queries):
    first = draft(place)
    publish_notice(notice=first, by=place.user("office"))
    addresses = (reverse("desk:notices"), reverse("portal:notices", args=["jiayuguan"]))
    client = place.client("office")
    counts = []
    for _round in range(2):
        for address in addresses:
            client.get(address)
            with django_assert_max_num_queries(40) as used:
                client.get(address)
            counts.append(len(used))
        for step in range(2):
            publish_notice(notice=draft(place, person=place.person(f"人{step}")), by=place.user("office"))

    assert counts[:2] == counts[2:]


def test_whoever_wrote_a_notice_does_not_publish_it(place):
    notice = draft(place)
    writer = place.client()
    writer.force_login(notice.written_by, backend="django.contrib.auth.backends.ModelBackend")

    answer = writer.post(reverse("desk:notice-publish", args=[notice.pk]))
    with pytest.raises(PermissionDenied):
        publish_notice(notice=notice, by=notice.written_by)

    notice.refresh_from_db()
    page = writer.get(reverse("desk:notice", args=[notice.pk])).content.decode()
    assert (answer.status_code, notice.state) == (403, NoticeState.DRAFT)
    assert "等待另一位经办核查并发布" in page
    assert reverse("desk:notice-publish", args=[notice.pk]) not in page


def test_a_place_whose_code_begins_alike_is_another_place(place):
    near = f"{place.root.code}-next"
    root = OrganisationFactory(code=near, path=near, pack=place.root.pack)
    stranger = Place(place.pack, root, place.employer).person("邻地人才")
    notice = draft(place, person=stranger)

    publish_notice(notice=notice, by=place.user("office"))

    assert unknown_numbers(place.root, [stranger.number]) == [stranger.number]
    assert notice.rows == []
