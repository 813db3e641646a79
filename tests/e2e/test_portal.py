"""People apply: a person, an employer for many, somebody without an account, a new arrival with several services."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.attachments import paper as sound
from tests.attachments import pdf, picture
from tests.e2e.test_journeys import sign_in
from tests.rosters import resident_id, xlsx


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "材料.png"
    path.write_bytes(picture("PNG"))
    path.with_suffix(".pdf").write_bytes(pdf())
    return path


def sign_out(page: Page) -> None:
    page.context.clear_cookies()


def fill_in(page: Page, paper: Path, /, **answers: str) -> None:
    """Answer every question of the form in the page; ``answers`` by name of the field, anything plausible elsewhere."""
    main = page.get_by_role("main")
    for control in main.locator("form#apply-form [name^=f-], form [name^=f-]").all():
        _answer(control, answers)
    for upload in main.locator("input[type=file]").all():
        takes = upload.get_attribute("accept") or ""
        upload.set_input_files(str(paper if ".png" in takes else paper.with_suffix(".pdf")))


def _answer(control: Locator, answers: dict[str, str]) -> None:
    name = (control.get_attribute("name") or "").removeprefix("f-")
    kind = control.get_attribute("type") or control.evaluate("node => node.tagName.toLowerCase()")
    wanted = answers.get(name.rsplit(".", 1)[-1])
    if kind in ("radio", "checkbox"):
        if control.get_attribute("value") == (wanted or "false") or (wanted is None and kind == "checkbox"):
            control.check()
    elif kind == "select":
        if wanted is not None:
            control.select_option(wanted)
        elif not control.input_value():
            control.select_option(index=1)
    elif wanted is not None:
        control.fill(wanted)
    elif not control.input_value():
        control.fill({"date": "2022-03-01", "number": "3"}.get(kind, "测试内容"))


def test_a_person_claims_what_they_are_entitled_to(page: Page, paper: Path) -> None:
    sign_in(page, "person.jiayuguan")
    page.goto("/me/")
    page.get_by_role("link", name=re.compile("去申领：安家补贴申领")).first.click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("政策测算")
    expect(page.locator("[name=f-claimed]")).not_to_have_value("")  # worked out
    fill_in(
        page,
        paper,
        mobile="13800138000",
        probation_passed="true",
        free_flat="false",
        account="6222020000001111",
    )
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="提交申请").click()
    expect(main).to_contain_text("现在轮到")
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.goto("/me/")
    expect(page.get_by_role("link", name=re.compile(f"办理中：{number}")).first).to_be_visible()


def test_a_question_is_returned_supplemented_answered_and_rated(page: Page, paper: Path) -> None:
    sign_in(page, "person.jiayuguan")
    page.goto("/apply/policy-question/")
    fill_in(page, paper, mobile="13800138000", question="社保的事", publish="false")
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="提交申请").click()
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    sign_out(page)

    office = f"/desk/cases/{number}/"
    sign_in(page, "office.jiayuguan")
    page.goto(office)
    page.get_by_text("退回补正", exact=True).first.click()
    page.locator("[name=mark][value=question]").check()
    page.locator("form:has([name=mark]) [name=reason]").fill("请说明参保地")
    page.locator("form:has([name=mark]) button").last.click()
    sign_out(page)

    sign_in(page, "person.jiayuguan")
    page.goto(f"/my-cases/{number}/")
    page.get_by_role("link", name="去补正").click()
    page.fill("[name=f-question]", "在兰州参保两年，转入后是否合并计算")
    page.get_by_role("button", name="提交补正").click()
    sign_out(page)

    sign_in(page, "office.jiayuguan")
    page.goto(office)
    form = page.locator("form:has([name=action][value=done])").first
    form.locator("[name=reason]").fill("转入后合并计算。")
    form.locator("[name=action][value=done]").click()
    sign_out(page)

    sign_in(page, "person.jiayuguan")
    page.goto(f"/my-cases/{number}/")
    expect(page.get_by_role("main")).to_contain_text("转入后合并计算。")
    page.locator("[name=stars][value='5']").check()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_role("main")).to_contain_text("5 / 5")


def test_an_employer_applies_for_many_and_endorses_them_together(page: Page, tmp_path: Path) -> None:
    sign_in(page, "employer.jiayuguan")
    page.goto("/unit/lists/new/apartment-application/")
    numbers = [box.get_attribute("value") for box in page.locator("[name=person]").all()]
    head = [
        "人才编号",
        "联系手机",
        "同住人数",
        "意向户型",
        "已婚",
        "希望入住日期",
        "正在领取租房补贴",
        "本地自有住房",
    ]
    answers = ["13800138000", 1, "合租", "否", "2026-12-30", "否"]
    rows: list[list[object]] = [[number, *answers, ""] for number in numbers]
    table = tmp_path / "名单.xlsx"
    table.write_bytes(xlsx([head, ["JY99999999", *answers], *rows]))
    page.set_input_files("[name=file]", str(table))
    page.get_by_role("button", name="提交名单").click()
    main = page.get_by_role("main")
    if page.url.endswith("/papers/"):
        page.set_input_files("[name=files]", str(_papers_of(page, tmp_path)))
        page.get_by_role("button", name="上传并对号").click()
        expect(main).to_contain_text("扫描0001.pdf 文件名应为")
        expect(main).to_contain_text("已附上")
        page.get_by_role("button", name="提交材料齐全的行").click()
    bulk = page.url
    for _batch in range(4):
        if page.get_by_role("button", name="现在处理下一批").count():
            page.get_by_role("button", name="现在处理下一批").click()
    expect(main).to_contain_text("没有找到本单位这位人才")
    page.goto(f"{bulk}?state=waiting")
    expect(main).to_contain_text("没有这种结果的行")
    page.goto(f"{bulk}?state=accepted")
    accepted = main.locator("tbody tr", has_text="已受理").count()
    assert accepted > 0
    page.goto("/my-cases/")
    boxes = page.locator("[name=turn]").all()
    for box in boxes:
        box.check()
    page.get_by_role("button", name="推荐所选").click()
    expect(main).to_contain_text(f"已办理 {len(boxes)} 件")


def _papers_of(page: Page, folder: Path) -> Path:
    """A ZIP with every paper that a row still wants, and one that says nothing by its name."""
    made = folder / "材料.zip"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("扫描0001.pdf", sound("scan"))
        for row in page.get_by_role("main").locator("tbody tr").all():
            line = row.locator("td").first.inner_text().strip()
            for wanted in row.locator("li", has_text="必须提交").all():
                title = wanted.inner_text().partition("必须提交")[0].strip()
                archive.writestr(f"{line}_{title}.pdf", sound(f"{line} {title}"))
    return made


def test_a_visitor_asks_without_an_account_and_follows(page: Page, paper: Path) -> None:
    page.goto("/p/jiayuguan/screener/")
    page.select_option("[name=answer-introduction_mode]", "full_time")
    page.get_by_role("button", name="看结果").click()
    main = page.get_by_role("main")
    main.get_by_role("link", name=re.compile("怎么申领")).first.click()
    expect(main).to_contain_text("谁可以办")
    page.goto("/p/jiayuguan/services/policy-question/")
    page.get_by_role("link", name="免登录办理").click()
    page.fill("[name=f-full_name]", "吴越")
    page.fill("[name=f-question]", "硕士能否申领租房补贴")
    page.locator("[name=f-publish][value=false]").check()
    page.get_by_role("button", name="提交", exact=True).click()
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    word = main.locator("dd b").first.inner_text()
    sign_out(page)
    page.goto("/p/jiayuguan/progress/")
    page.fill("[name=number]", number)
    page.fill("[name=name]", word)
    page.get_by_role("button", name="查询").click()
    expect(main).to_contain_text("答复与通知")
    expect(main).to_contain_text(number)


def test_a_new_arrival_asks_for_several_services_in_one_form(page: Page, paper: Path) -> None:
    sign_in(page, "person.jiayuguan")
    page.goto("/p/jiayuguan/bundles/new-arrival/")
    page.get_by_role("link", name="开始办理").click()
    for box in page.locator("[name=service]").all():
        box.set_checked(box.get_attribute("value") in ("talent-card", "schooling"))
    page.get_by_role("button", name="下一步：填写").click()
    fill_in(page, paper, mobile="13800138000", consent="true", child_id=resident_id("20180520", 2))
    page.get_by_role("button", name="下一步：核对").click()
    page.get_by_role("button", name="提交全部申请").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("合办进度")
    expect(main.get_by_role("link", name=re.compile("办件详情"))).to_have_count(2)
