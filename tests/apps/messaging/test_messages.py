"""A message is told once, in two languages, by the ways that the recipient wants; a held one waits for a person."""

from __future__ import annotations

import http.server
import json
import smtplib
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from juxian.apps.audit.models import AuditEntry
from juxian.apps.clock import now
from juxian.apps.messaging import registry
from juxian.apps.messaging.actions import (
    AlreadyDecided,
    deliver_waiting,
    mark_read,
    queue_message,
    release_message,
    send_again,
    send_digests,
    sending,
    set_preference,
    stop_message,
)
from juxian.apps.messaging.actions.adapters import Undelivered
from juxian.apps.messaging.actions.sending import LEASE, failure_as_kept
from juxian.apps.messaging.enums import DeliveryState, MessageState
from juxian.apps.messaging.models import Delivery, Message
from juxian.apps.messaging.queries import messages_of, outbox_visible_to, unread_count
from juxian.apps.messaging.registry import template
from juxian.core.text import Text
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
MORNING = now().replace(hour=2)  # ten o'clock in Shanghai


@pytest.fixture(autouse=True)
def templates(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(registry, "_templates", dict(registry._templates))
    template(
        "tests.word",
        Text("关于{what}", "About {what}"),
        Text("{what}已办结。{more}", "{what} is done. {more}"),
    )
    template("tests.held", Text("决定", "Decision"), Text("{what}", "{what}"), held=True)
    settings.JUXIAN_HOME = tmp_path
    settings.JUXIAN_MAIL_URL = "folder:mail"
    settings.JUXIAN_WEBHOOKS = {}


def files(home: Path, name: str = "mail") -> list[dict]:
    return [json.loads(file.read_text()) for file in sorted((home / "outbox" / name).glob("*.json"))]


def test_a_message_is_told_once_in_two_languages(tmp_path):
    user = UserFactory(email="a@example.cn")
    values = {"what": Text("人才卡", "Talent card")}

    first = queue_message(user, "tests.word", values, "case:1:granted")
    second = queue_message(user, "tests.word", values, "case:1:granted")
    deliver_waiting()
    deliver_waiting()

    assert first == second
    assert first.words("zh") == ("关于人才卡", "人才卡已办结。—")
    assert first.words("en") == ("About Talent card", "Talent card is done. —")
    assert [file["subject"] for file in files(tmp_path)] == ["关于人才卡"]
    assert unread_count(user) == 1


def test_a_value_is_never_read_as_a_template():
    message = queue_message(UserFactory(), "tests.word", {"what": "{more}", "more": "甲"}, "k")

    assert message.body_zh == "{more}已办结。甲"


def test_the_languages_of_a_template_hold_the_same_placeholders():
    with pytest.raises(ValueError, match="placeholders"):
        template("tests.bad", Text("{a}", "{b}"), Text("", ""))


def test_a_held_message_is_seen_by_nobody_until_it_is_released(tmp_path):
    place = OrganisationFactory()
    user, office = UserFactory(email="a@example.cn"), UserFactory(role="office", organisation=place)
    message = queue_message(user, "tests.held", {"what": "同意"}, "k", place=place)
    deliver_waiting()
    assert (list(messages_of(user)), files(tmp_path)) == ([], [])
    assert list(outbox_visible_to(office)) == [message]

    release_message(message=message, by=office)
    deliver_waiting()

    assert list(messages_of(user)) == [message]
    assert [file["body"] for file in files(tmp_path)] == ["同意"]
    assert AuditEntry.objects.get().action == "messaging.released"
    with pytest.raises(AlreadyDecided):
        stop_message(message=message, by=office, reason="迟了")


def test_a_stopped_message_never_leaves(tmp_path):
    place = OrganisationFactory()
    user, office = UserFactory(email="a@example.cn"), UserFactory(role="office", organisation=place)
    message = queue_message(user, "tests.held", {"what": "同意"}, "k", place=place)

    stop_message(message=message, by=office, reason="金额有误")
    deliver_waiting()

    assert files(tmp_path) == []
    assert Message.objects.get().state == MessageState.STOPPED


def test_an_office_elsewhere_does_not_see_the_outbox():
    queue_message(UserFactory(), "tests.held", {"what": "同意"}, "k", place=OrganisationFactory())

    assert list(outbox_visible_to(UserFactory(role="office", organisation=OrganisationFactory()))) == []


def test_what_a_dead_worker_was_sending_is_unclear_and_sent_again_on_a_persons_word_alone(tmp_path):
    office = UserFactory(role="office")
    message = queue_message(UserFactory(email="a@example.cn"), "tests.word", {"what": "甲"}, "k")
    Delivery.objects.update(state=DeliveryState.SENDING, leased_until=now())

    deliver_waiting(at=now() + LEASE)
    deliver_waiting(at=now() + LEASE)
    assert (Delivery.objects.get().state, files(tmp_path)) == (DeliveryState.UNCLEAR, [])
    send_again(message=message, by=office)
    deliver_waiting()

    assert len(files(tmp_path)) == 1


def test_a_failure_is_tried_again_later_and_in_the_end_told(settings):
    settings.JUXIAN_MAIL_URL = "smtp://127.0.0.1:9/?tls=0"
    queue_message(UserFactory(email="a@example.cn"), "tests.word", {"what": "甲"}, "k")

    deliver_waiting()
    first = Delivery.objects.get()
    assert (first.state, first.attempts) == (DeliveryState.WAITING, 1)
    for days in range(1, 7):
        deliver_waiting(at=now() + timedelta(days=days))

    last = Delivery.objects.get()
    assert (last.state, last.attempts) == (DeliveryState.FAILED, 6)
    assert last.failure


def test_where_a_message_goes_lies_sealed_and_stands_in_no_failure(monkeypatch, tmp_path):
    """A server says which address it refused, and the reason is shown to the office."""
    user = UserFactory(email="Zhang.San@example.cn")
    queue_message(user, "tests.word", {"what": "甲"}, "k")
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM messaging_delivery")
        (table,) = cursor.fetchone()
    told = smtplib.SMTPRecipientsRefused(
        {"Zhang.San@example.cn": (550, b"no zhang.san@example.cn here, 13800001234")}
    )
    lost = Undelivered(f"{'x' * 170}: {told}", for_good=True)

    with monkeypatch.context() as patch:
        patch.setattr(sending, "send", refusing(lost))
        deliver_waiting()
    failed = Delivery.objects.get()
    send_again(message=Message.objects.get(), by=UserFactory(role="office"))
    deliver_waiting()

    assert "example" not in table
    assert failed.state == DeliveryState.FAILED
    assert failed.failure.startswith("x" * 170)
    assert "zhang" not in failed.failure.casefold()
    assert [file["to"] for file in files(tmp_path)] == ["Zhang.San@example.cn"]
    assert failure_as_kept("invalid ZhangSan", "zhangsan") == "invalid z******n"
    assert failure_as_kept("no 13800001234", "13800001234") == "no 1*********4"


def refusing(reason):
    def send(channel, letter):
        raise reason

    return send


def test_a_digest_gathers_the_day_and_comes_once(tmp_path):
    user = UserFactory(email="a@example.cn")
    set_preference(user=user, channels=["mail"], digest=True, language="en")
    for number in range(2):
        queue_message(user, "tests.word", {"what": f"matter {number}"}, f"k{number}")
    deliver_waiting()
    assert files(tmp_path) == []

    assert (send_digests(at=MORNING), send_digests(at=MORNING)) == (1, 0)
    deliver_waiting()

    assert [file["subject"] for file in files(tmp_path)] == ["Your messages: 2"]
    assert "About matter 1" in files(tmp_path)[0]["body"]


def test_who_wants_nothing_by_mail_gets_none():
    user = UserFactory(email="a@example.cn")
    set_preference(user=user, channels=[], digest=False, language="zh")

    queue_message(user, "tests.word", {"what": "甲"}, "k")

    assert Delivery.objects.count() == 0


def test_only_own_messages_are_marked_read():
    mine, other = UserFactory(), UserFactory()
    messages = [queue_message(user, "tests.word", {}, f"k{user.pk}") for user in (mine, other)]

    assert mark_read(user=mine, messages=[message.pk for message in messages]) == 1
    assert (unread_count(mine), unread_count(other)) == (0, 1)


class Gateway(http.server.BaseHTTPRequestHandler):
    """A gateway of a provider: answers as the test says, keeps what it was sent."""

    got: list[tuple[str, dict]] = []
    answer: tuple[int, bytes] = (200, b'{"errcode": 0}')

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.headers["X-Juxian-Signature"], json.loads(body)))
        self.send_response(self.answer[0])
        self.end_headers()
        self.wfile.write(self.answer[1])

    def log_message(self, *_words: object) -> None:
        """Silent."""


