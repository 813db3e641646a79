"""Completion of words in the editor of a policy: the words offered, and what the script of the page does with them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright

from juxian.apps.policies.models import PolicyDraft
from juxian.web.desk.drafts.views import points_in
from tests.e2e.conftest import CHROMIUM_FLAGS

SCRIPT = Path(__file__).parents[3] / "src/juxian/web/desk/static/desk/editor.js"
POLICY = "settlement-subsidy"
POINTS = """  points:
  - id: local_points
    title: {zh: 本地积分, en: Local points}
    rows:
    - {when: 学历 >= 博士, give: 20}
"""


@pytest.fixture
def page_of_draft(place) -> str:
    """The page of a draft whose text has a table of points."""
    client = place.client("office", name="起草人甲")
    address = client.post(reverse("desk:draft-begin", args=[POLICY])).headers["Location"]
    draft = PolicyDraft.objects.get()
    draft.text = re.sub(r"(\n- since: [^\n]+\n)", lambda found: found.group(1) + POINTS, draft.text, count=1)
    draft.save()
    found: str = client.get(address).content.decode()
    return found


def offered(page: str) -> list[str]:
    return re.findall(r'data-insert="([^"]+)"', page)


def test_fields_levels_functions_and_points_are_offered(page_of_draft):
    assert {"学历", "博士", "years_between(", "at_least(", "本地积分"} <= set(offered(page_of_draft))


def test_points_are_found_in_a_text_that_is_broken_elsewhere():
    text = f"policy: x\nversions:\n- since: 2020-01-01\n{POINTS}  benefits:\n  - {{who: 学历 >=}}\n"

    assert points_in(text) == ["本地积分"]
    assert points_in("versions: [") == []
    assert points_in("versions: {points: 3}") == []
    assert points_in("versions:\n- {points: [3, {title: 单字}]}") == ["单字"]


def test_words_that_fit_are_offered_at_the_cursor_and_a_click_completes_the_one_begun(page_of_draft):
    html = re.sub(r"<script.*?</script>", "", page_of_draft, flags=re.DOTALL)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        page = browser.new_page()
        page.route("**/*", lambda route: route.abort())
        page.set_content(html)
        page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
        box, options = page.locator("textarea[data-words]"), page.get_by_role("option")
        page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true })")

        box.fill("who: 本地积")
        fitting = options.all_inner_texts()
        box.press("Tab")
        completed = box.input_value()
        box.fill("who: 学历 >= ")
        levels = options.all_inner_texts()
        box.fill("note: {zh: 学")
        in_prose = options.count()
        box.fill("who: 本地积")
        page.get_by_role("button", name="本地积分", exact=True).click()
        clicked = box.input_value()
        browser.close()

    assert fitting == ["本地积分"]
    assert completed == clicked == "who: 本地积分"
    assert levels[-1] == "博士"
    assert "本地积分" not in levels
    assert in_prose == 0
