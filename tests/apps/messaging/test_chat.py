"""企业微信 and 钉钉 against a fake on this machine: tokens, signatures, error codes. The real services were not asked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from juxian.apps.messaging.actions.adapters import Letter, Undelivered, send
from juxian.apps.messaging.actions.chat import TOKENS, signed_robot

LETTER = Letter("key:1", "zhang", "标题", "正文")


class Fake:
    """answers: what is said to messages, in turn, the last for ever. asked: path, query and body of everything."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.answers: list[Any] = [{"errcode": 0, "errmsg": "ok"}]
        self.tokens = 0
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake.tokens += 1
                self.say({"errcode": 0, "access_token": f"token-{fake.tokens}", "expires_in": 7200}, None)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.say(fake.answers.pop(0) if len(fake.answers) > 1 else fake.answers[0], body)

            def say(self, answer: Any, body: Any) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                fake.asked.append((parts.path, query, body))
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def fake(settings: Any) -> Iterator[Fake]:
    made = Fake()
    TOKENS.known.clear()
    settings.JUXIAN_WEBHOOKS = {
        "wecom": f"{made.address}/cgi-bin/message/send?corpid=c&corpsecret=s&agentid=7",
        "dingtalk": f"{made.address}/robot/send?access_token=a&secret=SEC1",
    }
    thread = threading.Thread(target=made.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def test_a_token_is_asked_for_once_and_the_secret_goes_nowhere_else(fake: Fake) -> None:
    send("wecom", LETTER)
    send("wecom", LETTER)

    assert [path for path, _query, _body in fake.asked] == [
        "/cgi-bin/gettoken", "/cgi-bin/message/send", "/cgi-bin/message/send",
    ]  # fmt: skip
    assert fake.asked[0][1] == {"corpid": "c", "corpsecret": "s"}
    assert fake.asked[1][1] == {"access_token": "token-1"}
    assert fake.asked[1][2] == {
        "touser": "zhang", "msgtype": "text", "agentid": 7, "text": {"content": "标题\n正文"},
    }  # fmt: skip


def test_a_token_that_ended_is_replaced_once(fake: Fake) -> None:
    fake.answers = [{"errcode": 42001, "errmsg": "expired"}, {"errcode": 0}]
    send("wecom", LETTER)
    assert fake.tokens == 2

    fake.answers = [{"errcode": 40014, "errmsg": "invalid token"}]
    with pytest.raises(Undelivered, match="errcode 40014: invalid token"):
        send("wecom", LETTER)
    assert fake.tokens == 3


def test_a_member_who_is_not_there_is_no_success(fake: Fake) -> None:
    fake.answers = [{"errcode": 0, "errmsg": "ok", "invaliduser": "zhang"}]

    with pytest.raises(Undelivered, match="invalid user"):
        send("wecom", LETTER)


def test_a_robot_is_asked_with_time_and_signature(fake: Fake) -> None:
    send("dingtalk", LETTER)

    ((path, query, body),) = fake.asked
    signed = f"{query['timestamp']}\nSEC1".encode()
    mac = base64.b64encode(hmac.new(b"SEC1", signed, hashlib.sha256).digest()).decode()
    assert (path, query["access_token"], query["sign"]) == ("/robot/send", "a", mac)
    assert "secret" not in query
    assert body["text"] == {"content": "标题\n正文"}
    assert signed_robot("https://x/robot/send?access_token=a", 1) == "https://x/robot/send?access_token=a"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"errcode": 310000, "errmsg": "sign not match"}, "errcode 310000: sign not match"),
        ({}, "not understood"),
        ([], "not understood"),
    ],
)
def test_an_error_code_is_a_failure_and_is_kept(fake: Fake, answer: Any, reason: str) -> None:
    fake.answers = [answer]

    with pytest.raises(Undelivered, match=reason):
        send("dingtalk", LETTER)
