"""One journey for each audience, as they would click it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from juxian.apps.clock import SHANGHAI, now
from tests.e2e.conftest import Demonstration
from tests.rosters import resident_id, xlsx

PASSWORD = "juxian-demo-2026"
HOSPITAL = "嘉峪关市第一人民医院"


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """A roster with title rows, a damaged ID number and a total."""
    header = ["序号", "姓 名", "性别", "身份证号码", "学历", "毕业院校", "工作单位", "引进方式", "引进日期"]
    rows: list[list[object]] = [
        ["附件1"],
        ["2022年引进人才花名册"],
        header,
        [
            1,
            "欧阳　静",
            "女",
            resident_id("19950520", 2),
            "博士研究生",
            "测试大学",
            HOSPITAL,
            "全职",
            "2022.9",
        ],
        [2, "诸葛明", "男", 4.30102e17, "硕士", "测试大学", HOSPITAL, "全职", "2021-7-1"],
        ["合计", 2],
    ]
    path = tmp_path / "引进人才.xlsx"
    path.write_bytes(xlsx(rows))
    return path


def test_an_office_imports_a_roster_sees_entitlements_and_undoes_it(page: Page, roster: Path) -> None:
    sign_in(page, "office.jiayuguan")
    page.goto("/desk/imports/new/")
    page.set_input_files("[name=file]", str(roster))
    page.select_option("[name=organisation]", label="嘉峪关市")
    page.fill("[name=as_of]", "2022-12-01")
    page.get_by_role("button", name="下一步：核对").click()
    batch = page.url
    expect(page.get_by_role("main")).to_contain_text("号码被当作数字保存，后几位已丢失")

    page.get_by_role("button", name="确认入库").click()
    expect(page.get_by_role("main")).to_contain_text("已入库")
    page.goto("/desk/persons/?q=欧阳静")
    page.locator("main table tbody").get_by_role("link", name="欧阳静").first.click()

    main = page.get_by_role("main")
    expect(page.get_by_role("heading", level=1)).to_contain_text("欧阳静")
    expect(main).to_contain_text("博士")
    expect(main).to_contain_text("6202**********")
    expect(main).to_contain_text("安家补贴")
    expect(main).to_contain_text("约定服务期")  # what is missing is named
    assert "0024" not in page.url

    page.goto(f"{batch}undo/")
    page.fill("[name=reason]", "发错文件")
    page.get_by_role("button", name=re.compile("撤销")).click()
    page.goto("/desk/persons/?q=欧阳静")
    expect(page.get_by_role("main")).not_to_contain_text("JY00000969")


def test_a_visitor_screens_and_nothing_is_kept(page: Page) -> None:
    page.goto("/p/jiayuguan/screener/")
    page.select_option("[name=answer-degree]", "doctor")
    page.select_option("[name=answer-introduction_mode]", "full_time")
    page.fill("[name=answer-introduced_on]", "2022-05-01")
    page.fill("[name=answer-service_months_agreed]", "5年")
    page.select_option("[name=answer-title_level]", "senior")
    page.get_by_role("button", name="看结果").click()

    result = page.locator("#result")
    expect(result).to_contain_text("安家补贴")
    expect(result).to_contain_text("20 万元")
    expect(result).to_contain_text("符合")
    assert "doctor" not in page.url
    page.goto("/p/jiayuguan/screener/")
    expect(page.locator("[name=answer-degree]")).to_have_value("")


def test_a_leader_opens_a_figure_down_to_a_person_and_the_paper(page: Page) -> None:
    sign_in(page, "leader.jiayuguan")
    expect(page.get_by_role("heading", level=1)).to_contain_text("驾驶舱")
    page.get_by_role("link", name=re.compile("引进硕士研究生")).first.click()

    main = page.get_by_role("main")
    expect(main).to_contain_text("95")
    page.locator("main table tbody tr").first.get_by_role("link").first.click()
    expect(main).to_contain_text("引进")
    expect(main).to_contain_text("演示数据")  # the source stands beside the fact


def test_a_person_sees_their_own_entitlements_only(page: Page) -> None:
    sign_in(page, "person.jiayuguan")
    page.goto("/me/")

    expect(page.get_by_role("main")).to_contain_text("可享待遇")
    answer = page.goto("/desk/persons/")
    assert answer is not None
    assert answer.status == 403


def test_an_employer_sees_its_own_people(page: Page) -> None:
    sign_in(page, "employer.jiayuguan")
    page.goto("/unit/")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.locator("main table tbody tr").count() >= 1


def test_everything_works_without_script(browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    sign_in(page, "office.jiayuguan")
    page.goto("/desk/persons/")
    page.select_option("[name=degree]", "doctor")
    page.get_by_role("button", name="查询").first.click()

    assert "degree=doctor" in page.url
    expect(page.get_by_role("main")).to_contain_text("博士")
    context.close()


def test_no_request_leaves_the_site(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, "leader.tinghu")
    for path in ("/board/", "/", "/screener/"):
        page.goto(path)

    assert [url for url in asked if not url.startswith((address, "data:"))] == []


def test_two_officers_change_an_amount_and_what_was_decided_before_stands(
    page: Page, demonstration: Demonstration
) -> None:
    today = now().astimezone(SHANGHAI).date()
    tomorrow = today + timedelta(days=1)
    sign_in(page, "office.jiayuguan")
    page.goto("/desk/policies/")
    page.get_by_role("button", name="立即筛查").click()  # the decisions of today
    found = demonstration.command("policy", "find", "--pack", "jiayuguan", "--json")
    assert found.returncode == 0, found.stderr

    page.goto("/desk/policies/settlement-subsidy/")
    page.get_by_role("button", name="起草修改").click()
    draft = page.url
    text = page.locator("[name=text]")
    text.fill(text.input_value().replace("amount: 2万元", "amount: 3万元"))
    checked = page.locator("#checked")
    expect(checked).to_contain_text(
        "2 万元 → 3 万元，增加", timeout=30_000
    )  # whom it would give more, while typing
    expect(checked).to_contain_text("现行")
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="开始测算").click()
    assert demonstration.command("worker", "--once").returncode == 0
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("分年预算")  # and what it costs
    expect(page.get_by_role("navigation").get_by_role("link", name="政策与资格").first).to_have_attribute(
        "aria-current", "page"
    )

    page.goto(draft)
    page.fill("[name=effective_on]", tomorrow.isoformat())
    page.get_by_role("button", name="提交发布").click()  # with the cases of the old amount
    expect(page.get_by_role("alert").first).to_contain_text("中级职称的普通院校本科生只到最低档")
    page.goto(draft)
    page.locator("#further summary").click()
    cases = page.locator("[name=cases]")
    cases.fill(cases.input_value().replace("amount: 2万元", "amount: 3万元"))
    page.get_by_role("button", name="保存草稿").click()
    page.fill("[name=effective_on]", tomorrow.isoformat())
    page.get_by_role("button", name="提交发布").click()
    expect(page.get_by_role("main")).to_contain_text("起草人不能发布自己的草稿")
    page.context.clear_cookies()
    sign_in(page, "checker.jiayuguan")
    page.goto(draft)
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(f"自 {tomorrow} 起启用")

    run = demonstration.command("policy", "find", "--pack", "jiayuguan", "--as-of", str(tomorrow), "--json")
    result = json.loads(run.stdout)
    assert result["changed"] == ["settlement-subsidy"]
    assert result["altered"] > 0
    replay = demonstration.command("policy", "replay", "--pack", "jiayuguan", "--as-of", str(today), "--json")
    decided = json.loads(replay.stdout)
    assert (replay.returncode, decided["otherwise"], decided["unkept"]) == (0, [], 0)
    assert decided["same"] > 0
