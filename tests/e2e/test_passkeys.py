"""A passkey in a real browser with a virtual authenticator: made, used alone and after the password, removed; both languages."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.e2e.conftest import Demonstration, wait_for

PASSWORD = "juxian-demo-2026"
CLERK = "department.jiayuguan"


@pytest.fixture(scope="module")
def named(demonstration: Demonstration) -> Iterator[str]:
    """The demonstration under a name, because browsers make no passkey for a number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = f"http://localhost:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "juxian.config.cli", "serve", "--port", str(port), "--workers", "1"],
        env=demonstration.environment | {"JUXIAN_PUBLIC_ADDRESS": found},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        yield found
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture
def visitor(browser: Browser, named: str) -> Iterator[Page]:
    context = browser.new_context(base_url=named, viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert errors == []


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """A virtual authenticator of this machine that verifies its user."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def shot(page: Page, name: str) -> None:
    """A picture for looking at, where ``JUXIAN_SHOTS`` names a directory."""
    folder = os.environ.get("JUXIAN_SHOTS")
    if not folder:
        return
    for width, scheme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)


def test_a_passkey_is_made_used_and_removed(visitor: Page) -> None:
    session, device = authenticator(visitor)

    # made after the password
    visitor.goto("/sign-in/")
    shot(visitor, "sign-in")
    visitor.locator("input[name=username]").fill(CLERK)
    visitor.locator("input[name=password]").fill(PASSWORD)
    visitor.get_by_role("button", name="登录", exact=True).click()
    visitor.goto("/account/")
    visitor.get_by_role("link", name="添加通行密钥").click()
    visitor.locator("input[name=name]").fill("办公室电脑")
    visitor.locator("input[name=password]").fill(PASSWORD)
    shot(visitor, "passkey-new")
    visitor.get_by_role("button", name="下一步").click()
    expect(visitor.get_by_role("heading", name="通行密钥已添加")).to_be_visible()
    code = visitor.locator("ul.notices code").first.inner_text()
    held = session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert [kept["rpId"] for kept in held] == ["localhost"]
    visitor.goto("/account/")
    expect(visitor.get_by_text("办公室电脑")).to_be_visible()
    shot(visitor, "account")

    # alone, in English
    visitor.context.clear_cookies()
    visitor.goto("/sign-in/?next=/account/")
    visitor.get_by_role("button", name="EN").first.click()
    visitor.get_by_role("button", name="Sign in with a passkey").click()
    expect(visitor.get_by_text("办公室电脑")).to_be_visible()
    expect(visitor.get_by_role("heading", name="Account and security")).to_be_visible()

    # after the password
    visitor.context.clear_cookies()
    visitor.goto("/sign-in/?next=/account/")
    visitor.locator("input[name=username]").fill(CLERK)
    visitor.locator("input[name=password]").fill(PASSWORD)
    visitor.get_by_role("button", name="登录", exact=True).click()
    expect(visitor.get_by_role("heading", name="第二步验证")).to_be_visible()
    shot(visitor, "second")
    visitor.get_by_role("button", name="用通行密钥确认").click()
    expect(visitor.get_by_text("办公室电脑")).to_be_visible()

    # a finger that is not known gives nothing, and says so
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    visitor.context.clear_cookies()
    visitor.goto("/sign-in/")
    visitor.get_by_role("button", name="用通行密钥登录").click()
    expect(visitor.get_by_text("没有得到通行密钥")).to_be_visible()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})

    # removed with password and code
    visitor.get_by_role("button", name="用通行密钥登录").click()
    visitor.wait_for_url("**/desk/**")
    visitor.goto("/account/")
    visitor.get_by_role("link", name="删除").click()
    visitor.locator("input[name=password]").fill(PASSWORD)
    visitor.locator("input[name=code]").fill(code)
    visitor.get_by_role("button", name="删除").click()
    expect(visitor.get_by_text("通行密钥已删除")).to_be_visible()
    expect(visitor.get_by_text("办公室电脑")).to_have_count(0)
