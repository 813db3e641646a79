"""Money as two clerks move it: from who is entitled to the account, and back when the person leaves (资金全程)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from juxian.apps.clock import SHANGHAI, now
from juxian.core.dates import add_months
from tests.e2e.test_journeys import sign_in

BENEFIT = (
    "settlement-subsidy/settlement-middle"  # 100,000 yuan at once, five years of service, all of it owed back
)
SERVED = 14


@pytest.fixture
def checker(browser: Browser, address: str) -> Iterator[Page]:
    """The second clerk in a browser of their own."""
    context = browser.new_context(base_url=address, locale="zh-CN")
    page = context.new_page()
    sign_in(page, "checker.jiayuguan")
    yield page
    context.close()


def press(page: Page, words: str) -> None:
    page.get_by_role("main").get_by_role("button", name=words, exact=True).first.click()
    page.wait_for_load_state()


def granted(page: Page) -> tuple[str, str]:
    """The addresses of a new grant and of its person."""
    page.goto(f"/desk/funds/grants/new/?benefit={BENEFIT}")
    row = page.locator("main table tbody tr").first
    person = row.locator("a[href^='/desk/persons/']").get_attribute("href") or ""
    row.locator("input[type=checkbox]").check()
    press(page, "核定所选人员")
    expect(page.get_by_role("main")).to_contain_text("拨付事项")
    href = page.locator("main table tbody a[href^='/desk/funds/grants/']").first.get_attribute("href") or ""
    return href, person


def with_account(page: Page, checker: Page, grant: str) -> None:
    page.goto(f"{grant}account/")
    page.fill("[name=bank]", "测试银行")
    page.fill("[name=number]", "6222020200112345678")
    page.fill("[name=evidence]", "本人签字的账户确认书")
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    checker.goto(grant)
    press(checker, "确认账户")
    expect(checker.get_by_role("main")).to_contain_text("已确认")


def paid(page: Page, checker: Page, grant: str, files: Path) -> str:
    """The address of the run that paid it."""
    page.goto("/desk/funds/runs/new/")
    for other in page.locator("[name=instalment]").all():
        other.uncheck()
    ours = page.locator("main table tbody tr", has=page.locator(f"a[href='{grant}']"))
    ours.locator("[name=instalment]").check()
    press(page, "勾选的拟成批次")
    expect(page.get_by_role("main")).to_contain_text("拟制人")
    run = re.sub(r"^https?://[^/]+", "", page.url)
    press(page, "提交复核")
    expect(page.get_by_role("main")).to_contain_text("等待另一人复核")
    checker.goto(run)
    press(checker, "复核通过并封存")
    page.goto(run)
    with page.expect_download() as started:
        page.get_by_role("button", name="下载银行文件").click()
    content = Path(started.value.path()).read_bytes()
    assert b"6222020200112345678" in content
    assert b"10000000" in content  # fen
    page.goto(run)
    press(page, "已送银行")
    reference = re.search(r"R\d{6}-\d{5}", page.get_by_role("main").inner_text())
    assert reference is not None
    told = files / "对账单.csv"
    rows = f"交易日期,业务编号,借方金额,状态\r\n{now().astimezone(SHANGHAI).date().isoformat()},{reference[0]},100000.00,成功\r\n"
    told.write_bytes(rows.encode("gb18030"))
    page.goto("/desk/funds/statements/new/")
    page.set_input_files("[name=file]", str(told))
    page.locator("main form:has([name=file]) button").last.click()
    expect(page.get_by_role("main")).to_contain_text("确认到账")
    return run


def test_from_an_entitlement_to_the_account_and_back(page: Page, checker: Page, tmp_path: Path) -> None:
    sign_in(page, "office.jiayuguan")
    grant, person = granted(page)
    with_account(page, checker, grant)

    run = paid(page, checker, grant, tmp_path)

    page.goto(run)
    expect(page.get_by_role("main")).to_contain_text("已结清")
    page.goto(grant)
    expect(page.get_by_role("main")).to_contain_text("已发 10 万元，共 10 万元")
    name = page.locator(f"main a[href='{person}']").first.inner_text()

    # the person left after fourteen months of sixty; the policy names no part that is forgiven: 10,000,000 fen are owed
    page.goto(person)
    said = re.search(r"引进[^0-9]{0,40}(\d{4})-(\d{2})-(\d{2})", page.get_by_role("main").inner_text())
    assert said is not None, page.get_by_role("main").inner_text()
    left = add_months(date(*map(int, said.groups())), SERVED)
    page.goto(f"{person}facts/departure/")
    page.select_option("[name=value-reason]", "resigned")
    page.fill("[name=since]", left.isoformat())
    page.fill("[name=source]", "单位来函")
    page.fill("[name=evidence]", "离职证明")
    press(page, "登记")
    page.goto("/desk/funds/recoveries/")
    page.locator("main form[action='/desk/funds/recoveries/check/'] button").click()
    page.locator("main table tbody tr", has_text=name).get_by_role("link").first.click()
    main = page.get_by_role("main")
    expect(main).to_contain_text(f"已服务 {SERVED} 个月")
    expect(main).to_contain_text("应退还 10 万元")
    press(page, "发出追缴通知")
    expect(main).to_contain_text("追缴中")
    expect(main).to_contain_text("尚欠 10 万元")
