"""Hostile requests (恶意输入), always the same for a seed: every form, parameter, part of an address and header.

``run`` sends them in episodes: some dozens of requests, then the lists and records are read again, because what was
stored must not break or mark a page; then everything is taken back.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, quote_from_bytes

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import Resolver404, reverse

from juxian.config.wsgi import Request
from juxian.web.kit.once import FIELD
from tests import rosters
from tests.browser import text_of
from tests.security.harvest import Form, Harvest, harvest
from tests.security.matrix import Address, addresses, read_matrix
from tests.security.values import MARKER, hostile_bytes, hostile_header, hostile_name, hostile_text
from tests.security.world import World, roster, undone

EPISODE = 100
URLENCODED = "application/x-www-form-urlencoded"
CONTENT_TYPES = (
    URLENCODED,
    "application/json",
    "text/plain",
    "text/xml",
    "",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "b" * 300,
    MULTIPART_CONTENT,
    f"{URLENCODED}; charset=utf-16",
    f"{URLENCODED}; charset=utf-7",
    f"{URLENCODED}; charset=no-such",
    f"{URLENCODED}; charset=\xff",
    f"{URLENCODED}; charset*=utf-8''%00",
    "\xfe/\xff",
    "application/x-www-form-urlencoded" * 50,
)
HEADERS = (
    "HX-Request", "HX-Boosted", "HX-Current-URL", "HX-Current-URL-URI-AutoEncoded", "HX-Target", "HX-Trigger", "HX-Trigger-Name",
    "HX-Prompt", "HX-History-Restore-Request", "Triggering-Event", "Accept-Language", "Accept", "Accept-Encoding", "Host", "Origin",
    "Referer", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-CSRFToken", "X-HTTP-Method-Override",
    "If-None-Match", "If-Modified-Since", "Range", "Authorization", "Content-Length", "Transfer-Encoding", "Cookie", "Forwarded",
    "X-Requested-With",
)  # fmt: skip
COOKIES = ("sessionid", "csrftoken", "theme", "place", "django_language", "messages")
METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get")
READ_AGAIN = (
    ("office", "desk:home"),
    ("office", "desk:persons"),
    ("office", "desk:person"),
    ("office", "desk:imports"),
    ("office", "desk:import"),
    ("office", "desk:documents"),
    ("leader", "board:persons"),
    ("employer", "portal:unit"),
    ("person", "portal:me"),
    ("auditor", "desk:audit"),
)


@dataclass(frozen=True)
class Attack:
    """One request. path and query are percent-encoded; headers as WSGI names with latin-1 texts."""

    actor: str
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        body = self.body[:300] + (b"..." if len(self.body) > 300 else b"")
        return f"{self.actor} {self.method} {self.path[:300]}?{self.query[:300]} {self.content_type[:80]} {body!r} {self.headers}"


@dataclass
class Report:
    """requests: those of the generator. again: those that read afterwards. failures: what must not be."""

    requests: int = 0
    again: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Generator:
    """The hostile requests of one seed."""

    def __init__(self, world: World, seed: int, found: Harvest | None = None) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.found = found or harvest(world)
        self.addresses = [item for item in addresses() if item.name in read_matrix().functions]
        functions = (
            read_matrix().functions
        )  # parts of addresses as they are now, whatever requests change later
        self.parts = {name: world.here.arguments(item.address) for name, item in functions.items()}
        self.names = sorted(
            {
                *self.found.parameters,
                "page",
                "next",
                "q",
                "as_of",
                "state",
                "size",
                "after",
                "sort",
                "level",
                "of",
                "before",
                "number",
                "new",
                *(
                    "day",
                    "known",
                    "unit",
                    "who",
                    "by",
                    "field",
                    "level",
                    "born",
                    "since",
                    "flow",
                    "here",
                    "only",
                    "people",
                    "age",
                ),
            }
        )
        self.posts = [form for form in self.found.forms if form.method == "POST"]
        self.gets = [form for form in self.found.forms if form.method == "GET"]
        self.kinds: list[tuple[int, Callable[[], Attack]]] = [
            (38, self._form),
            (24, self._query),
            (12, self._path),
            (16, self._header),
            (7, self._body),
            (2, self._upload),
            (1, self._method),
        ]

    def attack(self) -> Attack:
        kinds = [kind for _weight, kind in self.kinds]
        return self.chance.choices(kinds, [weight for weight, _kind in self.kinds])[0]()

    # what is asked for

    def _address(self, method: str = "GET") -> tuple[str, Address]:
        """An address and somebody who may ask for it."""
        while True:
            item = self.chance.choice(self.addresses)
            function = read_matrix().functions[item.name]
            allowed = [actor for actor in (*self.world.users,) if function.outcome(method, actor) == "allow"]
            own = [actor for actor in allowed if not actor.endswith("_elsewhere")]
            if own:
                return self.chance.choice(own), item

    def _plain(self, item: Address) -> str:
        return reverse(item.name, kwargs=self.parts[item.name])

    def _post(self) -> Form:
        """A form to post; those with more fields more often."""
        return self.chance.choices(self.posts, [1 + len(form.fields) for form in self.posts])[0]

    def _text(self) -> str:
        return hostile_text(self.chance)

    # one kind of request each

    def _path(self) -> Attack:
        """One part of an address, or the whole, replaced by bytes."""
        parts = [item for item in self.addresses if item.parts]
        item = self.chance.choice(parts)
        function = read_matrix().functions[item.name]
        known = self.parts[item.name]
        broken = self.chance.choice(item.parts)
        path = "/" + item.route
        for part in item.parts:
            raw = hostile_bytes(self.chance)[:3000] if part == broken else str(known[part]).encode()
            for converter in ("slug", "int", "str"):
                path = path.replace(f"<{converter}:{part}>", quote_from_bytes(raw, safe=self._safe()))
        if self.chance.random() < 0.1:
            path = "/" + quote_from_bytes(hostile_bytes(self.chance)[:3000], safe="/")
        method = self.chance.choice(("GET", "GET", "POST"))
        actors = ("office", "leader", "employer", "person", "visitor")
        allowed = [actor for actor in actors if function.outcome(method, actor) == "allow"]
        return Attack(self.chance.choice(allowed or actors), method, path)

    def _safe(self) -> str:
        return self.chance.choice(("", "/", "/%", "/.~"))

    def _query(self) -> Attack:
        actor, item = self._address()
        names = self.chance.sample(self.names, k=min(len(self.names), self.chance.randint(1, 4)))
        if self.gets and self.chance.random() < 0.5:
            form = self.chance.choice(self.gets)
            actor, path = form.actor, form.action
            names = self.chance.sample(
                sorted(form.fields), k=min(len(form.fields), self.chance.randint(1, 3))
            )
        else:
            path = self._plain(item)
        pairs = [(name, self._value_of(name)) for name in names]
        pairs += [pair for pair in pairs if self.chance.random() < 0.2]  # repeated
        if self.chance.random() < 0.1:
            pairs.append((hostile_text(self.chance)[:200], self._text()))
        query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
        if self.chance.random() < 0.1:
            query += self.chance.choice(("&", "&&=", "&=&", "&%", "&%zz", "&a[]=1&a[b]=2", ";x=1", "&" * 900))
        headers = {"HTTP_HX_REQUEST": "true"} if self.chance.random() < 0.4 else {}
        return Attack(actor, "GET", path, query[:9000], headers=headers)

    def _value_of(self, name: str) -> str | bytes:
        """Mostly hostile; sometimes one that the pages offer, so that the others meet a valid companion."""
        known = sorted(self.found.parameters.get(name, ()))
        if known and self.chance.random() < 0.3:
            return self.chance.choice(known)
        return hostile_bytes(self.chance) if self.chance.random() < 0.15 else self._text()

    def _form(self) -> Attack:
        """A valid form with one to three fields changed, missing or repeated."""
        form = self._post()
        pairs = self._filled(form)
        for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
            place = self.chance.randrange(len(pairs)) if pairs else 0
            what = self.chance.random()
            if not pairs or what < 0.05:
                pairs.append((self._text()[:200], self._text()))
            elif what < 0.15:
                pairs.pop(place)
            elif what < 0.25:
                pairs.append((pairs[place][0], self._text()))
            else:
                value = hostile_bytes(self.chance) if self.chance.random() < 0.15 else self._text()
                pairs[place] = (pairs[place][0], value)
        headers = {"HTTP_HX_REQUEST": "true"} if self.chance.random() < 0.3 else {}
        if self.chance.random() < 0.3:
            data: dict[str, list[Any]] = {}
            for name, value in pairs:
                shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                data.setdefault(name.replace("\r", "").replace("\n", ""), []).append(shown)
            return Attack(
                form.actor,
                "POST",
                form.action,
                body=encode_multipart(BOUNDARY, data),
                content_type=MULTIPART_CONTENT,
                headers=headers,
            )
        body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs).encode()
        return Attack(form.actor, "POST", form.action, body=body, content_type=URLENCODED, headers=headers)

    def _filled(self, form: Form) -> list[tuple[str, str | bytes]]:
        """What a browser would send, with other choices of the selects now and then."""
        filled: list[tuple[str, str | bytes]] = []
        for name, values in form.fields.items():
            value = values[0] if values else ""
            if name == FIELD:
                value = f"{self.chance.getrandbits(128):032x}"
            elif len(values) > 1 and self.chance.random() < 0.3:
                value = self.chance.choice(values)
            filled.append((name, value))
        return filled

    def _header(self) -> Attack:
        actor, item = self._address()
        headers: dict[str, str] = {}
        for name in self.chance.sample(HEADERS, k=self.chance.randint(1, 3)):
            value = hostile_header(self.chance)
            if name == "Cookie":
                value = "; ".join(
                    f"{cookie}={hostile_header(self.chance)}"
                    for cookie in self.chance.sample(COOKIES, k=self.chance.randint(1, 4))
                )
            key = name.upper().replace("-", "_")
            headers[key if key == "CONTENT_LENGTH" else f"HTTP_{key}"] = value
        if self.chance.random() < 0.4:
            headers["HTTP_HX_REQUEST"] = "true"
        if self.chance.random() < 0.3 and self.posts:
            form = self._post()
            body = "&".join(
                f"{_quoted(name)}={_quoted(value)}" for name, value in self._filled(form)
            ).encode()
            return Attack(
                form.actor, "POST", form.action, body=body, content_type=URLENCODED, headers=headers
            )
        if self.chance.random() < 0.3:
            actor = "visitor"
        return Attack(actor, "GET", self._plain(item), headers=headers)

    def _body(self) -> Attack:
        form = self._post()
        kind = self.chance.choice(CONTENT_TYPES)
        body = hostile_bytes(self.chance)
        if self.chance.random() < 0.5:
            fields = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in self._filled(form))
            body = fields.encode(self.chance.choice(("utf-8", "utf-16", "gb18030"))) + body
        if "multipart" in kind and self.chance.random() < 0.7:
            body = _torn(self.chance, encode_multipart(BOUNDARY, form.defaults()))
        return Attack(form.actor, "POST", form.action, body=body[:200_000], content_type=kind)

    def _upload(self) -> Attack:
        """A file with a hostile name or content; the other fields are valid or missing."""
        objects = self.world.here
        name = hostile_name(self.chance)
        content = self.chance.choice(
            (
                roster(str(self.chance.random())),
                hostile_bytes(self.chance),
                b"",
                f"姓名,身份证号\n{MARKER},{self._text()[:40]}\n".encode("utf-8", "replace"),
                rosters.plain().data[: self.chance.randint(1, 6000)],
            )
        )
        data: dict[str, Any] = {
            "organisation": objects.place.employer.pk,
            "as_of": "2022-06-01",
            "file": SimpleUploadedFile("x.csv", content),
        }
        if self.chance.random() < 0.3:
            data[self.chance.choice(("organisation", "as_of"))] = self._text()[:500]
        body = encode_multipart(BOUNDARY, data).replace(b'filename="x.csv"', b'filename="' + name + b'"')
        return Attack(
            self.chance.choice(("office", "employer")),
            "POST",
            reverse("desk:import-new"),
            body=body,
            content_type=MULTIPART_CONTENT,
        )

    def _method(self) -> Attack:
        actor, item = self._address()
        return Attack(actor, self.chance.choice(METHODS), self._plain(item))


def _quoted(value: str | bytes) -> str:
    raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    return quote(raw, safe="")


def _torn(chance: random.Random, body: bytes) -> bytes:
    """A multipart body cut, doubled or with a broken header."""
    place = chance.randrange(len(body) + 1)
    return chance.choice(
        (
            body[:place],
            body + body,
            body[place:],
            body.replace(b"form-data", b"form-data; filename*=utf-8''%FF%00"),
            body.replace(b"name=", b"name*=no-such'x'"),
            body.replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain; charset=no-such\r\n\r\n"),
            body.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"),
            body.replace(b"Content-Disposition", b"X" * 5000 + b": y\r\nContent-Disposition"),
        )
    )


def send(client: Client, attack: Attack) -> HttpResponse:
    """The request as it would reach the application from a server."""
    environ: dict[str, Any] = {"QUERY_STRING": attack.query, **attack.headers}
    length = environ.get("CONTENT_LENGTH", "0")
    if not (length.isascii() and length.isdigit()):  # servers refuse any other
        del environ["CONTENT_LENGTH"]
    return client.generic(
        attack.method, attack.path, attack.body, content_type=attack.content_type, **environ
    )


def run(
    world: World,
    requests: int,
    seed: int,
    tell: Callable[[Report], None] | None = None,
    found: Harvest | None = None,
) -> Report:
    """Send ``requests`` of them; tell is called after each episode."""
    report, began = Report(), time.process_time()
    generator = Generator(world, seed, found)
    while report.requests < requests:
        with (
            undone(),
            patch("django.test.client.WSGIRequest", Request),
        ):  # as the server's entry point reads it
            for _ in range(min(EPISODE, requests - report.requests)):
                _send_one(world, generator.attack(), report)
            _read_again(world, report)
        report.seconds = time.process_time() - began
        if tell:
            tell(report)
    return report


def _send_one(world: World, attack: Attack, report: Report) -> None:
    client = world.client(attack.actor, raise_request_exception=False)
    ending = attack.path in (reverse("sign-out"), reverse("post")) or attack.path.startswith(
        reverse("account")
    )
    if ending:  # may end the session that the others act in
        with undone():
            answer = send(client, attack)
    else:
        answer = send(client, attack)
    report.requests += 1
    report.statuses[answer.status_code] += 1
    with suppress(Resolver404):  # worked out by the test client when it is asked for
        report.reached[answer.resolver_match.view_name] += 1
    _check(answer, str(attack), report)
    onward = answer.headers.get("Location") or answer.headers.get("HX-Redirect")
    if onward and answer.status_code != 302 and attack.method == "POST":
        report.again += 1
        _check(client.get(onward), f"after {attack}", report)


def _read_again(world: World, report: Report) -> None:
    """Lists and records after an episode: what was stored is shown, and shown as text."""
    for actor, name in READ_AGAIN:
        function = read_matrix().functions[name]
        client = world.client(actor, raise_request_exception=False)
        answer = client.get(reverse(name, kwargs=world.here.arguments(function.address)))
        report.again += 1
        _check(answer, f"reading {name} again", report)
        if answer.status_code != 200:
            report.failures.append(f"reading {name} again: {answer.status_code}")


def _check(answer: HttpResponse, what: str, report: Report) -> None:
    if answer.status_code >= 500:
        fault = getattr(answer, "exc_info", None)
        report.failures.append(
            f"{answer.status_code} {fault[1]!r:.300} : {what}" if fault else f"{answer.status_code}: {what}"
        )
    saved = answer.headers.get("Content-Disposition", "").startswith(
        "attachment"
    )  # a file shows text as it is
    if MARKER in text_of(answer) and not saved:
        report.failures.append(f"raw reflection: {what}")
    onward = answer.headers.get("Location") or answer.headers.get("HX-Redirect") or "/"
    if not onward.startswith("/") or onward.startswith(("//", "/\\")):
        report.failures.append(f"leads to {onward!r:.200}: {what}")
