"""The year pages in a browser without script: consequences first, then a second person (年度预算页面)."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.models import BudgetChange, BudgetLine, Instalment
from juxian.apps.funds.queries.ledger import balance_of
from tests.apps.funds.scene import WAN, Scene, make_scene
from tests.browser import Browser
from tests.web.desk.funds.helping import browser

pytestmark = pytest.mark.django_db
YEAR, NEW = "/desk/funds/year/", "/desk/funds/changes/new/"
HOUSING = "budget:jiayuguan/talent-fund/2022/housing"
CLOSING = {
    "kind": "close",
    "year": "2022",
    "fund": "talent-fund",
    "promises": "keep",
    "document": "纪要 12 号",
}


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.JUXIAN_TODAY = date(2022, 12, 31)
    settings.STATIC_ROOT = tmp_path  # must exist for the middleware that serves it
    return make_scene()


def text_of(client: Browser, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_end_of_a_year_from_the_preview_to_the_carry_over(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    maker, checker = browser(scene.maker), browser(scene.checker)

    page = plain(text_of(maker, NEW, preview="1", **CLOSING))
    assert grant.number in page
    assert "甲" in page
    assert "承诺保留，下年照付" in page
    assert not BudgetChange.objects.exists()
    maker.post(NEW, CLOSING)
    made = BudgetChange.objects.get()
    address = f"/desk/funds/changes/{made.pk}/"
    assert "等待另一人复核" in text_of(maker, address)
    seen = re.search(r'name="seen" value="(\w{64})"', text_of(checker, address))
    assert seen is not None
    checker.post(f"{address}act/", {"step": "approve"})  # without having looked
    maker.post(f"{address}act/", {"step": "approve", "seen": seen[1]})
    assert not BudgetLine.objects.exclude(closed_on=None).exists()
    checker.post(f"{address}act/", {"step": "approve", "seen": seen[1]})

    made.refresh_from_db()
    assert made.state == "approved"
    assert (balance_of(HOUSING), balance_of(HOUSING.replace("2022", "2023"))) == (0, 1198 * WAN)
    assert "2022-12-31" in text_of(maker, YEAR, year="2022")


def test_figures_that_changed_are_looked_at_again(scene: Scene) -> None:
    maker, checker = browser(scene.maker), browser(scene.checker)
    maker.post(NEW, CLOSING)
    address = f"/desk/funds/changes/{BudgetChange.objects.get().pk}/"
    seen = re.findall(r'name="seen" value="(\w{64})"', text_of(checker, address))[0]
    scene.granted("甲")

    checker.post(f"{address}act/", {"step": "approve", "seen": seen})

    assert "有变化" in text_of(checker, address)
    assert BudgetChange.objects.get().state == "asked"


def test_money_is_moved_after_a_look_at_what_it_does(scene: Scene) -> None:
    maker, checker = browser(scene.maker), browser(scene.checker)
    values = {
        "kind": "move",
        "year": "2022",
        "line": "talent-fund/housing",
        "other": "talent-fund/awards",
        "amount": "1000000.00",
        "document": "文 3 号",
    }
    page = plain(text_of(maker, NEW, preview="1", **values))
    assert "1,100" in page
    assert "180" in page
    assert "不少于一半" in page

    key = {"once": "a" * 32}
    for _time in range(2):
        maker.post(NEW, values | key)
    made = BudgetChange.objects.get()
    checker.post(f"/desk/funds/changes/{made.pk}/act/", {"step": "approve"})
    checker.post(f"/desk/funds/changes/{made.pk}/act/", {"step": "approve"})

    assert balance_of(HOUSING) == 1100 * WAN


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "move", "other": "talent-fund/housing"}, "须是两个科目"),
        ({"kind": "move", "other": "talent-fund/awards", "amount": "0"}, "0.01"),
        ({"kind": "move", "other": "talent-fund/awards", "amount": "99999999"}, "可用额度不足"),
        ({"kind": "appropriate", "source": "nobody"}, "nobody"),
    ],
)
def test_mistakes_are_told(scene: Scene, values: dict[str, str], words: str) -> None:
    known = {"year": "2022", "line": "talent-fund/housing", "amount": "1", "document": "文"}

    answer = browser(scene.maker).get(NEW, known | {"preview": "1"} | values)

    assert words in answer.content.decode()
    assert "提交另一人复核" not in answer.content.decode()


def test_a_refusal_needs_a_reason(scene: Scene) -> None:
    browser(scene.maker).post(NEW, CLOSING)
    made, checker = BudgetChange.objects.get(), browser(scene.checker)
    address = f"/desk/funds/changes/{made.pk}/act/"

    assert checker.post(address, {"step": "refuse"}).status_code == 422
    checker.post(address, {"step": "refuse", "reason": "还有待付"})

    made.refresh_from_db()
    assert (made.state, made.remark) == ("refused", "还有待付")


def test_a_leader_looks_and_does_nothing(scene: Scene) -> None:
    leader = browser(scene.place.user(Role.LEADER, name="领导"))

    assert "按年度预算承诺" not in text_of(leader, YEAR)
    assert leader.get(NEW).status_code == 403


def test_instalments_of_the_year_are_promised(scene: Scene) -> None:
    scene.granted("甲")
    Instalment.objects.update(budget=None)

    browser(scene.maker).post("/desk/funds/year/reserve/", {"year": "2022"})

    assert Instalment.objects.get().budget_id is not None


def test_support_of_a_lower_fund_is_offered_where_there_is_one(settings: Settings, scene: Scene) -> None:
    assert "kind=allot" not in text_of(browser(scene.maker), YEAR)
    other = make_scene("tinghu")
    settings.JUXIAN_TODAY = date(2014, 6, 1)
    client = browser(other.maker)
    assert "kind=allot" in text_of(client, YEAR)

    page = text_of(client, NEW, kind="allot", year="2014")

    assert "talent-fund/towns" in page
    assert "town-fund/local" in page
    assert "town-fund/towns" not in page


@pytest.mark.parametrize("page", ["year", "change"])
def test_the_number_of_queries_does_not_grow(scene: Scene, page: str) -> None:
    client, counts = browser(scene.maker), []
    client.post(NEW, CLOSING)
    closing = BudgetChange.objects.get()
    address = YEAR if page == "year" else f"/desk/funds/changes/{closing.pk}/"
    for names in (("甲",), ("乙", "丙")):
        scene.granted(*names)
        BudgetChange.objects.create(
            home=scene.place.root,
            kind="move",
            fund="talent-fund",
            year=2022,
            line="housing",
            other_line="awards",
            amount_fen=1,
            document=f"文 {len(names)}",
            asked_by=scene.maker,
            asked_on="2022-12-31",
        )
        text_of(client, address)
        with CaptureQueriesContext(connection) as captured:
            text_of(client, address)
        counts.append(len(captured))

    assert counts[0] == counts[1]
