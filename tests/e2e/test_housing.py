"""A flat from the application to the return of the keys, and three sharers of one flat (公寓全程、三人合租)."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from juxian.apps.clock import SHANGHAI, now
from juxian.core.dates import add_months
from tests.attachments import telling_jpeg
from tests.docs.pages import ROOT
from tests.e2e.conftest import Demonstration, wait_for
from tests.e2e.test_accessibility import LOOKS, VIOLATIONS, WIDE
from tests.e2e.test_journeys import sign_in

AREA, MARKET = 52, 12  # m² and yuan of 秭归's flats
DEPOSIT = "2000.00"
PATIENCE = 90_000  # milliseconds; several servers are started here, and the machine may be busy


@dataclass
class Site:
    """A copy of the demonstration that can be served on another day."""

    made: Demonstration
    browser: Browser

    def stage(self, *arguments: str, day: date | None = None) -> Any:
        """Run ``tests.e2e.housing_stage`` in it."""
        extra = {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "juxian.config.settings"}
        extra |= {"JUXIAN_TODAY": day.isoformat()} if day else {}
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.housing_stage", *arguments],
            env=self.made.environment | extra,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    @contextmanager
    def on(self, day: date) -> Iterator[str]:
        """Serve it on ``day``; its address."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [sys.executable, "-m", "juxian.config.cli", "serve", "--port", str(port), "--workers", "1"],
            env=self.made.environment | {"JUXIAN_TODAY": day.isoformat()},
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)

    @contextmanager
    def as_user(self, address: str, user: str) -> Iterator[Page]:
        context = self.browser.new_context(base_url=address, locale="zh-CN")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        sign_in(page, user)
        page.wait_for_load_state()
        yield page
        context.close()


@pytest.fixture
def site(demonstration: Demonstration, browser: Browser, tmp_path: Path) -> Site:
    home = tmp_path / "site"
    shutil.copytree(demonstration.home, home, ignore=shutil.ignore_patterns("*.gate", "*.lock"))
    environment = demonstration.environment | {"JUXIAN_HOME": str(home)}
    return Site(Demonstration(home, environment), browser)


def press(page: Page, words: str) -> None:
    page.get_by_role("main").get_by_role("button", name=words, exact=True).first.click()
    page.wait_for_load_state()


def pay(page: Page, row: str, reference: str) -> None:
    """Record a receipt for the open bill in the row that has these words, to the fen that is owed."""
    bill = page.get_by_role("main").get_by_role("row").filter(has_text=row).filter(has_text="收款").first
    bill.get_by_text("收款", exact=True).first.click()
    bill.locator("[name=reference]").fill(reference)
    bill.get_by_role("button", name="登记收款").click()
    page.wait_for_load_state()


def yuan_of_leaving(notice: date, keys: date) -> Decimal:
    """By hand: 90 % of the market for thirty days, then all of it; each day its part of its calendar month."""
    total, turn = Decimal(0), notice + timedelta(days=30)
    for since, until, share in ((notice, turn, Decimal("0.9")), (turn, keys, Decimal(1))):
        day = since
        while day < until:
            month = day.replace(day=1)
            end = min(add_months(month, 1), until)
            days = Decimal((add_months(month, 1) - month).days)
            part = AREA * MARKET * share * (end - day).days / days
            total += part.quantize(Decimal("0.01"), ROUND_HALF_UP)
            day = end
    return total