@pytest.fixture
def gateway(settings, monkeypatch):
    monkeypatch.setattr(Gateway, "got", [])
    server = http.server.HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.JUXIAN_MAIL_URL = ""
    settings.JUXIAN_WEBHOOKS = {"wecom": f"http://127.0.0.1:{server.server_port}/send?key=k"}
    monkeypatch.setattr(registry, "_addresses", {"wecom": lambda users: {user.pk: "zhang" for user in users}})
    yield Gateway
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((200, b'{"errcode": 0}'), DeliveryState.SENT),
        ((200, b'{"errcode": 93000}'), DeliveryState.WAITING),
        ((200, b"<html>"), DeliveryState.WAITING),
        ((503, b""), DeliveryState.WAITING),
        ((404, b""), DeliveryState.FAILED),
        ((302, b""), DeliveryState.WAITING),
    ],
)
def test_a_gateway_is_posted_to_and_believed_by_its_code(gateway, monkeypatch, answer, state):
    monkeypatch.setattr(gateway, "answer", answer)
    user = UserFactory()
    set_preference(user=user, channels=["wecom"], digest=False, language="zh")
    queue_message(user, "tests.word", {"what": "甲"}, "k")

    deliver_waiting()

    assert Delivery.objects.get().state == state
    [(signature, body)] = gateway.got
    assert signature.startswith("sha256=")
    assert (body["touser"], body["text"]["content"]) == ("zhang", "关于甲\n甲已办结。—")
