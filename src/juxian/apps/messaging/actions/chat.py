"""What 企业微信 and 钉钉 ask for beside a POST: an access token, a signature, and their own error codes.

企业微信, message of an application: ``https://qyapi.weixin.qq.com/cgi-bin/message/send?corpid=…&corpsecret=…&agentid=…``. The token is
asked for at ``/cgi-bin/gettoken`` of the same host and kept until it ends. 钉钉, robot of a group:
``https://oapi.dingtalk.com/robot/send?access_token=…&secret=SEC…``: the secret is not sent; it signs the time of sending.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

Ask = Callable[[str, Mapping[str, Any] | None], Mapping[str, Any]]  # address, body → what was answered
ENDED = (40014, 41001, 42001)  # the token is not valid any more
EARLY = 120  # seconds before its end a token is not used any more
OWN = ("corpid", "corpsecret", "agentid")


class Failed(Exception):
    """An answer with an error code; it is kept with the message."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.code = answer.get("errcode")
        super().__init__(f"errcode {self.code}: {answer.get('errmsg', '')}"[:200])


@dataclass
class Tokens:
    """Access tokens of this process, by address: the token and when it ends."""

    known: dict[str, tuple[str, float]] = field(default_factory=dict)

    def of(self, address: str, ask: Ask, moment: float) -> str:
        found = self.known.get(address)
        if found is None or found[1] <= moment:
            answer = _good(ask(address, None))
            ends = moment + max(0, int(answer.get("expires_in", 0)) - EARLY)
            found = self.known[address] = (str(answer.get("access_token", "")), ends)
        return found[0]

    def forget(self, address: str) -> None:
        self.known.pop(address, None)


TOKENS = Tokens()


def send_wecom(target: str, user: str, text: str, ask: Ask, *, tokens: Tokens = TOKENS) -> None:
    """A text of an application to one member; a token that ended is replaced once. Raises ``Failed``."""
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query))
    asked = urlencode({name: query.get(name, "") for name in ("corpid", "corpsecret")})
    door = urlunsplit((parts.scheme, parts.netloc, "/cgi-bin/gettoken", asked, ""))
    kept = {name: value for name, value in query.items() if name not in OWN}
    body = {
        "touser": user,
        "msgtype": "text",
        "agentid": int(query.get("agentid") or 0),
        "text": {"content": text},
    }
    for last in (False, True):
        token = tokens.of(door, ask, time.monotonic())
        address = urlunsplit(parts._replace(query=urlencode({**kept, "access_token": token})))
        answer = ask(address, body)
        if answer.get("errcode") not in ENDED or last:
            break
        tokens.forget(door)
    _good(answer)
    if answer.get("invaliduser"):
        raise Failed({"errcode": 40031, "errmsg": "invalid user"})


def signed_robot(target: str, milliseconds: int) -> str:
    """The address of a robot with time and signature in place of its secret; unchanged without one."""
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query))
    secret = query.pop("secret", "")
    if not secret:
        return target
    mac = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    query |= {"timestamp": str(milliseconds), "sign": base64.b64encode(mac).decode()}
    return urlunsplit(parts._replace(query=urlencode(query)))


def read_answer(said: bytes) -> Mapping[str, Any]:
    """Both services answer 200 with an error code inside. Raises ``ValueError`` for what is no such answer."""
    answer = json.loads(said)
    if not isinstance(answer, dict) or "errcode" not in answer:
        raise ValueError("the answer is not understood")
    return answer


def check_answer(said: bytes) -> None:
    """Raises ``Failed``, and ``ValueError`` for what is no answer of theirs."""
    _good(read_answer(said))


def _good(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    if answer.get("errcode"):
        raise Failed(answer)
    return answer