def test_a_flat_from_the_application_to_the_keys(site: Site, tmp_path: Path) -> None:
    first = add_months(now().astimezone(SHANGHAI).date().replace(day=1), 1)
    notice = add_months(first, 2)
    keys = notice + timedelta(days=45)
    site.stage("clear", "zigui")
    [number] = site.stage("people", "zigui", "1")

    with site.on(first) as address:
        with site.as_user(address, "tenant0.zigui") as tenant:
            tenant.goto("/housing/")
            tenant.get_by_role("main").get_by_role("link", name="申请", exact=True).click()
            tenant.fill("[name=household_members]", "1")
            press(tenant, "提交申请")
            expect(tenant.get_by_role("main")).to_contain_text("共 1 户轮候")
        with site.as_user(address, "office.zigui") as office:
            office.goto("/desk/housing/zigui-apartments/queue/")
            office.locator("main table tbody a").first.click()
            main = office.get_by_role("main")
            expect(main).to_contain_text("只由下面的快照算出")
            press(office, "重新核对")
            expect(main).to_contain_text("已按最新信息重新核对")
            office.goto("/desk/housing/zigui-apartments/queue/")
            press(office, "配租给第 1 位")
            expect(main).to_contain_text("待答复")
            unit_photo(office, tmp_path)
        with site.as_user(address, "tenant0.zigui") as tenant:
            tenant.goto("/housing/")
            expect(tenant.get_by_role("main")).to_contain_text("给您的配租")
            picture = tenant.locator("figure", has_text="朝南的客厅").locator("img")
            expect(picture).to_be_visible()
            assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
            press(tenant, "接受")
            expect(tenant.get_by_role("main")).to_contain_text("等待签约")
        with site.as_user(address, "office.zigui") as office:
            office.goto("/desk/housing/zigui-apartments/offers/?state=accepted")
            press(office, "签约")
            office.goto("/desk/housing/zigui-apartments/leases/?state=running")
            office.locator("main table tbody a").first.click()
            lease = office.url.removeprefix(address)
            expect(office.get_by_role("main")).to_contain_text("押金")
            assert office.locator("[name=amount]").first.input_value() == DEPOSIT
            pay(office, "押金", "押-1")
            expect(office.get_by_role("main")).to_contain_text("已缴清")

    site.stage("night", day=notice)
    with site.on(notice) as address:
        with site.as_user(address, "office.zigui") as office:
            office.goto(lease)
            main = office.get_by_role("main")
            rents = main.get_by_role("row").filter(has_text="租金").filter(has_text="个人")
            if rents.count():  # a doctor lives free of rent
                pay(office, "个人", "租-1")
                expect(
                    main.get_by_role("row").filter(has_text="个人").filter(has_text="已缴清")
                ).not_to_have_count(0)
            main.get_by_role("link", name="房屋", exact=True).click()
            office.get_by_role("main").get_by_role("link", name="登记检查").click()
            office.select_option("[name=finding]", "in_order")
            office.fill("[name=note]", "例行检查")
            press(office, "保存检查")
            expect(office.get_by_role("main")).to_contain_text("例行检查")
            office.goto(lease)
            office.select_option("[name=cause]", "own_wish")
            office.locator("form[action$='/notice/'] [name=reason]").fill("调往外地")
            press(office, "通知腾退")
            expect(main).to_contain_text("腾退中")
        with site.as_user(address, "tenant0.zigui") as tenant:
            tenant.goto("/housing/")
            expect(tenant.get_by_role("main")).to_contain_text("腾退中")

    with site.on(keys) as address:
        with site.as_user(address, "office.zigui") as office:
            office.goto(lease)
            press(office, "今日已交还")
            main = office.get_by_role("main")
            expect(main).to_contain_text("已退租")
            owed = yuan_of_leaving(notice, keys)
            row = main.get_by_role("row").filter(has_text="腾退期租金")
            expect(row).to_contain_text(f"{owed.normalize():,f}")
            expect(row).to_contain_text("已缴清")  # out of the deposit
        with site.as_user(address, "tenant0.zigui") as tenant:
            tenant.goto(f"/housing/leases/{lease.rstrip('/').rsplit('/', 1)[1]}/")
            expect(tenant.get_by_role("main")).to_contain_text("腾退期租金")
            expect(tenant.get_by_role("main")).to_contain_text("待缴 0 元")
    proof = site.made.command("ledger", "verify")
    assert proof.returncode == 0, proof.stdout + proof.stderr
    assert number


