"""Service that is owed, and money that comes back."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.hashers import make_password

from juxian.apps.accounts.models import User
from juxian.apps.funds.actions.payees import propose_account
from juxian.apps.funds.actions.recoveries import (
    ask_relief,
    decide_relief,
    demand_recovery,
    detect_breaches,
    dismiss_recovery,
    open_fen,
    plan_recovery,
    receive_refund,
)
from juxian.apps.funds.actions.statements import import_statement
from juxian.apps.funds.enums import ReliefKind
from juxian.apps.funds.models import Grant, Instalment, Obligation, PaymentLine, Receipt, Recovery
from juxian.apps.funds.queries.ledger import balance_of
from juxian.apps.funds.queries.obligations import standings
from juxian.apps.funds.queries.proof import verify
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.config.invariants import Scope, search
from tests.apps.funds.scene import BANK, DAY, INTRODUCED, WAN, Scene, make_scene, statement
from tests.factories import SourceFactory
from tests.web.desk.funds.helping import browser

pytestmark = pytest.mark.django_db
LEFT = date(2022, 11, 1)  # fourteen full months after the introduction on 2021-09-01
CERTAIN = date(2023, 2, 1)


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def paid(scene: Scene) -> Grant:
    """20,000 yuan paid to somebody who owes five years from 2021-09-01."""
    [grant] = scene.granted("甲")
    line = scene.run().lines.get()
    rows = [("2022-06-02", line.reference, "20000.00")]
    import_statement(
        home=scene.place.root, data=statement(*rows), file_name="对账单", bank=BANK, by=scene.maker
    )
    return grant


def leave(grant: Grant, day: date = LEFT) -> None:
    fact = FactDraft("departure", {"reason": "resigned"}, day)
    record_facts(person=grant.person, facts=[fact], source=SourceFactory())


def breach(scene: Scene, day: date = CERTAIN) -> list[Recovery]:
    return detect_breaches(home=scene.place.root, day=day)


@pytest.fixture
def demanded(scene: Scene, paid: Grant) -> Recovery:
    leave(paid)
    [recovery] = breach(scene)
    demand_recovery(recovery=recovery, day=CERTAIN, by=scene.maker)
    recovery.refresh_from_db()
    return recovery


def test_a_grant_brings_the_obligation_of_its_policy(paid: Grant) -> None:
    duty = Obligation.objects.get(grant=paid)

    assert (duty.since, duty.serve_months, duty.formula) == (INTRODUCED, 60, "full")


def test_if_i_left_today_i_would_owe(paid: Grant) -> None:
    [standing] = standings(Obligation.objects.select_related("grant__home", "grant__person"), DAY)

    assert (standing.served, standing.owed.total_fen) == (9, 2 * WAN)


@pytest.mark.parametrize(
    ("formula", "of", "refund_fen"),
    [
        # 20,000 yuan over 60 months, 14 served: 20,000 ÷ 60 × 14 = 4,666.666…; earned 4,666.67; back 15,333.33
        ("pro_rata_months", 60, 1_533_333),
        # over five whole years, one served: 20,000 − 20,000 ÷ 5 × 1 = 16,000
        ("pro_rata_years", 60, 1_600_000),
        ("full", 0, 2_000_000),
    ],
)
def test_leaving_after_fourteen_months(
    scene: Scene, paid: Grant, formula: str, of: int, refund_fen: int
) -> None:
    Obligation.objects.update(formula=formula, of_months=of)
    leave(paid)

    [recovery] = breach(scene)

    assert (recovery.served_months, recovery.refund_fen, recovery.ended_on) == (14, refund_fen, LEFT)


def test_a_penalty_stands_beside_the_refund(scene: Scene, paid: Grant) -> None:
    """46 months are missing: three years and ten months count as four years of 3,000 yuan."""
    Obligation.objects.update(penalty_year_fen=3_000 * 100)
    leave(paid)

    [recovery] = breach(scene)
    demand_recovery(recovery=recovery, day=CERTAIN, by=scene.maker)

    assert (recovery.refund_fen, recovery.penalty_fen) == (2 * WAN, 12_000 * 100)
    assert open_fen(recovery) == 32_000 * 100
    assert [balance_of(f"{kind}:{paid.name}") for kind in ("paid", "penalty")] == [0, -12_000 * 100]


def test_leave_of_six_months_does_not_count_as_service(scene: Scene, paid: Grant) -> None:
    Obligation.objects.update(uncounted=["overseas"])
    abroad = [
        FactDraft("overseas", {"country": "德国"}, date(2022, 1, 1), date(2022, 7, 1)),
        FactDraft("overseas", {"country": "法国"}, date(2022, 8, 1), date(2022, 9, 1)),
    ]
    record_facts(person=paid.person, facts=abroad, source=SourceFactory())
    leave(paid)

    [recovery] = breach(scene)

    assert recovery.served_months == 8


def test_nothing_is_found_before_it_is_certain_nor_twice(scene: Scene, paid: Grant) -> None:
    leave(paid)

    assert breach(scene, date(2023, 1, 31)) == []
    assert len(breach(scene)) == 1
    assert breach(scene) == []


def test_complete_service_is_fulfilled(scene: Scene, paid: Grant) -> None:
    assert breach(scene, date(2026, 9, 1)) == []
    assert Obligation.objects.get().state == "fulfilled"


def test_refunds_never_exceed_what_is_owed(scene: Scene, demanded: Recovery, paid: Grant) -> None:
    def receive(amount_fen: int, reference: str) -> Receipt:
        return receive_refund(
            recovery=demanded, amount_fen=amount_fen, day=CERTAIN, reference=reference, by=scene.maker
        )

    first = receive(WAN, "r1")
    assert receive(WAN, "r1") == first
    with pytest.raises(NotPossible, match="内容不同"):
        receive(WAN + 1, "r1")
    with pytest.raises(NotPossible, match="超过尚欠"):
        receive(WAN + 1, "r2")
    receive(WAN, "r2")

    demanded.refresh_from_db()
    assert (demanded.state, balance_of(f"receivable:{paid.name}")) == ("settled", 0)
    assert verify().difference is None


def test_a_transfer_that_names_the_demand_is_a_receipt(scene: Scene, demanded: Recovery) -> None:
    data = statement(
        ("2023-02-03", demanded.number, "", "5000.00"), ("2023-02-03", demanded.number, "", "90000.00")
    )

    found = import_statement(home=scene.place.root, data=data, file_name="二月", bank=BANK, by=scene.maker)

    outcomes = found.lines.order_by("number").values_list("outcome", flat=True)
    assert (list(outcomes), open_fen(demanded)) == (["receipt", "unknown"], 15_000 * 100)


def test_what_grants_say_is_what_the_ledger_holds(scene: Scene, demanded: Recovery, paid: Grant) -> None:
    scene.granted("乙")

    def told() -> list[str]:
        return [text.en for text in dict(search(Scope()))["grants"].violations]

    assert told() == []
    PaymentLine.objects.filter(state="confirmed").update(state="returned")
    Instalment.objects.filter(state="planned").update(amount_fen=1)
    assert [text.partition(":")[0] for text in told()] == ["reserved", f"{paid.pk}/1"]


def test_relief_is_decided_by_another(scene: Scene, demanded: Recovery, paid: Grant) -> None:
    relief = ask_relief(
        recovery=demanded, kind=ReliefKind.WAIVER, amount_fen=2 * WAN, reason="重病", by=scene.maker
    )

    with pytest.raises(NotPossible, match="不能批准自己"):
        decide_relief(relief=relief, approved=True, day=CERTAIN, by=scene.maker)
    decide_relief(relief=relief, approved=True, day=CERTAIN, by=scene.checker)

    demanded.refresh_from_db()
    assert (demanded.state, balance_of(f"written_off:{paid.name}")) == ("settled", 2 * WAN)
    with pytest.raises(NotPossible, match="已决定"):
        decide_relief(relief=relief, approved=False, day=CERTAIN, by=scene.checker)


def test_parts_are_together_what_is_owed(scene: Scene, demanded: Recovery) -> None:
    with pytest.raises(NotPossible):
        plan_recovery(recovery=demanded, parts=[(CERTAIN, WAN)], by=scene.maker)

    plan_recovery(recovery=demanded, parts=[(CERTAIN, WAN), (date(2023, 3, 1), WAN)], by=scene.maker)

    assert demanded.parts.count() == 2


def test_an_agreed_transfer_is_dismissed(scene: Scene, paid: Grant) -> None:
    leave(paid)
    [recovery] = breach(scene)

    dismiss_recovery(recovery=recovery, reason="组织调动", by=scene.maker)

    with pytest.raises(NotPossible, match="已处理"):
        demand_recovery(recovery=recovery, day=CERTAIN, by=scene.maker)


def test_the_pages_of_a_recovery(scene: Scene, paid: Grant, settings: object) -> None:
    settings.JUXIAN_TODAY = CERTAIN  # type: ignore[attr-defined]
    leave(paid)
    maker, checker = browser(scene.maker), browser(scene.checker)

    maker.post("/desk/funds/recoveries/check/")
    recovery = Recovery.objects.get()
    address = f"/desk/funds/recoveries/{recovery.pk}/"
    assert "离岗" in maker.get("/desk/funds/recoveries/").content.decode()
    assert "已服务 14 个月" in maker.get(address).content.decode()
    maker.post(f"{address}act/", {"step": "demand"})
    assert maker.post(f"{address}act/", {"step": "receive", "amount": "1"}).status_code == 422
    money = {"amount": "5000", "day": "2023-02-02", "reference": "收据 1", "reason": "困难"}
    for step in ("receive", "waiver"):
        assert maker.post(f"{address}act/", {"step": step, **money}).status_code == 303
    maker.post(f"{address}act/", {"step": "plan", "parts": "3"})
    relief = recovery.reliefs.get()
    checker.post(f"/desk/funds/reliefs/{relief.pk}/", {"step": "approve"})

    assert open_fen(recovery) == 10_000 * 100
    assert recovery.parts.count() == 3
    assert "尚欠 1 万元" in maker.get(address).content.decode()


def test_the_person_sees_payments_and_duties(scene: Scene, paid: Grant, settings: object) -> None:
    settings.JUXIAN_TODAY = DAY  # type: ignore[attr-defined]
    own: User = scene.place.user("person", person=paid.person, password=make_password("再输一次"))
    client = browser(own)

    page = client.get("/me/payments/").content.decode()

    assert "今天离开应退" in page
    assert "9 个月，共 60 个月" in page
    assert "20000.00" in client.get("/me/payments/file/").content.decode("utf-8-sig")
    details = {"bank": "新银行", "number": "6222020200119999999"}
    for password in ("", "不对"):
        assert client.post("/me/account/", details | {"password": password}).status_code == 422
    client.post("/me/account/", details | {"password": "再输一次"})
    account = paid.person.payee_accounts.get(state="proposed")
    assert (
        client.post(f"/me/account/{account.pk}/", {"step": "confirm", "password": "再输一次"}).status_code
        == 303
    )
    account.refresh_from_db()
    assert account.state == "proposed"  # one's own word is not confirmed by oneself


def test_what_the_office_typed_in_is_confirmed_with_the_password(
    scene: Scene, paid: Grant, settings: object
) -> None:
    settings.JUXIAN_TODAY = DAY  # type: ignore[attr-defined]
    own: User = scene.place.user("person", person=paid.person, password=make_password("再输一次"))
    client = browser(own)
    account = propose_account(
        person=paid.person,
        number="6222020200117777777",
        bank="新银行",
        holder=paid.person.name,
        by=scene.maker,
    )
    assert 'name="password"' in client.get("/me/payments/").content.decode()

    for password, state in (("", "proposed"), ("不对", "proposed"), ("再输一次", "confirmed")):
        client.post(f"/me/account/{account.pk}/", {"step": "confirm", "password": password})
        account.refresh_from_db()
        assert account.state == state

    assert paid.person.payee_accounts.filter(state="confirmed").count() == 1
