"""The verifier of the page and the stand-alone one give one verdict on good and on tampered transcripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from juxian import web
from juxian.core.allocation.canonical import canonical_sha256
from juxian.core.allocation.draw import Plan, Rule, freeze
from juxian.core.allocation.pool import Entrant, pool_of
from juxian.core.allocation.quotas import Quota
from juxian.core.allocation.transcript import conclude, next_attempt, with_declines
from juxian.core.allocation.verifier import verify
from tests.core.allocation.draws import (
    LOTTERY,
    ORGANISER,
    PANEL,
    PUBLIC,
    REVEALS,
    WITNESS,
    commitments,
    drawn,
    experts,
    plan,
)
from tests.core.allocation.test_verifier import DECLINED, DRAWN, VOID, file_of, leaves, tampered

SCRIPT = Path(web.__file__).parent / "portal" / "static" / "portal" / "verify-draw.js"
QUEUE = drawn(
    plan(Rule("规则", 0), [Entrant(f"p{number}", number % 3, groups={"unit": "甲"}) for number in range(9)])
)
HELD = drawn(
    plan(
        Rule("规则", 4, quotas=(Quota("class", "c0", least=2),)),
        [Entrant(f"p{number}", groups={"class": "c0" if number < 3 else "c1"}) for number in range(30)],
    )
)
ABSENT = drawn(
    plan(
        Rule("规则", 3, quotas=(Quota("class", "c9", most=1), Quota("unit", most=1))),
        [Entrant(f"p{number:02}", groups={"class": "c0", "unit": f"u{number % 5}"}) for number in range(12)],
    )
)
AGAIN = conclude(
    frozen := next_attempt(VOID, (ORGANISER, LOTTERY, WITNESS.__class__("另一名见证人", "witness"))),
    commitments(frozen, [REVEALS[0], REVEALS[1].__class__("另一名见证人", "c3" * 32, "1 1 1")]),
    [REVEALS[0], REVEALS[1].__class__("另一名见证人", "c3" * 32, "1 1 1"), PUBLIC],
)
GOOD = {
    "panel": DRAWN,
    "declined": DECLINED,
    "twice": with_declines(DRAWN, [DRAWN.selected[0], DRAWN.selected[3]]),
    "void": VOID,
    "queue": QUEUE,
    "held": HELD,
    "absent": ABSENT,
    "again": AGAIN,
}
Body = dict[str, Any]


def body_of(name: str) -> Body:
    found: Body = json.loads(GOOD[name].data)["body"]
    return found


def repaired(body: Body) -> bytes:
    """A forger's file: pool hash and digest agree with what it says."""
    body["pool_hash"] = canonical_sha256({"protocol": "JX-DRAW-1", "frozen": body["frozen"]})
    return file_of(body)


def forged() -> Iterator[tuple[str, bytes]]:
    """What a dishonest office or server might publish."""
    body = body_of("panel")
    body["order"][0], body["order"][1] = body["order"][1], body["order"][0]
    yield "swap", file_of(body)
    body = body_of("panel")
    body["selected"][0] = next(one for one in body["order"] if one not in body["selected"])
    yield "edit", file_of(body)
    body = body_of("panel")
    body["reveals"][0]["value"] = "8 2 5 7 2"
    yield "re-roll", file_of(body)
    body = body_of("panel")
    body["frozen"]["pool"]["barred"].pop("e05")
    yield "late pool edit", repaired(body)
    body = body_of("panel")
    body["reveals"].pop(1)
    yield "unrevealed contributor", file_of(body)
    body = body_of("panel")
    body["frozen"]["rule"]["quotas"][0]["most"] = 1
    yield "wrong quota", repaired(body)
    body = body_of("panel")
    body["frozen"]["rule"]["quotas"][1]["least"] = 6
    yield "impossible quota", repaired(body)
    body = body_of("panel")
    body["frozen"]["rule"]["quotas"].append({"attribute": "third", "value": "", "least": 0, "most": 1})
    yield "third attribute", repaired(body)
    for name in ("panel", "held", "declined"):
        body = body_of(name)
        body["rounds"][-1]["skips"] = body["rounds"][-1]["skips"][1:] or [["p1", "held"]]
        yield f"skip left out of {name}", file_of(body)
    body = body_of("held")
    body["rounds"][0]["skips"][0][1] = "limit"
    yield "another reason to skip", file_of(body)
    body = body_of("panel")
    body["frozen"]["contributors"][1]["role"] = "public"
    yield "no witness", repaired(body)
    body = body_of("panel")
    body["frozen"]["pool"]["entries"].reverse()
    yield "unsorted", repaired(body)
    body = body_of("queue")
    body["frozen"]["pool"]["points"][4] = 7
    yield "more points", repaired(body)
    body = body_of("again")
    body["frozen"]["previous"] = ""
    yield "no previous", repaired(body)


