"""A draw in a real browser: committed without telling the server the values, revealed, drawn."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, Page, Request, expect

from juxian.core.allocation.seeds import Reveal, commitment
from tests.e2e.conftest import Demonstration
from tests.e2e.test_journeys import sign_in

CONTRIBUTORS = ("office.jiayuguan", "auditor.jiayuguan")


def open_frozen(page: Page) -> str:
    """The page where the signed-in user contributes to the draw that is under way; its path."""
    page.goto("/desk/housing/contributions/")
    page.get_by_role("main").get_by_role("row", name="待承诺").get_by_role("link").first.click()
    return page.url


def test_values_reach_the_server_at_the_reveal_and_not_before(
    browser: Browser, address: str, demonstration: Demonstration, tmp_path: Path
) -> None:
    slips: dict[str, Path] = {}
    sent: list[str] = []
    for user in CONTRIBUTORS:
        context = browser.new_context(base_url=address, accept_downloads=True, locale="zh-CN")
        page = context.new_page()
        sign_in(page, user)
        page.on("request", lambda request: sent.append(body_of(request)))
        open_frozen(page)
        slips[user] = tmp_path / f"{user}.json"
        commit_by_keyboard(page, slips[user])
        expect(page.get_by_role("main")).to_contain_text("已承诺")
        context.close()
    for file in slips.values():
        slip = json.loads(file.read_text("utf-8"))
        assert slip["commitment"] == commitment(
            slip["pool_hash"], Reveal(slip["name"], slip["nonce"], slip["value"])
        )
        assert demonstration.command("draw", "reveal", str(file)).returncode == 0
        assert any(slip["commitment"] in body for body in sent)
        assert not any(slip["nonce"] in body or slip["value"] in body for body in sent)

    for user in CONTRIBUTORS:
        context = browser.new_context(base_url=address, locale="zh-CN")
        page = context.new_page()
        sign_in(page, user)
        page.goto("/desk/housing/contributions/")
        page.get_by_role("main").get_by_role("row", name="已承诺").get_by_role("link").first.click()
        page.set_input_files("#slip-file", str(slips[user]))
        expect(page.locator("[name=value]")).not_to_have_value("")
        page.get_by_role("button", name="揭示").click()
        expect(page.get_by_role("main")).not_to_contain_text("照凭条填写")
        context.close()
    verify_offline(browser, address, tmp_path / "record.json")


def verify_offline(browser: Browser, address: str, record: Path) -> None:
    """A visitor downloads the record, loses the network, and verifies it; a changed one is refused."""
    context = browser.new_context(base_url=address, accept_downloads=True, locale="zh-CN")
    page = context.new_page()
    page.goto("/p/jiayuguan/draws/")
    page.get_by_role("main").get_by_role("link", name="第二批公开抽签").click()
    with page.expect_download() as kept:
        page.get_by_role("link", name="下载抽取记录").click()
    kept.value.save_as(record)
    result = page.locator("#draw-check-result")
    page.get_by_role("button", name="在浏览器中核验").click()
    expect(result).to_have_text("全部相符")
    context.set_offline(True)
    changed = record.with_name("changed.json")
    changed.write_text(record.read_text("utf-8").replace('"size":3', '"size":2'), encoding="utf-8")
    page.set_input_files("#draw-check-file", str(changed))
    expect(result).to_have_text("不相符：pool_hash")
    page.set_input_files("#draw-check-file", str(record))
    expect(result).to_have_text("全部相符")
    page.get_by_role("button", name="在浏览器中核验").click()
    expect(result).to_contain_text("没有读到抽取记录")
    context.close()


def body_of(request: Request) -> str:
    """What a request carries, and where."""
    return f"{request.url} {request.post_data or ''}"


def commit_by_keyboard(page: Page, file: Path) -> None:
    """Make the slip, keep it, commit: keys alone."""
    page.locator("#slip-value").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("掷骰 3 6 2 " + file.stem)
    page.keyboard.press("Enter")
    expect(page.locator("#slip-download")).to_be_focused()
    with page.expect_download() as kept:
        page.keyboard.press("Enter")
    kept.value.save_as(file)
    page.locator("#slip-saved").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
