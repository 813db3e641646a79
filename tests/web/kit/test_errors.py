"""Error pages: both languages, without a database, never a traceback."""

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from juxian.web.kit import errors
from juxian.web.kit.middleware import Appearance

pytestmark = pytest.mark.urls("juxian.web.kit.urls")


@pytest.mark.parametrize("status", sorted(errors.PAGES))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_error_has_a_page_in_both_languages(status, language):
    with translation.override(language):
        answer = errors.page(RequestFactory().get("/"), status)

    page = answer.content.decode()
    assert answer.status_code == status
    assert f'lang="{"zh-CN" if language == "zh-hans" else "en"}"' in page
    assert "<h1>" in page


def test_a_refusal_shows_its_reason():
    answer = errors.forbidden(RequestFactory().get("/"), PermissionDenied("该档案已合并"))

    assert "该档案已合并" in answer.content.decode()


def test_a_reason_is_escaped():
    answer = errors.unprocessable(RequestFactory().get("/"), "<script>alert(1)</script>")

    assert "<script>" not in answer.content.decode()


def test_too_much_data_is_413():
    assert errors.bad_request(RequestFactory().post("/"), RequestDataTooBig()).status_code == 413


def test_a_fault_of_ours_shows_a_number_only():
    page = errors.server_error(RequestFactory().get("/")).content.decode()

    assert "编号" in page
    assert "Traceback" not in page


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (OperationalError("database is locked"), 503),
        (OperationalError("database or disk is full"), 507),
        (OSError(28, "No space left on device"), 507),
    ],
)
def test_troubles_of_storage_are_told(fault, status):
    answer = Appearance(lambda request: HttpResponse()).process_exception(RequestFactory().get("/"), fault)

    assert answer.status_code == status


def test_other_faults_are_left_alone():
    appearance = Appearance(lambda request: HttpResponse())

    assert appearance.process_exception(RequestFactory().get("/"), OperationalError("no such table")) is None
    assert appearance.process_exception(RequestFactory().get("/"), ValueError()) is None
