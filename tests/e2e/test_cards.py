"""A counter checks a card with the network off; online the state is told, and a use recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Demonstration
from tests.e2e.test_journeys import sign_in

CHECK = "/p/jiayuguan/cards/check/"
LIST = """import json, django; django.setup()
from juxian.apps.cards.models import Card
print(json.dumps({card.state: card.code for card in Card.objects.filter(home__pack="jiayuguan").order_by("id")}))"""


@pytest.fixture
def counter(browser: Browser, address: str) -> Iterator[Page]:
    """A browser of its own: what it keeps must not meet other journeys. Refused requests are told in its console only."""
    context = browser.new_context(base_url=address, viewport={"width": 390, "height": 844}, locale="zh-CN")
    yield context.new_page()
    context.close()


def codes(demonstration: Demonstration) -> dict[str, str]:
    import subprocess
    import sys

    environment = demonstration.environment | {"DJANGO_SETTINGS_MODULE": "juxian.config.settings"}
    told = subprocess.run(
        [sys.executable, "-c", LIST], env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, str] = json.loads(told.stdout.splitlines()[-1])
    return found


def ask(page: Page, code: str, standing: str) -> None:
    page.fill("[name=code]", code)
    page.get_by_role("button", name="核验", exact=True).click()
    expect(page.locator(f"#card-result [data-standing={standing}]")).to_be_visible()


def test_a_card_is_checked_with_the_network_off(counter: Page, demonstration: Demonstration) -> None:
    found = codes(demonstration)
    counter.goto(CHECK)
    ask(counter, found["active"], "valid")
    ask(counter, found["revoked"], "revoked")
    expect(counter.locator("#card-kept")).to_be_visible()

    counter.context.set_offline(True)
    counter.goto(CHECK)  # given back by the browser itself

    ask(counter, found["active"], "signed")
    expect(counter.locator("#card-result")).to_contain_text("是否已注销须联网核验")
    expect(counter.locator("#card-result")).to_contain_text("有效期至")
    ask(counter, found["active"][:-10] + "AAAAAAAAAA", "signature")
    ask(counter, "JXC1.0000000000000000." + found["active"].split(".", 2)[2], "key")
    ask(counter, "RC-2026-0001", "shape")
    counter.context.set_offline(False)


def test_a_counter_records_a_use(page: Page, demonstration: Demonstration) -> None:
    sign_in(page, "department.jiayuguan")
    page.goto("/desk/cards/counter/")
    page.fill("[name=code]", codes(demonstration)["active"])
    page.get_by_role("button", name="核验", exact=True).click()
    page.get_by_role("button", name="使用一次 医院绿色通道").click()
    expect(page.get_by_role("main")).to_contain_text("已登记一次使用")
