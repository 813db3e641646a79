"""A roster on its way: the employer hands it in, the office settles who is meant, and takes the batch back."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.test_journeys import sign_in
from tests.rosters import xlsx

TOTAL = re.compile(r"共\s*([\d,]+)")


def persons_listed(page: Page) -> str:
    """How many records the register lists, as the list says it."""
    page.goto("/desk/persons/")
    found = TOTAL.search(page.get_by_role("main").inner_text())
    assert found
    return found[1]


def record_of(page: Page, number: str) -> str:
    """The events of a record in words."""
    page.goto(f"/desk/persons/{number}/")
    return page.locator("main [aria-label=大事记]").first.inner_text()


def settle(page: Page, row: str, decision: str) -> None:
    page.goto(row)
    page.locator(f"[name=decision][value={decision}]").check()
    if decision == "same_person":
        page.select_option("[name=person]", index=1)
    page.get_by_role("button", name="确定").click()


def test_an_employers_roster_is_settled_and_undone(page: Page, tmp_path: Path) -> None:
    sign_in(page, "employer.jiayuguan")
    page.goto("/unit/")
    people = page.locator("main table tbody tr td:first-child")
    lines = [people.nth(place).inner_text().split() for place in range(2)]
    names = [next(word for word in line if re.fullmatch(r"[\u4e00-\u9fff·]{2,}", word)) for line in lines]
    number = next(word for word in lines[0] if word.startswith("JY"))
    path = tmp_path / "本单位人员.xlsx"
    path.write_bytes(xlsx([["姓名", "岗位职务"], [names[0], "学科带头人"], [names[1], "学科带头人"]]))
    page.get_by_role("link", name="报送名册").first.click()
    page.goto("/desk/imports/new/")
    page.set_input_files("[name=file]", str(path))
    page.fill("[name=as_of]", "2022-12-01")
    page.get_by_role("button", name="下一步：核对").click()
    batch = page.url
    expect(page.get_by_role("main")).to_contain_text("需要您决定")

    page.context.clear_cookies()
    sign_in(page, "office.jiayuguan")
    before, told = persons_listed(page), record_of(page, number)
    page.goto(f"{batch}?state=waiting")
    rows = [
        link.get_attribute("href") or ""
        for link in page.get_by_role("link", name=re.compile("^第 .* 行$")).all()
    ]
    assert len(rows) == 2
    settle(page, rows[0], "same_person")
    settle(page, rows[1], "new_person")
    page.goto(batch)
    page.get_by_role("button", name="确认入库").click()
    expect(page.get_by_role("main")).to_contain_text("全部处理完毕")
    assert persons_listed(page) != before
    assert "学科带头人" in record_of(page, number)

    page.goto(f"{batch}undo/")
    page.fill("[name=reason]", "发错文件")
    page.get_by_role("button", name="撤销整批").click()
    expect(page.get_by_role("main")).to_contain_text("已撤销")

    assert persons_listed(page) == before
    assert record_of(page, number) == told
