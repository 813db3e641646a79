"""An account as its people meet it: asked for, approved, first password, signed in; and forgotten again."""

from __future__ import annotations

import os

from playwright.sync_api import Page, expect

from tests.e2e.test_journeys import sign_in

NEW, WORDS = "wang.hospital", "Eigen-Woorden-2026"


def shot(page: Page, name: str) -> None:
    """Pictures for looking at, where ``JUXIAN_SHOTS`` names a directory."""
    folder = os.environ.get("JUXIAN_SHOTS")
    if not folder:
        return
    for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its two words
        page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def decided(page: Page, name: str) -> None:
    """The security administrator approves the one request that waits."""
    sign_out(page)
    sign_in(page, "security-admin.jiayuguan")
    page.goto("/desk/accounts/asked/")
    shot(page, f"asked-{name}")
    row = page.locator("main table tbody tr").filter(has_text=NEW)
    row.get_by_label("核准意见").fill("已与单位核实")
    row.get_by_role("button", name="核准").click()
    expect(page.get_by_role("main")).to_contain_text("没有待核准的申请")


def code_of(page: Page, name: str) -> str:
    """The system administrator makes a first code on the page of the account."""
    sign_out(page)
    sign_in(page, "system-admin.jiayuguan")
    page.goto("/desk/accounts/?standing=waiting")
    page.get_by_role("link", name="王入驻").click()
    shot(page, f"account-{name}")
    page.get_by_role("button", name="出具首次登录码").click()
    shot(page, f"code-{name}")
    told = page.locator("main code").inner_text()
    page.reload()  # shown once: the same form again shows no second code
    expect(page.get_by_role("main")).not_to_contain_text(told)
    return told


def test_an_account_is_asked_approved_set_and_entered(page: Page) -> None:
    sign_in(page, "system-admin.jiayuguan")
    page.goto("/desk/accounts/")
    shot(page, "list")
    page.get_by_role("link", name="申请开通账号").click()
    page.get_by_label("姓名").fill("王入驻")
    page.get_by_label("账号").fill(NEW)
    page.get_by_label("角色").select_option(label="用人单位")
    page.locator("select[name=organisation]").select_option(index=3)
    page.get_by_label("事由").fill("新入驻单位")
    shot(page, "new")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("main")).to_contain_text("待核准")

    decided(page, "open")
    told = code_of(page, "open")

    sign_out(page)
    page.goto("/sign-in/")
    page.get_by_role("link", name="有首次登录码？设置密码").click()
    page.get_by_label("账号").fill(NEW.upper())
    page.get_by_label("首次登录码").fill("AAAA-BBBB-CCCC")
    page.locator("[name=new_password1]").fill(WORDS)
    page.locator("[name=new_password2]").fill(WORDS)
    page.get_by_role("button", name="设置密码").click()
    expect(page.get_by_role("alert")).to_contain_text("账号或首次登录码不对")
    shot(page, "first")
    page.get_by_label("首次登录码").fill(told.lower())
    page.locator("[name=new_password1]").fill(WORDS)
    page.locator("[name=new_password2]").fill(WORDS)
    page.get_by_role("button", name="设置密码").click()
    expect(page.locator("body")).to_contain_text("密码已设置，请用新密码登录")
    page.fill("[name=username]", NEW)
    page.fill("[name=password]", WORDS)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("body")).to_contain_text("王入驻")


def test_a_forgotten_password_is_renewed_by_two(page: Page) -> None:
    """After the journey above, in the same demonstration."""
    sign_in(page, "system-admin.jiayuguan")
    page.goto("/desk/accounts/")
    page.get_by_role("link", name="王入驻").click()
    page.get_by_label("重设密码").check()
    page.get_by_label("事由").fill("本人忘记密码")
    shot(page, "change")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("main")).to_contain_text("已有一项申请待核准")

    decided(page, "password")

    sign_out(page)
    page.goto("/sign-in/")
    page.fill("[name=username]", NEW)
    page.fill("[name=password]", WORDS)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert code_of(page, "password")
