"""Error pages: both languages, without a database, never a traceback."""

import errno
import sqlite3

import psycopg
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


def of_sqlite(code: int) -> OperationalError:
    """What Django makes of a failure of SQLite; the words are not looked at."""
    cause = sqlite3.OperationalError("…")
    cause.sqlite_errorcode = code
    fault = OperationalError("…")
    fault.__cause__ = cause
    return fault


def of_postgresql(cause: psycopg.Error) -> OperationalError:
    fault = OperationalError("…")
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (of_sqlite(sqlite3.SQLITE_BUSY), 503),
        (of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), 503),
        (of_sqlite(sqlite3.SQLITE_LOCKED), 503),
        (of_sqlite(sqlite3.SQLITE_CANTOPEN), 503),
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), 503),
        (of_sqlite(sqlite3.SQLITE_FULL), 507),
        (of_postgresql(psycopg.errors.LockNotAvailable()), 503),
        (of_postgresql(psycopg.errors.DeadlockDetected()), 503),
        (of_postgresql(psycopg.errors.QueryCanceled()), 503),
        (of_postgresql(psycopg.errors.AdminShutdown()), 503),
        (of_postgresql(psycopg.errors.TooManyConnections()), 503),
        (of_postgresql(psycopg.OperationalError("connection refused")), 503),
        (of_postgresql(psycopg.errors.DiskFull()), 507),
        (OSError(errno.ENOSPC, "…"), 507),
        (OSError(errno.EDQUOT, "…"), 507),
        (OSError(errno.EFBIG, "…"), 507),
    ],
    ids=repr,
)
def test_troubles_of_storage_are_told(fault, status):
    answer = Appearance(lambda request: HttpResponse()).process_exception(RequestFactory().get("/"), fault)

    assert answer.status_code == status


def test_trouble_outside_of_a_view_is_told_as_well():
    """Session, user and the end of a transaction are not part of a view; Django asks for the page of a fault of ours then."""
    try:
        raise of_sqlite(sqlite3.SQLITE_BUSY)
    except OperationalError:
        answer = errors.server_error(RequestFactory().get("/"))

    assert answer.status_code == 503


def test_other_faults_are_left_alone():
    appearance = Appearance(lambda request: HttpResponse())

    for fault in (
        of_sqlite(sqlite3.SQLITE_ERROR),
        of_postgresql(psycopg.errors.UndefinedTable()),
        OperationalError("…"),
        OSError(errno.ENOENT, "…"),
    ):
        assert appearance.process_exception(RequestFactory().get("/"), fault) is None
    assert appearance.process_exception(RequestFactory().get("/"), ValueError()) is None