def corpus() -> Iterator[tuple[str, bytes]]:
    """Every good one, each with every field changed (the digest repaired and not), forgeries, odd spellings."""
    for name, transcript in GOOD.items():
        yield name, transcript.data
        body = json.loads(transcript.data)["body"]
        for path in leaves(body):
            twin = tampered(body, path)
            yield f"{name} {path}", file_of(twin, transcript.sha256)
            yield f"{name} {path} repaired", file_of(twin)
        for field in body:
            yield f"{name} without {field}", file_of({key: body[key] for key in body if key != field})
    yield from forged()
    whole = json.loads(DRAWN.data)
    yield "spaces", json.dumps(whole, ensure_ascii=False).encode()
    yield "escapes", json.dumps(whole, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    yield "no line break", DRAWN.data[:-1]
    yield "twice a key", DRAWN.data.replace(b'{"body":', b'{"body":1,"body":')
    yield "not NFC", DRAWN.data.replace("市".encode(), "e\u0301".encode())
    for junk in (b"", b"{}", b"[]", b"null", b'{"body":1}', b'{"body":{}}', b"[" * 100_000):
        yield f"junk {junk[:12]!r}", junk


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    """An empty page with the verifier and without a network."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.add_script_tag(path=SCRIPT)
    yield page
    context.close()


def in_browser(page: Page, asked: list[list[str]]) -> list[str]:
    found: list[str] = page.evaluate("all => all.map(one => verifyDraw(one[0], one[1], one[2]))", asked)
    return found


def test_both_verifiers_give_one_verdict_and_name_one_field(blank: Page) -> None:
    files = list(corpus())
    expected = [(name, (verify(data) or ("",))[0]) for name, data in files]

    found = in_browser(blank, [[data.decode(), "", ""] for _, data in files])

    assert len(files) > 1000
    assert [pair for pair in expected if pair[0] in GOOD] == [(name, "") for name in GOOD]
    assert all(field for name, field in expected if name in dict(forged()))
    assert [(name, field) for (name, _), field in zip(files, found, strict=True)] == expected


def test_the_hash_published_before_and_the_void_attempt_are_asked_for(blank: Page) -> None:
    other = drawn(
        Plan("panel-2026-017", Rule("v", 1), pool_of([Entrant("x1"), Entrant("x2")]), (ORGANISER, WITNESS))
    )
    bent = conclude(later := freeze(plan(PANEL, experts()[1:])), commitments(later), REVEALS[:1])
    fraction = DRAWN.data.replace(b'"size":5', b'"size":5.0')
    assert verify(fraction)
    assert in_browser(blank, [[fraction.decode(), "", ""]]) != [""]
    asked = [
        (DRAWN.data, DRAWN.frozen.sha256, b""),
        (other.data, DRAWN.frozen.sha256, b""),
        (AGAIN.data, AGAIN.frozen.sha256, VOID.data),
        (AGAIN.data, "", DRAWN.data),
        (AGAIN.data, "", bent.data),
        (AGAIN.data, "", VOID.data.replace(b'"seed":""', b'"seed":"1"')),
    ]

    found = in_browser(blank, [[data.decode(), pool, old.decode()] for data, pool, old in asked])

    assert found == ["", "pool_hash", "", *["frozen.previous"] * 3]
    assert found == [(verify(*one) or ("",))[0] for one in asked]
