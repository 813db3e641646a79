"""No page breaks an accessibility rule (WCAG 2.2 A and AA, best practice), and none scrolls sideways on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.e2e.test_journeys import sign_in

PAGES = {
    "": (
        "/",
        "/policies/",
        "/p/jiayuguan/policies/settlement-subsidy/",
        "/p/jiayuguan/screener/",
        "/sign-in/",
        "/no-such-page/",
    ),
    "office.jiayuguan": (
        "/desk/",
        "/desk/persons/",
        "/desk/persons/?q=没有这个人",
        "/desk/persons/JY00000100/",
        "/desk/persons/new/",
        "/desk/persons/JY00000100/facts/education/",
        "/desk/policies/",
        "/desk/policies/settlement-subsidy/",
        "/desk/figures/",
        "/desk/organisations/",
        "/desk/documents/",
        "/desk/documents/new/",
        "/desk/imports/",
        "/desk/imports/new/",
    ),
    "leader.tinghu": ("/board/", "/board/targets/", "/board/figures/", "/board/persons/"),
    "person.jiayuguan": ("/me/",),
    "auditor.jiayuguan": ("/desk/audit/",),
    "reviewer.jiayuguan": ("/desk/post/",),
    "employer.jiayuguan": ("/unit/", "/desk/imports/"),
}
LOOKS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize("user", PAGES)
def test_pages_break_no_rule(browser: Browser, address: str, user: str, width: int, scheme: Any) -> None:
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 844}, color_scheme=scheme, locale="zh-CN"
    )
    page = context.new_page()
    if user:
        sign_in(page, user)
    broken: dict[str, list[str]] = {}
    for path in PAGES[user]:
        page.goto(path)
        found = Axe().run(page).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        problems = [f"{item['id']}: {item['nodes'][0]['html'][:160]}" for item in found]
        if problems or wide:
            broken[path] = problems + (["scrolls sideways"] if wide else [])
    context.close()

    assert broken == {}