def unit_photo(office: Page, tmp_path: Path) -> None:
    """Show what the flat that was offered looks like."""
    office.goto("/desk/housing/zigui-apartments/offers/?state=open")
    words = office.locator("main table tbody td").nth(1).inner_text().strip()
    office.goto("/desk/housing/zigui-apartments/")
    plan = office.locator("section.card", has=office.get_by_role("heading", name=words.rsplit(" ", 1)[0]))
    plan.get_by_role("link", name=words.rsplit(" ", 1)[1], exact=True).click()
    card = office.locator("section.card", has=office.get_by_role("heading", name="照片"))
    expect(card).to_contain_text("还没有照片")
    card.get_by_role("link", name="管理").click()
    picture = tmp_path / "客厅.jpg"
    picture.write_bytes(telling_jpeg())
    office.set_input_files("[name=file]", str(picture))
    office.fill("[name=caption]", "朝南的客厅")
    press(office, "添加")
    expect(office.locator("figcaption", has_text="朝南的客厅")).to_be_visible()


def test_three_sharers_of_one_flat(site: Site) -> None:
    day = now().astimezone(SHANGHAI).date()
    site.stage("clear", "jiayuguan")
    numbers = site.stage("people", "jiayuguan", "4")
    flat = site.stage("shared", "jiayuguan")
    leases: dict[str, str] = {}

    with site.on(day) as address, site.as_user(address, "office.jiayuguan") as office:
        for place, code in enumerate("ABC"):
            leases[code] = moved_in(
                site, address, office, numbers[place], f"tenant{place}", flat["rooms"][code]
            )
        office.goto(f"/desk/housing/units/{flat['unit']}/")
        main = office.get_by_role("main")
        expect(main).to_contain_text("合租情况")
        names = [office.locator(f"main a[href='{leases[code]}']").first.inner_text() for code in "ABC"]

        with site.as_user(address, "tenant0.jiayuguan") as tenant:
            tenant.goto(leases["A"].replace("/desk", ""))
            text = tenant.get_by_role("main").inner_text()
            assert [f"{name[0]}*" in text for name in names[1:]] == [True, True]
            assert [name in text for name in names[1:]] == [False, False]
            tenant.evaluate(AXE_SCRIPT)
            for width, scheme, options in LOOKS:
                tenant.set_viewport_size({"width": width, "height": 844})
                tenant.emulate_media(color_scheme=scheme)
                assert tenant.evaluate(VIOLATIONS, options) == []
                assert not tenant.evaluate(WIDE)
            assert tenant.goto(leases["B"].replace("/desk", "")).status == 404  # type: ignore[union-attr]

        office.goto(leases["B"])
        office.select_option("[name=cause]", "own_wish")
        office.locator("form[action$='/notice/'] [name=reason]").fill("调往外地")
        press(office, "通知腾退")
        press(office, "今日已交还")
        expect(main).to_contain_text("已退租")
        for code in "AC":
            office.goto(leases[code])
            expect(main.locator(".head")).to_contain_text("在租")
        moved_in(site, address, office, numbers[3], "tenant3", flat["rooms"]["B"])
        office.goto("/desk/housing/jiayuguan-apartments/")
        expect(office.locator(f"main a[href='/desk/housing/units/{flat['unit']}/'] + span")).to_have_text(
            "3/3"
        )


def moved_in(site: Site, address: str, office: Page, number: str, user: str, room: int) -> str:
    """Enter an application, offer the room to the first in the queue, have it accepted, sign; the lease."""
    office.goto("/desk/housing/jiayuguan-apartments/queue/new/")
    office.fill("[name=number]", number)
    office.fill("[name=household_members]", "1")
    press(office, "登记")
    office.goto("/desk/housing/jiayuguan-apartments/queue/")
    office.select_option("[name=space]", str(room))
    press(office, "配租给第 1 位")
    with site.as_user(address, f"{user}.jiayuguan") as tenant:
        tenant.goto("/housing/")
        press(tenant, "接受")
    office.goto("/desk/housing/jiayuguan-apartments/offers/?state=accepted")
    press(office, "签约")
    office.goto("/desk/housing/jiayuguan-apartments/leases/?state=running")
    return office.locator("main table tbody a").first.get_attribute("href") or ""
