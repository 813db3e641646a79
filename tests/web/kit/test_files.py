"""Files in forms and the one view that serves them."""

from __future__ import annotations

import uuid

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.models import AuditEntry
from juxian.apps.files.actions import store_file
from juxian.apps.files.enums import Scan
from juxian.apps.files.models import StoredFile
from juxian.apps.files.registry import Readable, readable_by
from juxian.web.kit.uploads import AttachmentField, checks_files, kept_file
from tests.attachments import hostile, pdf, picture
from tests.browser import text_of
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.JUXIAN_FILES = tmp_path


@pytest.fixture
def file(place) -> StoredFile:
    readable_by("open", lambda _file, _user: Readable(recorded=False))
    readable_by("signed in", lambda _file, user: Readable() if user.is_authenticated else None)
    readable_by("blind", lambda _file, _user: Readable("材料1"))
    return keep("signed in", place)


def keep(purpose: str, place, name: str = "申报 表\u202e.pdf", data: bytes = b"") -> StoredFile:
    return store_file(
        upload=SimpleUploadedFile(name, data or pdf()), home=place, by=UserFactory(), purpose=purpose
    )


def test_a_file_is_saved_and_never_opened_inside_the_site(sign_in, file):
    answer = sign_in(Role.OFFICE).get(reverse("file", args=[file.uuid]))

    assert b"".join(answer.streaming_content) == pdf()
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%94%B3%E6%8A%A5")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]


def test_reading_is_recorded_and_public_papers_are_not(sign_in, file, place):
    client = sign_in(Role.OFFICE)
    client.head(reverse("file", args=[file.uuid]))
    client.get(reverse("file", args=[file.uuid]))
    client.get(reverse("file", args=[keep("open", place).uuid]))

    entry = AuditEntry.objects.get(action="files.read")
    assert (entry.actor, entry.subject_id, entry.address) == (client.user, str(file.pk), "127.0.0.1")


def test_a_visitor_is_asked_to_sign_in_whether_or_not_there_is_a_file(file):
    answers = [Client().get(reverse("file", args=[key])) for key in (file.uuid, uuid.uuid4())]

    assert [answer.status_code for answer in answers] == [302, 302]


def test_a_reader_may_be_given_another_name(sign_in, file, place):
    answer = sign_in(Role.REVIEWER).get(reverse("file", args=[keep("blind", place).uuid]))

    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E6%9D%90%E6%96%991.pdf"


def test_pictures_alone_are_shown_in_a_page(sign_in, file, place):
    client, photograph = sign_in(Role.OFFICE), keep("signed in", place, "a.png", picture("PNG"))

    shown = client.get(reverse("file-preview", args=[photograph.uuid]))

    assert (shown.status_code, shown["Content-Disposition"]) == (200, "inline")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert client.get(reverse("file-preview", args=[file.uuid])).status_code == 404


# forms


class PaperForm(forms.Form):
    paper = AttachmentField()


@checks_files
def hand_in(request: HttpRequest) -> HttpResponse:
    form = PaperForm(request.POST, request.FILES)
    file = kept_file(request, form, "paper", home=request.home, purpose="open") if form.is_valid() else None
    return HttpResponse(str(form.errors), status=200 if file else 422)


def sent(place, *files: SimpleUploadedFile, user=None) -> HttpResponse:
    request = RequestFactory().post("/", {"paper": list(files)})
    request.user, request.home = user or AnonymousUser(), place
    return hand_in(request)


def test_a_form_keeps_its_file(place):
    assert sent(place, SimpleUploadedFile("a.pdf", pdf())).status_code == 200
    assert StoredFile.objects.get().purpose == "open"


@pytest.mark.parametrize("case", ["PDF: script on opening", "docx: macros", "JPEG named PNG"])
def test_a_refused_file_is_told_at_its_field(place, case):
    name, data, _code = hostile()[case]

    answer = sent(place, SimpleUploadedFile(name, data))

    assert answer.status_code == 422
    assert "文件" in text_of(answer) or "扩展名" in text_of(answer)
    assert not StoredFile.objects.exists()


def test_a_limit_of_the_day_is_told_at_its_field(place, settings):
    settings.JUXIAN_UPLOADS_PER_DAY = 1
    user = UserFactory()
    sent(place, SimpleUploadedFile("a.pdf", pdf()), user=user)

    answer = sent(place, SimpleUploadedFile("a.pdf", pdf()), user=user)

    assert "1 个的上限" in text_of(answer)


def test_a_file_past_the_limit_names_the_limit(place, settings):
    settings.JUXIAN_UPLOAD_LIMIT_BYTES = 1024 * 1024

    assert "1 MB" in text_of(sent(place, SimpleUploadedFile("a.pdf", pdf() + b"x" * 1024 * 1024)))


def test_too_many_files_at_once_are_413(place, settings):
    settings.JUXIAN_UPLOADS_AT_ONCE = 2

    assert sent(place, *[SimpleUploadedFile("a.pdf", pdf()) for _ in range(3)]).status_code == 413


def test_a_held_back_file_goes_to_the_scanner(place, settings, django_capture_on_commit_callbacks):
    settings.JUXIAN_ANTIVIRUS = "true"

    with django_capture_on_commit_callbacks(execute=True):
        sent(place, SimpleUploadedFile("a.pdf", pdf()))

    assert StoredFile.objects.get().scan == Scan.CLEAN
