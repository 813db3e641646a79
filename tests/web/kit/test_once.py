"""A form that creates is carried out once; a refused one leaves its key free."""

from __future__ import annotations

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.documents.models import LibraryText
from juxian.apps.submissions.models import Submission
from juxian.web.kit.once import FIELD, new_key, once
from tests.factories import UserFactory

TEXT = {"title": "通知", "issuer": "人才办", "body": "正文"}
ADDRESS = "desk:document-new"


@pytest.fixture
def office(sign_in) -> Client:
    return sign_in(Role.OFFICE)


def test_the_page_carries_a_new_key_each_time(office):
    pages = [office.get(reverse(ADDRESS)).content.decode() for _ in range(2)]

    keys = [page.split(f'name="{FIELD}" value="')[1][:32] for page in pages]
    assert len(set(keys)) == 2
    assert all(set(key) <= set("0123456789abcdef") for key in keys)


def test_the_second_submission_shows_the_result_of_the_first(office):
    body = TEXT | {FIELD: new_key()}

    first, second = (office.post(reverse(ADDRESS), body) for _ in range(2))

    text = LibraryText.objects.get()
    assert [first.url, second.url] == [reverse("desk:document", args=[text.pk])] * 2


def test_a_fragment_is_led_on_as_a_whole_page(office):
    body, headers = TEXT | {FIELD: new_key()}, {"HX-Request": "true"}

    first, second = (office.post(reverse(ADDRESS), body, headers=headers) for _ in range(2))

    assert first["HX-Redirect"] == second["HX-Redirect"]
    assert second.status_code == 204


def test_a_refused_form_leaves_its_key_free(office):
    key = {FIELD: new_key()}

    refused = office.post(reverse(ADDRESS), TEXT | key | {"title": ""})
    taken = office.post(reverse(ADDRESS), TEXT | key)

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert LibraryText.objects.count() == 1


def test_another_content_under_a_used_key_is_told_and_not_carried_out(office):
    key = {FIELD: new_key()}
    office.post(reverse(ADDRESS), TEXT | key)

    answer = office.post(reverse(ADDRESS), TEXT | key | {"title": "另一份"})

    assert answer.status_code == 409
    assert "这一次没有办理" in answer.content.decode()
    assert LibraryText.objects.get().title == "通知"


@pytest.mark.parametrize("key", ["", "x" * 32, "0" * 31, "0" * 33, "A" * 32, "0" * 32 + "\n"])
def test_a_post_without_a_proper_key_is_refused(office, key):
    answer = office.post(reverse(ADDRESS), TEXT | {FIELD: key})

    assert answer.status_code == 400
    assert not LibraryText.objects.exists()


def test_a_key_of_somebody_else_is_another_key(sign_in):
    key = {FIELD: new_key()}

    answers = [sign_in(Role.OFFICE).post(reverse(ADDRESS), TEXT | key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert LibraryText.objects.count() == 2


def test_a_fault_takes_the_key_back_with_everything_else(office, monkeypatch):
    office.raise_request_exception = False
    body = TEXT | {FIELD: new_key()}
    with monkeypatch.context() as patched:
        patched.setattr("juxian.web.desk.documents.go", broken)
        failed = office.post(reverse(ADDRESS), body)

    taken = office.post(reverse(ADDRESS), body)

    assert (failed.status_code, taken.status_code) == (500, 303)
    assert LibraryText.objects.count() == 1


def test_a_database_that_stays_locked_is_told(office, monkeypatch):
    def locked(**_values: object) -> None:
        raise OperationalError(
            "canceling statement due to lock timeout"
        ) from psycopg.errors.LockNotAvailable()

    monkeypatch.setattr("juxian.web.kit.once.claim", locked)

    assert office.post(reverse(ADDRESS), TEXT).status_code == 503


def test_what_was_sent_is_kept_as_a_digest_only(office):
    office.post(reverse(ADDRESS), TEXT)

    row = Submission.objects.values().get()
    assert not any("通知" in str(value) for value in row.values())


def test_files_are_part_of_the_content(db):
    """The second file of the same name is another submission."""
    user, key, seen = UserFactory(), new_key(), []

    @once
    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.FILES["file"].read())
        return HttpResponse(status=303, headers={"Location": "/there/"})

    def sent(content: bytes) -> HttpResponse:
        file = SimpleUploadedFile("a.txt", content)
        request = RequestFactory().post("/x/", {FIELD: key, "file": file})
        request.user = user
        return view(request)

    assert [sent(content).status_code for content in (b"one", b"one", b"two")] == [303, 303, 409]
    assert seen == [b"one"]


def broken(*_args: object, **_values: object) -> None:
    raise RuntimeError("broken on purpose")
