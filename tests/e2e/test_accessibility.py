"""No page breaks an accessibility rule (WCAG 2.2 A and AA, best practice), and none scrolls sideways on a phone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser

from tests.e2e.conftest import Demonstration
from tests.e2e.test_journeys import sign_in

PAGES = {
    "": (
        "/",
        "/policies/",
        "/p/jiayuguan/policies/settlement-subsidy/",
        "/p/jiayuguan/screener/",
        "/p/jiayuguan/privacy/",
        "/sign-in/",
        "/sign-in/first/",
        "/p/jiayuguan/cards/check/",
        "/p/jiayuguan/cards/keys/",
        "/no-such-page/",
        "/p/jiayuguan/services/",
        "/p/jiayuguan/services/policy-question/",
        "/p/jiayuguan/bundles/new-arrival/",
        "/p/jiayuguan/ask/policy-question/",
        "/p/jiayuguan/progress/",
        "/p/jiayuguan/flats/",
        "/p/jiayuguan/draws/1/",
    ),
    "office.jiayuguan": (
        "/desk/",
        "/desk/persons/",
        "/desk/persons/?q=没有这个人",
        "/desk/persons/JY00000100/",
        "/desk/persons/new/",
        "/desk/completeness/",
        "/desk/attrition/",
        "/desk/collectives/",
        "/desk/collectives/new/",
        "/desk/collectives/export/",
        "/desk/collectives/pairings/",
        "/desk/persons/?gaps=missing",
        "/desk/persons/JY00000100/facts/",
        "/desk/corrections/",
        "/desk/unverified/",
        "/desk/unverified/?view=others",
        "/desk/searches/",
        "/desk/searches/2/",
        "/desk/searches/2/change/",
        "/desk/searches/new/",
        "/desk/persons/export/",
        "/desk/persons/JY00000100/facts/education/",
        "/desk/policies/",
        "/desk/policies/settlement-subsidy/",
        "/desk/policies/found/",
        "/desk/policies/drafts/",
        "/desk/policies/drafts/3/",
        "/desk/persons/JY00000100/why/settlement-subsidy/settlement-middle/",
        "/desk/figures/",
        "/desk/funds/seats/",
        "/desk/funds/year/",
        "/desk/funds/changes/new/?kind=close&preview=1",
        "/desk/funds/changes/new/?kind=move",
        "/desk/funds/",
        "/desk/funds/grants/",
        "/desk/funds/grants/new/",
        "/desk/funds/runs/",
        "/desk/funds/runs/new/",
        "/desk/funds/statements/",
        "/desk/funds/statements/new/",
        "/desk/funds/recoveries/",
        "/desk/stocktake/",
        "/desk/stocktake/people/",
        "/desk/stocktake/flows/",
        "/desk/stocktake/needs/",
        "/desk/stocktake/export/",
        "/account/",
        "/desk/organisations/",
        "/desk/documents/",
        "/desk/documents/new/",
        "/desk/imports/",
        "/desk/imports/new/",
        "/desk/cards/",
        "/desk/cards/counter/",
        "/desk/privacy/",
        "/desk/officers/",
        "/desk/needs/",
        "/desk/cases/list/?which=ended",
        "/desk/delegations/",
        "/desk/freezes/",
        "/desk/ratings/?view=all",
        "/desk/persons/JY00000100/officer/",
        "/desk/housing/",
        "/desk/housing/jiayuguan-apartments/",
        "/desk/housing/jiayuguan-apartments/queue/",
        "/desk/housing/jiayuguan-apartments/queue/new/",
        "/desk/housing/jiayuguan-apartments/offers/",
        "/desk/housing/jiayuguan-apartments/leases/",
        "/desk/housing/jiayuguan-apartments/inspections/",
        "/desk/housing/units/8/",
        "/desk/housing/units/8/inspect/",
        "/desk/housing/leases/24/",
        "/desk/housing/leases/2/",
        "/desk/housing/applications/11/",
        "/desk/housing/draws/1/",
        "/desk/housing/contributions/2/",
        "/desk/housing/photos/unit/8/",
    ),
    "leader.tinghu": ("/board/", "/board/targets/", "/board/figures/", "/board/persons/"),
    "person.jiayuguan": (
        "/me/",
        "/corrections/",
        "/me/card/",
        "/me/payments/",
        "/me/payments/statement/",
        "/me/account/",
        "/found/",
        "/me/why/settlement-subsidy/settlement-base/",
        "/me/privacy/",
        "/my-cases/",
        "/basket/",
        "/apply/settlement-claim/",
        "/together/new-arrival/",
        "/housing/",
    ),
    "auditor.jiayuguan": ("/desk/audit/",),
    "system-admin.jiayuguan": (
        "/desk/hooks/",
        "/desk/tokens/",
        "/desk/posts/",
        "/desk/accounts/",
        "/desk/accounts/new/",
    ),
    "security-admin.jiayuguan": ("/desk/posts/", "/desk/accounts/", "/desk/accounts/asked/"),
    "reviewer.jiayuguan": ("/desk/post/",),
    "employer.jiayuguan": (
        "/unit/",
        "/unit/collectives/",
        "/corrections/",
        "/desk/imports/",
        "/my-cases/",
        "/unit/lists/",
        "/unit/lists/new/apartment-application/",
    ),
}
# Dark changes colours alone and a phone changes everything else; contrast is by far the slowest rule. The bars that only a
# phone has are the same on every page: the first page of each user asks all rules there too.
CONTRAST = {"runOnly": ["color-contrast"]}
BUT_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}
LOOKS: list[tuple[int, Literal["light", "dark"], dict[str, Any]]] = [
    (1440, "light", {}),
    (1440, "dark", CONTRAST),
    (390, "light", BUT_CONTRAST),
]
# a page that is not there, and a form with its mistakes
ANSWERS = {"/no-such-page/": 404, "/desk/funds/changes/new/?kind=close&preview=1": 422}
VIOLATIONS = """options => axe.run(document, {resultTypes: ["violations"], ...options}).then(
    found => found.violations.map(item => `${item.id}: ${item.nodes[0].html.slice(0, 160)}`))"""
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("user", PAGES)
def test_pages_break_no_rule(browser: Browser, address: str, user: str) -> None:
    assert broken_in(browser, address, user, PAGES[user]) == {}


@pytest.fixture(scope="module")
def objects(demonstration: Demonstration, address: str) -> dict[str, list[str]]:
    """User → pages of one object: a case, a list, a conference, an officer, a card."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.e2e.objects"],
        env=demonstration.environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    found: dict[str, list[str]] = json.loads(made.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("role", ["office", "employer", "person", "system-admin"])
def test_pages_of_one_object_break_no_rule(
    browser: Browser, address: str, objects: dict[str, list[str]], role: str
) -> None:
    user = f"{role}.jiayuguan"

    assert broken_in(browser, address, user, objects[user]) == {}


def broken_in(browser: Browser, address: str, user: str, paths: Sequence[str]) -> dict[str, list[str]]:
    """Path, width and look → what is wrong; a path that does not answer with a page is wrong as a whole."""
    context = browser.new_context(
        base_url=address, viewport={"width": 1440, "height": 844}, color_scheme="light", locale="zh-CN"
    )
    page = context.new_page()
    if user:
        sign_in(page, user)
    broken: dict[str, list[str]] = {}
    for path in paths:
        answer = page.goto(path)
        if answer is None or answer.status != ANSWERS.get(path, 200):
            broken[path] = [f"answers {answer.status if answer else 0}"]
        page.evaluate(AXE_SCRIPT)
        for width, scheme, options in LOOKS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme)
            asked = {} if path == paths[0] else options
            problems = page.evaluate(VIOLATIONS, asked)
            if page.evaluate(WIDE):
                problems.append("scrolls sideways")
            if problems:
                broken[f"{path} {width} {scheme}"] = problems
    context.close()
    return broken


def test_a_page_that_breaks_rules_is_found(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_content(
        "<html lang=zh><title>x</title><main><h1>x</h1><img src=x><p style='width:900px'>x</p></main>"
    )
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(VIOLATIONS, {})
    wide = page.evaluate(WIDE)
    page.close()

    assert [item.split(":")[0] for item in found] == ["image-alt"]
    assert wide
