"""Words for the next page are saved with what was done, shown once, and never pile up."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.web.kit import messages as kit
from juxian.web.kit.session_store import SessionStore
from tests.factories import UserFactory

TEXT = {"title": "通知", "issuer": "人才办", "body": "正文"}


def asked(session):
    request = RequestFactory().post("/")
    request.session, request.user = session, UserFactory()
    request._messages = kit.Storage(request)
    return request


@pytest.fixture
def session(db):
    made = SessionStore()
    made.create()
    return made


def said(request) -> list[str]:
    return [str(one) for one in get_messages(request)]


def test_words_lie_in_the_session_at_once_and_are_saved_with_the_form(session):
    request = asked(session)
    request._messages.add(25, "已办")

    kit.keep(request)

    assert not session.modified
    assert said(asked(SessionStore(session.session_key))) == ["已办"]


def test_the_answer_writes_the_session_no_second_time(session):
    request = asked(session)
    request._messages.add(25, "已办")
    kit.keep(request)

    MessageMiddleware(lambda _request: HttpResponse()).process_response(request, HttpResponse())

    assert not session.modified


def test_what_was_shown_is_gone_and_what_came_after_stays(session):
    request = asked(session)
    request._messages.add(25, "甲")
    assert said(request) == ["甲"]
    request._messages.add(25, "乙")

    request._messages.update(HttpResponse())

    assert said(asked(session)) == ["乙"]


def test_words_outlive_the_end_of_a_session(session):
    request = asked(session)
    request._messages.add(25, "已退出")
    session.flush()

    request._messages.update(HttpResponse())

    assert said(asked(session)) == ["已退出"]


def test_only_the_newest_wait(session):
    for number in range(kit.MOST + 3):
        asked_again = asked(session)
        asked_again._messages.add(25, str(number))

    assert said(asked(session)) == [str(number) for number in range(3, kit.MOST + 3)]


def test_a_session_that_was_ended_meanwhile_does_not_undo_what_was_done(session, monkeypatch):
    request = asked(session)
    request._messages.add(25, "已办")

    def ended(**more):
        raise UpdateError

    monkeypatch.setattr(session, "save", ended)
    kit.keep(request)

    assert session.modified  # the middleware of sessions tells it


def test_a_form_writes_its_session_before_its_transaction_ends(sign_in):
    office = sign_in(Role.OFFICE)

    with CaptureQueriesContext(
        connection,
    ) as asked_for:
        answer = office.post(reverse("desk:document-new"), TEXT)

    assert answer.status_code == 303
    assert len([one for one in asked_for if "UPDATE django_session" in one["sql"]]) <= 1


def test_a_session_that_has_expired_is_none(session, monkeypatch):
    session["a"] = 1
    session.set_expiry(-1)
    session.save()

    again = SessionStore(session.session_key)

    assert again.get("a") is None
    assert again.session_key is None
