"""No document number, telephone or name in any address, log line or cache key, on a walk through the product."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.core.cache.backends.base import BaseCache
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.imports.enums import RowState
from juxian.apps.imports.models import Batch
from juxian.apps.persons.models import Person
from juxian.core.identity.masking import mask_phone
from tests.browser import text_of
from tests.security.bodies import NEW_NUMBER, NEW_PHONE, REASON, body_of
from tests.security.matrix import read_matrix
from tests.security.world import HOME_NUMBER, NAMES, PHONE, World

NEW_NAME = "新登记人"
SECRETS = (HOME_NUMBER, NEW_NUMBER, PHONE, NEW_PHONE, NAMES["jiayuguan"], NEW_NAME, "名册甲", "名册乙")
_LIKE_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value or "" for name, value in attrs if name in ("href", "action", "src", "hx-get", "hx-post")
        ]


class Watching(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{self.format(record)} {record.args!r}")


@dataclass
class Trace:
    """What was left behind: addresses asked for, offered and led to; log lines; cache keys."""

    addresses: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def revealing(self) -> list[str]:
        """Everything that names somebody."""
        told = [unquote_plus(text) for text in (*self.addresses, *self.lines, *self.keys)]
        return [
            text for text in told if _LIKE_NUMBER.search(text) or any(secret in text for secret in SECRETS)
        ]

    def telling(self, secret: str) -> list[str]:
        """The pages that hold a word."""
        return [name for name, page in zip(self.names, self.pages, strict=True) if secret in page]

    def note(self, answer: HttpResponse) -> HttpResponse:
        self.addresses.append(answer.wsgi_request.get_full_path())
        for name in ("Location", "HX-Redirect", "HX-Push-Url", "HX-Replace-Url", "Content-Location", "Link"):
            self.addresses.append(answer.headers.get(name, ""))
        self.pages.append(text_of(answer))
        self.names.append(resolve(answer.wsgi_request.path_info).view_name)
        page = _Addresses()
        page.feed(self.pages[-1])
        self.addresses += page.found
        return answer


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trace]:
    left = Trace()
    make_key: Callable[..., str] = BaseCache.make_key

    def noting(self: BaseCache, key: str, version: int | None = None) -> str:
        left.keys.append(str(key))
        return make_key(self, key, version)

    monkeypatch.setattr(BaseCache, "make_key", noting)
    root, handler = logging.getLogger(), Watching(left.lines)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    noisy = [logging.getLogger(name) for name in ("django.request", "axes", "django.security")]
    levels = [logger.level for logger in noisy]
    for logger in noisy:
        logger.setLevel(logging.DEBUG)
    yield left
    root.removeHandler(handler)
    root.setLevel(level)
    for logger, before in zip(noisy, levels, strict=True):
        logger.setLevel(before)


def walk(world: World, trace: Trace) -> None:
    """Register, find, open, reveal, add, take back; hand in, map, decide, record, undo; then look everywhere."""
    office = world.client("office")

    def post(function: str, body: Any = None, client: Client = office, **parts: Any) -> HttpResponse:
        sent = body if body is not None else body_of(function, world.here)
        return trace.note(client.post(reverse(function, kwargs=parts), sent))

    post("desk:person-new", body_of("desk:person-new", world.here) | {"evidence": ""})  # told at its field
    post("desk:person-new")
    post("desk:person-new")  # the number is known already
    number = Person.objects.latest("pk").number
    trace.note(office.get(reverse("desk:person", args=[number])))
    led = post("seek", {"to": reverse("desk:persons"), "q": NAMES["jiayuguan"]})
    trace.note(office.get(led["Location"]))
    trace.note(office.get(led["Location"], headers={"HX-Request": "true"}))
    post("desk:person-find")
    post("desk:person-find", {"document_number": "620201198001010013"})
    post("desk:person-reveal", number=world.here.person.number)
    post(
        "desk:person-reveal",
        {"key": body_of("desk:person-reveal", world.here)["key"]},
        number=world.here.person.number,
    )
    post(
        "desk:fact-add",
        {"value-phone": NEW_PHONE, "since": "2022-01-01", "source": "本人", "evidence": "来电"},
        number=number,
        kind="contact",
    )
    fact = Person.objects.get(number=number).facts.filter(kind="contact").latest("pk")
    post("desk:fact-withdraw", {"reason": REASON}, number=number, pk=fact.pk)
    post("desk:import-new", client=world.client("employer"))
    batch = Batch.objects.latest("pk")
    waiting = batch.rows.filter(state=RowState.WAITING).get()
    trace.note(office.get(reverse("desk:import-row", kwargs={"pk": batch.pk, "row": waiting.pk})))
    post("desk:import-decide", {"reason": waiting.reason, "decision": "without_doubtful"}, pk=batch.pk)
    post("desk:import-accept", pk=batch.pk)
    post("desk:policies-sweep")
    everywhere(world, trace)
    post("desk:import-undo", {"reason": REASON}, pk=batch.pk)


def everywhere(world: World, trace: Trace) -> None:
    """Every page of everybody who may open it, and every page of those who may not."""
    for actor in ("office", "department", "leader", "employer", "person", "visitor", "auditor"):
        for function in read_matrix().functions.values():
            address = reverse(function.name, kwargs=world.here.arguments(function.address))
            trace.note(world.client(actor).get(address))


def test_no_address_log_line_or_cache_key_names_anybody(world: World, trace: Trace) -> None:
    walk(world, trace)

    assert trace.revealing() == []
    assert len(trace.addresses) > 2_000
    assert trace.lines
    assert trace.keys
    assert any(NAMES["jiayuguan"] in page for page in trace.pages)  # the walk did see people


def test_numbers_are_masked_on_every_page_but_the_one_that_reveals(world: World, trace: Trace) -> None:
    walk(world, trace)

    assert sum(HOME_NUMBER in page for page in trace.pages) == 1
    own = {"portal:apply", "portal:apply-review", "portal:together-form", "portal:together-review"}
    assert set(trace.telling(PHONE)) == own  # the applicant reads what was typed
    assert any(mask_phone(PHONE) in page for page in trace.pages)


def test_the_audit_log_holds_no_number_and_no_name(world: World, trace: Trace) -> None:
    walk(world, trace)

    told = [f"{entry.detail} {entry.reason} {entry.subject_id}" for entry in AuditEntry.objects.all()]

    assert [text for text in told if any(secret in text for secret in SECRETS)] == []


def test_a_fault_of_ours_leaves_no_number_in_the_log(
    world: World, trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_values: Any) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("juxian.web.desk.persons.registration.register_person", broken)
    client = world.client("office", raise_request_exception=False)

    answer = trace.note(client.post(reverse("desk:person-new"), body_of("desk:person-new", world.here)))

    assert answer.status_code == 500
    assert any("broken on purpose" in line for line in trace.lines)
    assert trace.revealing() == []


@pytest.mark.parametrize("typed", [HOME_NUMBER, PHONE, f"王{PHONE}", HOME_NUMBER.replace("1", "１")])
@pytest.mark.parametrize("page", ["desk:persons", "portal:unit", "desk:documents", "desk:organisations"])
def test_a_number_typed_into_a_search_is_not_carried_on(
    world: World, trace: Trace, page: str, typed: str
) -> None:
    """It was in one address because it was typed there; the product hands it on to none."""
    client = world.client("employer" if page == "portal:unit" else "office")

    for headers in ({}, {"HX-Request": "true"}):
        answer = client.get(reverse(page), {"q": typed}, headers=headers)
        trace.note(answer)
        trace.addresses.remove(answer.wsgi_request.get_full_path())

    assert [text for text in map(unquote_plus, trace.addresses) if typed in text] == []
