"""The text of a policy while it is written: colours, words to complete, mistakes that lead to their line (政策文本编辑)."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.test_journeys import sign_in


def test_words_are_completed_and_mistakes_lead_to_their_line(page: Page) -> None:
    sign_in(page, "office.jiayuguan")
    page.goto("/desk/policies/rent-subsidy/")
    page.get_by_role("button", name="起草修改").click()
    box = page.locator("#id_text")
    text = box.input_value()
    line = next(number for number, row in enumerate(text.split("\n"), 1) if "学历 >= 博士" in row)

    box.fill(text.replace("学历 >= 博士", "学历 >= 博", 1))
    place = text.index("学历 >= 博士") + len("学历 >= 博")
    box.evaluate("(box, at) => box.setSelectionRange(at, at)", place)
    box.press("Backspace")
    page.keyboard.insert_text("博")
    expect(page.get_by_role("option", name="博士")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(page.locator(".gutter .error")).to_have_text([str(line)])

    page.get_by_role("button", name=f"rent-subsidy.yaml:{line}:").click()
    told = box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)")
    assert told.strip().startswith("who: ")
    assert "学历 >= 博 " in told

    box.evaluate("(box, at) => box.setSelectionRange(at, at)", place - 1)
    box.press("Delete")
    page.keyboard.insert_text("博")
    page.keyboard.press("Tab")
    assert box.input_value() == text
    expect(page.locator("#checked")).to_contain_text("意思与现行文本相同")
    expect(page.locator(".gutter .error")).to_have_count(0)
    assert page.locator(".editor .back").inner_text().rstrip() == text.rstrip()
    assert not Axe().run(page).response["violations"]
