"""The department that pays a fund reads it and brings its runs to the bank; it neither makes nor seals one (拨付部门)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.funds.actions.runs import draft_run, export_run, seal_run, send_run
from juxian.apps.funds.actions.settling import tell_line
from juxian.apps.funds.actions.statements import explain_line, import_statement
from juxian.apps.funds.models import BankStatement, Grant, PaymentLine, PaymentRun, StatementLine
from juxian.apps.funds.rules import NotPossible
from juxian.core.packs import load_all, pack_called
from juxian.core.packs.schema import Pack
from tests.apps.funds.scene import BANK, DAY, Scene, make_scene, statement
from tests.factories import OrganisationFactory, UserFactory
from tests.web.desk.funds.helping import browser

pytestmark = pytest.mark.django_db
UNIT = "jyg-finance-bureau"
PAGES = ("", "year/", "grants/", "runs/", "statements/")


@dataclass
class Desk:
    scene: Scene
    payer: User
    second: User
    other: User


def paid_by(monkeypatch: pytest.MonkeyPatch, **units: str) -> None:
    """Name departments for funds of the place; a further fund is one that nobody has promised from."""
    pack: Pack = pack_called("jiayuguan")
    first = next(iter(pack.funds.funds.values()))
    book = pack.funds.funds | {"further": replace(first, id="further", paid_by="")}
    book = {key: replace(fund, paid_by=units.get(key.replace("-", "_"), "")) for key, fund in book.items()}
    changed = replace(pack, funds=replace(pack.funds, funds=book))
    for module in ("rules", "actions.runs", "queries.runs"):
        monkeypatch.setattr(f"juxian.apps.funds.{module}.pack_called", lambda code: changed)


def every_fund(unit: str) -> dict[str, str]:
    known = [*pack_called("jiayuguan").funds.funds, "further"]
    return {fund.replace("-", "_"): unit for fund in known}


@pytest.fixture
def desk(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    settings.JUXIAN_TODAY = DAY
    settings.STATIC_ROOT = tmp_path
    scene = make_scene()
    paid_by(monkeypatch, **every_fund(UNIT))
    unit, other = (
        OrganisationFactory(
            code=code, path=f"{scene.place.root.path}/{code}", pack="jiayuguan", parent=scene.place.root
        )
        for code in (UNIT, "jyg-education-bureau")
    )
    payers = [UserFactory(role=Role.DEPARTMENT, organisation=unit) for _ in range(2)]
    scene.payer = payers[0]
    return Desk(scene, *payers, UserFactory(role=Role.DEPARTMENT, organisation=other))


def page(client: Client, address: str) -> str:
    answer = client.get(f"/desk/funds/{address}")
    assert answer.status_code == 200, address
    return answer.content.decode()


def step(user: User, run: PaymentRun, word: str) -> int:
    return browser(user).post(f"/desk/funds/runs/{run.pk}/act/", {"step": word, "reason": "依据"}).status_code


def test_the_department_reads_the_budgets_grants_and_runs_of_its_funds(desk: Desk) -> None:
    (grant,) = desk.scene.granted("甲")
    run = desk.scene.run("sealed")
    payer = browser(desk.payer)

    pages = {address: page(payer, address) for address in PAGES}

    assert "贵部门不负责拨付资金" not in pages[""]
    assert grant.number in page(payer, f"grants/{grant.pk}/")
    assert "同户已享受" not in page(payer, f"grants/{grant.pk}/")
    assert run.number in pages["runs/"]
    assert "6222****" in page(payer, f"runs/{run.pk}/")
    assert "6222020200112300000" not in page(payer, f"runs/{run.pk}/")
    assert "拟制批次" not in pages["runs/"]
    assert 'href="/desk/funds/"' in browser(desk.payer).get("/desk/").content.decode()
    assert 'href="/desk/funds/"' not in browser(desk.other).get("/desk/").content.decode()


def test_only_what_waits_for_the_department_is_its_work(desk: Desk) -> None:
    desk.scene.granted("甲")
    run = desk.scene.run("submitted")
    before = page(browser(desk.payer), "")

    seal_run(run=run, by=desk.scene.checker)

    assert run.number not in before
    assert "没有待办事项" in before
    assert run.number in page(browser(desk.payer), "")


def test_the_department_sends_and_the_office_does_not(desk: Desk) -> None:
    desk.scene.granted("甲")
    run = desk.scene.run("sealed")
    payer, office = browser(desk.payer), browser(desk.scene.maker)
    file = f"/desk/funds/runs/{run.pk}/file/"

    assert office.post(file).status_code == 403
    assert payer.post(file).content
    assert step(desk.scene.checker, run, "send") == 403
    assert step(desk.payer, run, "send") == 303

    run.refresh_from_db()
    assert (run.state, run.exported_by) == ("sent", desk.payer)
    line = PaymentLine.objects.get()
    told = {"state": "confirmed", "day": DAY.isoformat(), "reason": "回单"}
    act = f"/desk/funds/payments/{line.pk}/act/"
    assert office.post(act, told).status_code == 403
    payer.post(act, told)
    assert PaymentLine.objects.get().state == "open"  # two people say so
    browser(desk.second).post(act, told)
    assert PaymentLine.objects.get().state == "confirmed"


def test_the_department_reads_back_the_statement(desk: Desk) -> None:
    desk.scene.granted("甲")
    run = desk.scene.run()
    line = PaymentLine.objects.get()
    data = statement((DAY, line.reference, "20000.00", "", "成功", ""), opening="50000", closing="30000")
    sent = lambda: {"bank": BANK, "file": SimpleUploadedFile("a.csv", data, "text/csv")}  # noqa: E731  # read once each

    assert browser(desk.scene.maker).post("/desk/funds/statements/new/", sent()).status_code == 403
    answer = browser(desk.payer).post("/desk/funds/statements/new/", sent())

    assert answer.status_code == 303, answer.content.decode()
    assert BankStatement.objects.get().imported_by == desk.payer
    run.refresh_from_db()
    assert run.state == "settled"
    assert page(browser(desk.payer), f"statements/{BankStatement.objects.get().pk}/")


@pytest.mark.parametrize("word", ["submit", "approve", "return", "cancel"])
def test_nobody_of_the_department_makes_or_seals_a_run(desk: Desk, word: str) -> None:
    desk.scene.granted("甲")
    run = desk.scene.run("draft" if word == "submit" else "submitted")
    before = run.state

    assert step(desk.payer, run, word) == 403
    assert browser(desk.payer).get("/desk/funds/runs/new/").status_code == 403
    remove = {"step": "remove", "reason": "依据"}
    assert (
        browser(desk.payer).post(f"/desk/funds/payments/{run.lines.get().pk}/act/", remove).status_code == 403
    )

    run.refresh_from_db()
    assert run.state == before


def test_who_made_or_sealed_a_run_does_not_pay_it(desk: Desk) -> None:
    """Somebody who holds posts in both places."""
    desk.scene.granted("甲")
    run = desk.scene.run("exported")
    for user in (desk.scene.maker, desk.scene.checker):
        unit = desk.payer.posts.get().organisation
        Post.objects.create(user=user, role=Role.DEPARTMENT, organisation=unit, since=DAY)

    assert [step(user, run, "send") for user in (desk.scene.maker, desk.scene.checker)] == [403, 403]
    assert step(desk.payer, run, "send") == 303


def test_the_actions_hold_it_whoever_calls_them(desk: Desk) -> None:
    """No page stands before a command or a job."""
    desk.scene.granted("甲")
    run = desk.scene.run("sealed")
    line = PaymentLine.objects.select_related("run__home").get()
    stated = BankStatement.objects.create(home=desk.scene.place.root, file_name="a", digest="d")
    row = StatementLine.objects.create(statement=stated, number=1, day=DAY, amount_fen=1, outcome="unknown")
    data = statement((DAY, line.reference, "20000.00", "", "成功", ""))

    def attempts(by: User | None) -> list[Callable[[], object]]:
        return [
            lambda: export_run(run=run, by=by),  # type: ignore[arg-type]
            lambda: send_run(run=run, by=by),  # type: ignore[arg-type]
            lambda: tell_line(line=line, state="confirmed", day=DAY, reason="回单", by=by),  # type: ignore[arg-type]
            lambda: explain_line(line=row, reason="手续费", by=by),  # type: ignore[arg-type]
            lambda: import_statement(
                home=desk.scene.place.root, data=data, file_name="a", bank=BANK, by=by
            ),
        ]  # fmt: skip

    for by in (desk.scene.maker, desk.scene.checker, desk.other, None):
        for attempt in attempts(by):
            with pytest.raises(PermissionDenied):
                attempt()
    run.refresh_from_db()
    assert (run.state, PaymentLine.objects.get().state) == ("sealed", "open")

    for attempt in attempts(desk.payer):
        attempt()
    assert PaymentLine.objects.get().state == "confirmed"


def test_who_made_a_run_is_refused_by_the_actions_too(desk: Desk) -> None:
    desk.scene.granted("甲")
    run = desk.scene.run("sealed")
    unit = desk.payer.posts.get().organisation
    Post.objects.create(user=desk.scene.checker, role=Role.DEPARTMENT, organisation=unit, since=DAY)
    checker = User.objects.get(pk=desk.scene.checker.pk)

    with pytest.raises(PermissionDenied, match="复核过"):
        export_run(run=run, by=checker)


def test_funds_of_others_are_as_if_they_did_not_exist(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (grant,) = desk.scene.granted("甲")
    run = desk.scene.run("sent")
    line = PaymentLine.objects.get()
    stated = BankStatement.objects.create(home=desk.scene.place.root, file_name="对账单一", digest="d")
    addresses = [f"grants/{grant.pk}/", f"runs/{run.pk}/", f"statements/{stated.pk}/"]

    def asked(user: User) -> list[int]:
        client = browser(user)
        read = [client.get(f"/desk/funds/{address}").status_code for address in addresses]
        written = [
            client.post(f"/desk/funds/runs/{run.pk}/{what}/", {"step": "send"}).status_code
            for what in ("act", "file")
        ]
        told = {"state": "confirmed", "day": DAY.isoformat(), "reason": "回单"}
        return [*read, *written, client.post(f"/desk/funds/payments/{line.pk}/act/", told).status_code]

    assert asked(desk.other) == [404] * 6
    told = page(browser(desk.other), "")
    assert "贵部门不负责拨付资金" in told
    assert "可用" not in told  # no figures of nothing
    assert run.number not in page(browser(desk.other), "runs/")
    paid_by(monkeypatch, further=UNIT)
    assert asked(desk.payer) == [404] * 6
    for address in PAGES:
        text = page(browser(desk.payer), address)
        assert not [word for word in (run.number, grant.number, "对账单一", "20,000") if word in text], (
            address
        )


def test_one_run_is_paid_by_one_department(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _second = desk.scene.granted("甲", "乙")
    fund = first.fund.replace("-", "_")
    Grant.objects.filter(pk=first.pk).update(fund="further")
    paid_by(monkeypatch, **{fund: UNIT})
    draft: Callable[..., PaymentRun] = lambda **more: draft_run(  # noqa: E731  # said twice
        home=desk.scene.place.root, as_of=DAY, title="一", bank=BANK, by=desk.scene.maker, **more
    )

    with pytest.raises(NotPossible):
        draft()
    run = draft(instalments=[part.pk for part in first.instalments.all()])

    assert run.lines_total == 1
    assert browser(desk.payer).get(f"/desk/funds/runs/{run.pk}/").status_code == 404


def test_where_no_department_is_named_the_office_goes_on_as_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid_by(monkeypatch)
    desk.scene.granted("甲")
    run = desk.scene.run("exported")

    assert step(desk.payer, run, "send") == 404
    assert step(desk.scene.maker, run, "send") == 303


def test_the_number_of_queries_does_not_grow_with_runs(
    desk: Desk, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = browser(desk.payer)

    def asked() -> int:
        with django_assert_max_num_queries(80) as found:  # type: ignore[attr-defined]  # a context of pytest-django
            client.get("/desk/funds/runs/")
        return len(found)

    desk.scene.granted("甲")
    desk.scene.run("draft")
    asked()
    few = asked()
    for name in ("乙", "丙"):
        desk.scene.granted(name)
        desk.scene.run("draft")

    assert asked() == few


def test_the_pack_of_the_university_names_its_finance_office() -> None:
    pack = load_all()["xinxiang-medical"]

    assert {fund.paid_by for fund in pack.funds.funds.values()} == {"xy-finance-office"}
    assert "xy-finance-office" in {entry.code for entry in pack.organisations}
