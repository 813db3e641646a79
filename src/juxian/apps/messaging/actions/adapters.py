"""The ways out of the site (送达适配器): mail by SMTP, everything else by a POST to the address that the operator set.

``folder:NAME`` in place of an address writes each message to a file below the home directory: for tests, demonstrations, and
offices whose gateway fetches files.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from juxian.apps.clock import now
from juxian.apps.messaging.actions.chat import Failed, check_answer, read_answer, send_wecom, signed_robot
from juxian.apps.messaging.enums import Channel

SECONDS = 15
FOLDER = "folder:"
OUTBOX = "outbox"


@dataclass(frozen=True, slots=True)
class Letter:
    """What leaves the site. key: the receiving side may use it to tell a repetition."""

    key: str
    address: str
    subject: str
    body: str


class Undelivered(Exception):
    """It did not arrive. for_good: trying again is of no use. The reason may name the address."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


Send = Callable[[str, Letter], None]


def configured_channels() -> list[str]:
    """The ways that this site has."""
    mail = [Channel.MAIL.value] if settings.JUXIAN_MAIL_URL else []
    return [*mail, *(channel for channel in settings.JUXIAN_WEBHOOKS if channel in Channel.values)]


def send(channel: str, letter: Letter) -> None:
    """Hand a letter over. Raises ``Undelivered``."""
    target = (
        settings.JUXIAN_MAIL_URL if channel == Channel.MAIL else settings.JUXIAN_WEBHOOKS.get(channel, "")
    )
    if not target:
        raise Undelivered("not configured", for_good=True)
    if target.startswith(FOLDER):
        _write(target.removeprefix(FOLDER), channel, letter)
    elif channel == Channel.MAIL:
        _mail(target, letter)
    else:
        _post(target, channel, letter)


def _write(name: str, channel: str, letter: Letter) -> None:
    folder = Path(settings.JUXIAN_HOME) / OUTBOX / Path(name).name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{hashlib.sha256(letter.key.encode()).hexdigest()[:32]}.json"
    file.write_text(json.dumps(_plain(channel, letter), ensure_ascii=False), encoding="utf-8")


def _mail(target: str, letter: Letter) -> None:
    """target: ``smtp://user:password@host:port`` with STARTTLS, ``smtps://`` for TLS from the first byte, ``?tls=0`` for none."""
    parts = urlsplit(target)
    starts = parse_qs(parts.query).get("tls", ["1"])[0] != "0"
    backend = EmailBackend(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=parts.scheme == "smtps",
        use_tls=parts.scheme != "smtps" and starts,
        timeout=SECONDS,
    )
    message = EmailMessage(
        " ".join(letter.subject.split()),
        letter.body,
        settings.JUXIAN_MAIL_FROM,
        [letter.address],
        connection=backend,
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        raise Undelivered(f"refused: {refused}", for_good=True) from refused
    except (smtplib.SMTPException, OSError) as failed:
        raise Undelivered(str(failed)) from failed


def _post(target: str, channel: str, letter: Letter) -> None:
    """Redirects are not followed: what the operator wrote is where it goes."""
    if channel == Channel.WECOM and "corpsecret=" in target:
        _chat(lambda: send_wecom(target, letter.address, _text(letter), _asked))
        return
    if channel == Channel.DINGTALK:
        target = signed_robot(target, int(now().timestamp() * 1000))
    body = json.dumps(_content(channel, letter), ensure_ascii=False).encode()
    said = _request("POST", target, body, _headers(letter, body))
    if channel in (Channel.WECOM, Channel.DINGTALK):
        _chat(lambda: check_answer(said))


def _request(method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
    parts = urlsplit(target)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        said = answer.read(10_000)
    except (OSError, http.client.HTTPException) as failed:
        raise Undelivered(str(failed)) from failed
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise Undelivered(
            f"HTTP {answer.status}", for_good=400 <= answer.status < 500 and answer.status != 429
        )
    return said


def _asked(address: str, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A question to 企业微信: GET without a body. Raises ``ValueError``."""
    if body is None:
        return read_answer(_request("GET", address, None, {}))
    data = json.dumps(body, ensure_ascii=False).encode()
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return read_answer(_request("POST", address, data, kind))


def _chat(do: Callable[[], None]) -> None:
    try:
        do()
    except Failed as failed:
        raise Undelivered(str(failed)) from failed
    except ValueError as failed:
        raise Undelivered("the answer is not understood") from failed


def _headers(letter: Letter, body: bytes) -> dict[str, str]:
    signed = hmac.new(settings.JUXIAN_WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "X-Juxian-Key": hashlib.sha256(letter.key.encode()).hexdigest(),
        "X-Juxian-Signature": f"sha256={signed}",
    }


def _content(channel: str, letter: Letter) -> Mapping[str, Any]:
    text = _text(letter)
    match channel:
        case Channel.WECOM:
            return {"touser": letter.address, "msgtype": "text", "text": {"content": text}}
        case Channel.DINGTALK:
            return {
                "msgtype": "text",
                "text": {"content": text},
                "at": {"atUserIds": [letter.address], "isAtAll": False},
            }
        case _:
            return _plain(channel, letter)


def _text(letter: Letter) -> str:
    return f"{letter.subject}\n{letter.body}"


def _plain(channel: str, letter: Letter) -> dict[str, str]:
    return {
        "channel": channel,
        "key": letter.key,
        "to": letter.address,
        "subject": letter.subject,
        "body": letter.body,
    }
