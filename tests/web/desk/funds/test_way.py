"""The finance clerk's day in a browser without script: from who is entitled to the money on the account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from juxian.apps.audit.models import AuditEntry
from juxian.apps.funds.models import BankStatement, Grant, PayeeAccount, PaymentLine, PaymentRun
from juxian.apps.funds.queries.ledger import balance_of
from juxian.apps.funds.queries.proof import verify
from juxian.apps.policies.actions import sweep_pack
from juxian.web.desk.funds.grants import case_in, origin_of
from tests.apps.funds.scene import BANK, BENEFIT, DAY, POLICY, WAN, Scene, make_scene, statement
from tests.web.desk.funds.helping import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.JUXIAN_TODAY = DAY
    settings.STATIC_ROOT = tmp_path  # must exist for the middleware that serves it
    return make_scene()


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_from_the_sweep_to_a_confirmed_payment(scene: Scene) -> None:
    person = scene.entitled("甲")
    sweep_pack(pack=scene.place.pack, as_of=DAY)
    maker, checker = browser(scene.maker), browser(scene.checker)

    page = text_of(maker, f"/desk/funds/grants/new/?benefit={POLICY}/{BENEFIT}")
    assert "甲" in page
    maker.post("/desk/funds/grants/new/", {"benefit": f"{POLICY}/{BENEFIT}", "person": person.pk})
    grant = Grant.objects.get()
    details = {"holder": "甲", "bank": "测试银行", "number": "6222020200112345678", "evidence": "确认书"}
    assert maker.post(f"/desk/funds/grants/{grant.pk}/account/", details).status_code == 303
    account = PayeeAccount.objects.get()
    maker.post(f"/desk/funds/accounts/{account.pk}/", {"step": "confirm"})
    assert PayeeAccount.objects.get().state == "proposed"
    checker.post(f"/desk/funds/accounts/{account.pk}/", {"step": "confirm", "grant": grant.pk})
    assert PayeeAccount.objects.get().state == "confirmed"

    assert "6222***********5678" in text_of(maker, "/desk/funds/runs/new/")
    maker.post("/desk/funds/runs/new/", {"title": "六月", "bank": BANK, "all": "1"})
    run = PaymentRun.objects.get()
    for client, step in ((maker, "submit"), (maker, "approve"), (checker, "approve")):
        client.post(f"/desk/funds/runs/{run.pk}/act/", {"step": step})
    run.refresh_from_db()
    assert (run.state, run.checked_by) == ("sealed", scene.checker)
    file = maker.post(f"/desk/funds/runs/{run.pk}/file/")
    assert "6222020200112345678" in file.content.decode("gb18030")
    assert file["Content-Disposition"] == f'attachment; filename="{run.number}.csv"'
    maker.post(f"/desk/funds/runs/{run.pk}/act/", {"step": "send"})
    line = PaymentLine.objects.get()
    data = statement(("2022-06-02", line.reference, "20000.00", "", "成功"), ("2022-06-02", "", "1.00"))
    upload = {"bank": BANK, "file": SimpleUploadedFile("六月.csv", data)}
    assert maker.post("/desk/funds/statements/new/", upload).status_code == 303
    found = BankStatement.objects.get()
    assert "无法对应" in text_of(checker, f"/desk/funds/statements/{found.pk}/?outcome=unknown")
    other = found.lines.get(outcome="unknown")
    checker.post(f"/desk/funds/statements/lines/{other.pk}/", {"reason": "手续费"})

    assert "已到账" in text_of(maker, f"/desk/funds/runs/{run.pk}/")
    shown = text_of(maker, f"/desk/funds/grants/{grant.pk}/")
    assert "已发完" in shown
    assert "筛查认定" in shown
    assert grant.source_key not in shown
    assert balance_of(f"paid:{grant.name}") == 2 * WAN
    assert "2 万元" in re.sub(r"<[^>]+>", "", text_of(maker, "/desk/funds/"))
    assert verify().difference is None
    audited = AuditEntry.objects.filter(actor_id=scene.checker.pk).values_list("action", flat=True)
    assert {"funds.account_confirmed", "funds.run_sealed", "funds.difference_explained"} <= set(audited)


@pytest.mark.parametrize(
    ("key", "words", "case"),
    [
        ("case:JYG-2022-000412:3:approve:1", "办件 JYG-2022-000412", "JYG-2022-000412"),
        ("sweep:2022-06-01:a/b:7", "2022-06-01 筛查认定", ""),
        ("found:12", "免申即享", ""),
        ("demo:a/b:7", "演示数据", ""),
        ("older", "older", ""),
    ],
)
def test_a_grant_names_where_it_comes_from(key: str, words: str, case: str) -> None:
    assert (origin_of(key), case_in(key)) == (words, case)


def test_a_run_of_nothing_ticked_is_refused_and_keeps_what_was_typed(scene: Scene) -> None:
    scene.granted("甲")
    client = browser(scene.maker)

    answer = client.post("/desk/funds/runs/new/", {"title": "六月", "bank": BANK})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有勾选款项" in page
    assert 'value="六月"' in page
    assert not PaymentRun.objects.exists()


def test_a_run_holds_what_was_ticked_and_all_only_by_its_own_button(scene: Scene) -> None:
    first, second = scene.granted("甲", "乙")
    due = first.instalments.get(number=1)
    client = browser(scene.maker)
    page = re.sub(r"<[^>]+>", "", text_of(client, "/desk/funds/runs/new/"))

    client.post("/desk/funds/runs/new/", {"title": "甲", "bank": BANK, "instalment": due.pk})
    client.post("/desk/funds/runs/new/", {"title": "其余", "bank": BANK, "all": "1"})

    assert "全部应发：2 笔 4 万元" in page
    held = {
        run.title: list(run.lines.values_list("instalment__grant", flat=True))
        for run in PaymentRun.objects.all()
    }
    assert held == {"甲": [first.pk], "其余": [second.pk]}


def test_what_was_ticked_and_is_gone_is_told(scene: Scene) -> None:
    gone, other = (grant.instalments.get(number=1).pk for grant in scene.granted("甲", "乙"))
    client = browser(scene.maker)
    client.post("/desk/funds/runs/new/", {"title": "甲", "bank": BANK, "instalment": gone})

    none_left = client.post("/desk/funds/runs/new/", {"title": "又一次", "bank": BANK, "instalment": gone})
    one_left = client.post(
        "/desk/funds/runs/new/", {"title": "余下", "bank": BANK, "instalment": [gone, other]}
    )

    assert none_left.status_code == 422
    assert "没有可以发放的款项" in none_left.content.decode()
    assert "有 1 笔刚刚变为不能发放" in text_of(client, one_left["Location"])


def test_no_page_shows_a_whole_account_number(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    run = scene.run()
    client = browser(scene.maker)

    pages = [
        text_of(client, address)
        for address in (
            f"/desk/funds/grants/{grant.pk}/",
            f"/desk/funds/runs/{run.pk}/",
            "/desk/funds/grants/",
        )
    ]

    assert not any("6222020200112300000" in page for page in pages)


def test_a_bad_statement_is_told_at_its_field(scene: Scene) -> None:
    client = browser(scene.maker)

    answer = client.post(
        "/desk/funds/statements/new/", {"bank": BANK, "file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")}
    )

    assert answer.status_code == 422
    assert "没有找到表头" in answer.content.decode()


def test_two_persons_settle_a_payment_without_a_statement(scene: Scene) -> None:
    scene.granted("甲")
    line = scene.run("exported").lines.get()
    words = {"state": "confirmed", "day": "2022-06-02", "reason": "回单 7"}

    browser(scene.maker).post(f"/desk/funds/payments/{line.pk}/act/", words)
    browser(scene.checker).post(f"/desk/funds/payments/{line.pk}/act/", words)

    line.refresh_from_db()
    assert line.state == "confirmed"
    assert PaymentRun.objects.get().state == "settled"


def test_a_payment_leaves_a_draft_and_a_run_is_cancelled(scene: Scene) -> None:
    scene.granted("甲", "乙")
    run, client = scene.run("draft"), browser(scene.maker)
    first = run.lines.order_by("pk")[0]

    client.post(f"/desk/funds/payments/{first.pk}/act/", {"step": "remove", "reason": "待核"})
    assert client.post(f"/desk/funds/runs/{run.pk}/act/", {"step": "cancel"}).status_code == 422
    client.post(f"/desk/funds/runs/{run.pk}/act/", {"step": "cancel", "reason": "重做"})

    run.refresh_from_db()
    assert (run.state, run.lines_total) == ("cancelled", 1)


def test_a_grant_is_held_and_ended(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    client = browser(scene.maker)

    for step in ("suspend", "resume", "end"):
        client.post(f"/desk/funds/grants/{grant.pk}/act/", {"step": step, "reason": "核查"})

    grant.refresh_from_db()
    assert (grant.state, grant.end_reason) == ("ended", "核查")


@pytest.mark.parametrize(
    "address", ["/desk/funds/", "/desk/funds/grants/", "/desk/funds/runs/", "/desk/funds/runs/new/"]
)
def test_the_number_of_queries_does_not_grow(scene: Scene, address: str) -> None:
    client, counts = browser(scene.maker), []
    for names in (("甲",), ("乙", "丙")):
        for place, name in enumerate(names):
            person = scene.entitled(name)
            scene.account(person, f"622202020{len(counts)}{place}12345678")
            scene.grant(person)
        if address.endswith("runs/"):
            scene.run("draft")
        text_of(client, address)
        with CaptureQueriesContext(connection) as captured:
            text_of(client, address)
        counts.append(len(captured))

    assert counts[0] == counts[1]
