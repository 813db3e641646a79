"""From an entitlement to money on the account: grants, runs, statements."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from juxian.apps.audit.models import AuditEntry
from juxian.apps.funds.actions.budgets import load_budgets
from juxian.apps.funds.actions.grants import end_grant, grant_benefit, record_couple, suspend_grant
from juxian.apps.funds.actions.payees import confirm_account, propose_account
from juxian.apps.funds.actions.runs import (
    FileDiffers,
    cancel_run,
    draft_run,
    export_run,
    remove_line,
    return_run,
    seal_run,
    send_run,
    submit_run,
)
from juxian.apps.funds.actions.settling import tell_line
from juxian.apps.funds.actions.statements import explain_line, import_statement
from juxian.apps.funds.models import BudgetLine, Grant, Instalment, PayeeAccount, PaymentLine, StatementLine
from juxian.apps.funds.queries.budgets import executions
from juxian.apps.funds.queries.due import due_instalments, due_lines
from juxian.apps.funds.queries.ledger import balance_of
from juxian.apps.funds.queries.proof import verify
from juxian.apps.funds.queries.runs import payments_read
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.apps.persons.models import Fact, Person
from juxian.core.ledger.refusals import OutOfBounds
from tests.apps.funds.scene import BANK, BENEFIT, DAY, POLICY, WAN, Scene, make_scene, statement
from tests.factories import SourceFactory

pytestmark = pytest.mark.django_db
BUDGET = "budget:jiayuguan/talent-fund/2022/housing"


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def paid(line: PaymentLine, yuan: str = "20000.00", status: str = "成功") -> tuple[object, ...]:
    return ("2022-06-02", line.reference, yuan, "", status, "")


def told(scene: Scene, *rows: tuple[object, ...]) -> list[str]:
    found = import_statement(
        home=scene.place.root, data=statement(*rows), file_name="对账单.csv", bank=BANK, by=scene.maker
    )
    return list(found.lines.order_by("number").values_list("outcome", flat=True))


def test_budgets_of_the_pack_are_posted_once(scene: Scene) -> None:
    assert load_budgets(scene.place.pack, scene.place.root) == 0
    assert balance_of(BUDGET) == 1200 * WAN
    assert verify().difference is None


def test_a_grant_reserves_what_falls_due_this_year(scene: Scene) -> None:
    [grant] = scene.granted("甲")

    assert (grant.total_fen, grant.article, grant.fund, grant.line) == (
        2 * WAN,
        "最低档",
        "talent-fund",
        "housing",
    )
    assert (balance_of(BUDGET), balance_of(f"reserved:{grant.name}")) == (1198 * WAN, 2 * WAN)
    assert grant.profile["degree"] == "bachelor"
    [fund] = executions(scene.place.root, scene.place.pack.funds, 2022, DAY)
    assert (fund.total.budget_fen, fund.total.promised_fen, fund.total.paid_fen) == (1600 * WAN, 2 * WAN, 0)


def test_the_same_source_finds_the_first_grant(scene: Scene) -> None:
    person = scene.entitled("甲")

    assert scene.grant(person, "case:1") == scene.grant(person, "case:1")
    assert Grant.objects.count() == 1


def test_nothing_is_given_twice_to_a_person_or_a_household(scene: Scene) -> None:
    first, spouse = scene.entitled("甲"), scene.entitled("乙")
    record_couple(first=first, second=spouse, by=scene.maker, evidence="结婚证")
    scene.grant(first)

    with pytest.raises(NotPossible, match="本人已在"):
        scene.grant(first, "again")
    with pytest.raises(NotPossible, match="配偶已在"):
        scene.grant(spouse)


def test_what_another_place_has_given_counts(scene: Scene) -> None:
    number = "620201199001011232"
    person = scene.entitled("甲", number)
    scene.grant(person)
    elsewhere = scene.place.person("甲", number)
    Person.objects.filter(pk=elsewhere.pk).update(home=scene.place.employer)

    with pytest.raises(NotPossible):
        scene.grant(Person.objects.get(pk=elsewhere.pk), "other")


def test_who_is_not_entitled_gets_nothing(scene: Scene) -> None:
    with pytest.raises(NotPossible, match="不符合这项待遇"):
        scene.grant(scene.place.person("甲", degree="bachelor"))


def test_a_budget_that_is_used_up_refuses(scene: Scene) -> None:
    person = scene.place.pack and scene.entitled("甲")
    from juxian.apps.funds.actions import post
    from juxian.core.ledger.entries import transfer

    rest = {BUDGET: -1199 * WAN, "budget:jiayuguan/talent-fund/2022/awards": 1199 * WAN}
    post(transfer("test", DAY, rest))

    with pytest.raises(OutOfBounds, match="可用额度不足"):
        scene.grant(person)
    assert not Grant.objects.exists()


def test_from_grant_to_confirmed_by_a_second_person(scene: Scene) -> None:
    grants = scene.granted("甲", "乙")
    run = draft_run(home=scene.place.root, as_of=DAY, title="六月", bank=BANK, by=scene.maker)
    submit_run(run=run, by=scene.maker)
    with pytest.raises(NotPossible, match="不能复核自己"):
        seal_run(run=run, by=scene.maker)
    seal_run(run=run, by=scene.checker)

    file = export_run(run=run, by=scene.checker)
    send_run(run=run, by=scene.maker)
    lines = list(run.lines.all())
    outcomes = told(scene, *map(paid, lines))

    run.refresh_from_db()
    assert outcomes == ["confirmed", "confirmed"]
    assert (run.state, run.file_hash) == ("settled", hashlib.sha256(file.content).hexdigest())
    assert "6222020200112300000" in file.content.decode("gb18030")
    assert [balance_of(f"paid:{grant.name}") for grant in grants] == [2 * WAN, 2 * WAN]
    assert set(Grant.objects.values_list("state", flat=True)) == {"done"}
    received = Person.objects.get(pk=grants[0].person_id).profile.values["received"]
    assert received == {"settlement-base": 2 * WAN}
    assert verify().difference is None
    actions = AuditEntry.objects.filter(action__startswith="funds.run").values_list("action", flat=True)
    assert list(actions.order_by("id")) == [
        "funds.run_drafted",
        "funds.run_submitted",
        "funds.run_sealed",
        "funds.run_exported",
        "funds.run_sent",
    ]


def test_an_instalment_is_in_one_live_payment_only(scene: Scene) -> None:
    scene.granted("甲")
    scene.run("submitted")

    with pytest.raises(NotPossible, match="没有可以发放的款项"):
        scene.run()


def test_a_returned_payment_goes_out_again_under_another_key(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    first = scene.run()
    told(scene, paid(first.lines.get(), status="退回"))

    second = scene.run()

    assert (first.lines.get().state, second.lines.get().attempt) == ("returned", 2)
    told(scene, paid(second.lines.get()))
    assert balance_of(f"paid:{grant.name}") == 2 * WAN
    assert verify().difference is None


def test_a_payment_that_comes_back_later_is_reversed(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    line = scene.run().lines.get()
    told(scene, paid(line))

    told(scene, ("2022-06-09", line.reference, "", "20000.00", "退汇", "账户已销"))

    assert [balance_of(f"{kind}:{grant.name}") for kind in ("paid", "reserved")] == [0, 2 * WAN]
    assert Instalment.objects.get().state == "planned"
    assert Grant.objects.get().state == "active"
    assert grant.person.facts.standing().filter(kind="benefit_received").count() == 0
    assert verify().difference is None


def test_paid_and_returned_in_one_statement(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    line = scene.run().lines.get()

    outcomes = told(scene, paid(line), ("2022-06-09", line.reference, "", "20000.00", "退汇"))

    assert (outcomes, balance_of(f"paid:{grant.name}")) == (["confirmed", "returned"], 0)
    assert verify().difference is None


def test_what_the_bank_says_beyond_ours_waits_and_stops_the_next_run(scene: Scene) -> None:
    scene.granted("甲")
    line = scene.run().lines.get()
    outcomes = told(
        scene,
        paid(line, "19999.99"),
        ("2022-06-02", "R999999-00001", "5.00"),
        ("2022-06-02", "", "3.00", "", "", "手续费"),
    )
    person = scene.entitled("乙")
    scene.account(person, "6222020200112399999")
    scene.grant(person)

    assert outcomes == ["unknown"] * 3
    assert next(row.reason for row in StatementLine.objects.order_by("number")) == "金额与款项不符"
    with pytest.raises(NotPossible, match="未说明的差异"):
        scene.run("sealed")
    for row in StatementLine.objects.all():
        explain_line(line=row, reason="已与银行核对", by=scene.maker)
    second = scene.place.root and PaymentLine.objects.exclude(pk=line.pk).get().run
    seal_run(run=second, by=scene.checker)
    assert second.state == "sealed"


def test_a_payment_confirmed_twice_is_told(scene: Scene) -> None:
    scene.granted("甲")
    line = scene.run().lines.get()
    told(scene, paid(line))

    assert told(scene, ("2022-06-03", line.reference, "20000.00")) == ["unknown"]
    assert StatementLine.objects.get(outcome="unknown").reason == "这笔款项已确认到账，银行可能重复支付"


def test_the_same_statement_and_one_that_does_not_add_up_are_refused(scene: Scene) -> None:
    scene.granted("甲")
    line = scene.run().lines.get()
    told(scene, paid(line))

    with pytest.raises(NotPossible, match="已导入过"):
        told(scene, paid(line))
    bad = statement(("2022-06-05", "", "3.00"), opening="100.00", closing="98.00")
    with pytest.raises(NotPossible, match="不平"):
        import_statement(home=scene.place.root, data=bad, file_name="b", bank=BANK, by=scene.maker)


def test_a_gap_between_two_statements_is_a_difference(scene: Scene) -> None:
    for opening, closing, day in (("100.00", "97.00", 1), ("90.00", "87.00", 2)):
        data = statement((f"2022-06-0{day}", "", "3.00"), opening=opening, closing=closing)
        import_statement(home=scene.place.root, data=data, file_name="b", bank=BANK, by=scene.maker)

    gap = StatementLine.objects.get(number=0)
    assert (gap.amount_fen, gap.outcome) == (700, "unknown")


def test_without_a_statement_two_persons_say_the_same(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    line = scene.run("exported").lines.get()

    def say(by: object, state: str = "confirmed") -> bool:
        return tell_line(line=line, state=state, day=DAY, reason="回单", by=by)  # type: ignore[arg-type]

    assert say(scene.maker) is False
    with pytest.raises(NotPossible, match="另一人"):
        say(scene.maker)
    assert say(scene.checker, "returned") is False
    assert say(scene.checker, "confirmed") is False
    assert balance_of(f"paid:{grant.name}") == 0
    assert say(scene.maker) is True
    assert (balance_of(f"paid:{grant.name}"), line.run.__class__.objects.get().state) == (2 * WAN, "settled")


def test_changed_rows_do_not_leave_as_a_bank_file(scene: Scene) -> None:
    scene.granted("甲")
    run = scene.run("sealed")
    run.lines.update(amount_fen=3 * WAN)

    with pytest.raises(FileDiffers):
        export_run(run=run, by=scene.maker)


def test_the_bank_file_is_the_same_each_time(scene: Scene) -> None:
    scene.granted("甲", "乙")
    run = scene.run("sealed")

    assert export_run(run=run, by=scene.maker).content == export_run(run=run, by=scene.checker).content


def test_a_draft_can_be_changed_returned_and_given_up(scene: Scene) -> None:
    scene.granted("甲", "乙")
    run = scene.run("draft")
    remove_line(line=run.lines.first(), by=scene.maker, reason="待核")  # type: ignore[arg-type]
    submit_run(run=run, by=scene.maker)
    return_run(run=run, by=scene.checker, reason="缺附件")
    with pytest.raises(NotPossible, match="刷新"):
        send_run(run=run, by=scene.maker)

    cancel_run(run=run, by=scene.maker, reason="重做")

    run.refresh_from_db()
    assert (run.state, run.lines_total) == ("cancelled", 1)
    assert due_instalments(scene.place.root, DAY).count() == 2


def test_what_holds_a_payment_back(scene: Scene) -> None:
    person = scene.entitled("甲")
    grant = scene.grant(person)

    def hold() -> str:
        [line] = due_lines(due_instalments(scene.place.root, DAY), scene.place.root)
        return line.hold

    assert hold() == "没有已确认的收款账户"
    scene.account(person)
    assert hold() == ""
    suspend_grant(grant=grant, suspended=True, reason="核查", by=scene.maker)
    assert hold() == "拨付事项已暂停"


def test_a_merge_between_grant_and_payment_follows_the_person(scene: Scene) -> None:
    dropped, kept = scene.entitled("甲"), scene.place.person("甲")
    grant = scene.grant(dropped)
    scene.account(kept)
    Person.objects.filter(pk=dropped.pk).update(merged_into=kept)

    line = scene.run().lines.get()
    told(scene, paid(line))

    assert (line.account.person, balance_of(f"paid:{grant.name}")) == (kept, 2 * WAN)
    assert kept.facts.filter(kind="benefit_received").count() == 1


def test_what_was_read_before_the_turn_is_looked_at_again_in_it(scene: Scene) -> None:
    merged, returned = scene.granted("甲", "乙")
    kept = scene.place.person("丙")
    run = scene.run()
    early = {line.instalment.grant_id: line for line in payments_read().filter(run=run)}
    Person.objects.filter(pk=merged.person_id).update(merged_into=kept)
    told(scene, (DAY, early[returned.pk].reference, "", "20000.00", "", "户名不符"))
    PaymentLine.objects.filter(instalment__grant=merged).update(
        told="confirmed", told_on=DAY, told_by=scene.maker
    )

    assert tell_line(line=early[merged.pk], state="confirmed", day=DAY, reason="回单", by=scene.checker)
    with pytest.raises(NotPossible, match="尚无结果"):
        tell_line(line=early[returned.pk], state="confirmed", day=DAY, reason="回单", by=scene.checker)

    assert [fact.person for fact in Fact.objects.filter(kind="benefit_received")] == [kept]
    assert (balance_of(f"paid:{merged.name}"), balance_of(f"paid:{returned.name}")) == (2 * WAN, 0)


def test_two_grants_that_a_merge_brings_together_are_held(scene: Scene) -> None:
    dropped, kept = scene.entitled("甲"), scene.entitled("甲")
    scene.grant(dropped)
    scene.grant(kept)
    scene.account(kept)
    Person.objects.filter(pk=dropped.pk).update(merged_into=kept)

    lines = due_lines(due_instalments(scene.place.root, DAY), scene.place.root)

    assert {line.hold for line in lines} == {"档案合并后同一待遇有两项拨付，须先终止一项"}


def test_a_condition_is_checked_on_the_day_it_falls_due() -> None:
    scene = make_scene("gallery")
    root, policy = scene.place.root, scene.place.pack.policies["r16-dingxi-package"]
    benefit = next(item for item in policy.versions[-1].benefits if item.pay.each_if)
    person = scene.place.person("甲")
    scene.account(person)
    grant = Grant.objects.create(
        home=root,
        person=person,
        policy=policy.id,
        benefit=benefit.id,
        title="t",
        version_since=policy.versions[-1].since,
        as_of=DAY,
        source_key="k",
        fund="f",
        line="l",
        whole_fen=2,
        total_fen=2,
        granted_on=DAY,
    )
    budget = BudgetLine.objects.create(home=root, fund="f", year=2024, line="l")
    needs = str(benefit.pay.each_if and benefit.pay.each_if.text)
    due = date(2024, 6, 1)
    Instalment.objects.create(
        grant=grant, number=2, due=due, amount_fen=1, whole_fen=1, needs=needs, budget=budget
    )

    def hold() -> str:
        [line] = due_lines(due_instalments(root, date(2024, 7, 1)), root)
        return line.hold

    def reviewed(result: str, day: date) -> None:
        fact = FactDraft("annual_review", {"year": day.year - 1, "result": result}, day)
        record_facts(person=person, facts=[fact], source=SourceFactory())

    assert hold() == f"发放条件待核：{needs}"
    reviewed("qualified", date(2024, 6, 2))
    assert hold() == f"发放条件待核：{needs}"
    reviewed("failed", date(2024, 3, 1))
    assert hold() == f"未达到发放条件：{needs}"
    reviewed("qualified", date(2024, 4, 1))
    assert hold() == ""


def test_ending_a_grant_frees_its_money(scene: Scene) -> None:
    [grant] = scene.granted("甲")

    assert end_grant(grant=grant, day=DAY, reason="放弃", by=scene.maker) == 2 * WAN
    assert balance_of(BUDGET) == 1200 * WAN
    with pytest.raises(NotPossible):
        end_grant(grant=grant, day=DAY, reason="放弃", by=scene.maker)


def test_a_grant_with_money_at_the_bank_is_not_ended(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    scene.run()

    with pytest.raises(NotPossible, match="拨付批次中"):
        end_grant(grant=grant, day=DAY, reason="放弃", by=scene.maker)


def test_bank_details_need_two_people_one_of_them_the_person(scene: Scene) -> None:
    person = scene.entitled("甲")
    account = propose_account(
        person=person, number="6222 0202 0011 2345", bank="行", holder="甲", by=scene.maker
    )

    assert (account.masked, b"6222020200112345" in bytes(account.sealed)) == ("6222********2345", False)
    with pytest.raises(NotPossible, match="提交人不能"):
        confirm_account(account=account, by=scene.maker)
    with pytest.raises(NotPossible, match="签字的凭证"):
        confirm_account(account=account, by=scene.checker)
    own = scene.place.user("person", person=person)
    confirm_account(account=account, by=own)
    assert PayeeAccount.objects.get().state == "confirmed"


def test_a_new_account_replaces_the_old_and_is_noted_in_the_next_run(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    told(scene, paid(scene.run().lines.get()))
    new = scene.account(grant.person, "6222020200119999999")
    Instalment.objects.update(state="planned", attempt=2)
    PaymentLine.objects.update(state="confirmed")
    Instalment.objects.create(
        grant=grant, number=2, due=DAY, amount_fen=1, whole_fen=1, budget=Instalment.objects.get().budget
    )
    Grant.objects.update(state="active")

    [line] = due_lines(due_instalments(scene.place.root, DAY), scene.place.root)

    assert (line.account, line.note) == (new, "收款账户在上次发放后更换")


def test_facts_that_came_in_later_do_not_undo_a_promise(scene: Scene) -> None:
    [grant] = scene.granted("甲")
    home = FactDraft("home", {"owned": True}, date(2022, 5, 1))

    record_facts(person=grant.person, facts=[home], source=SourceFactory())

    assert scene.run("sealed").state == "sealed"


def test_unknown_benefits_are_refused(scene: Scene) -> None:
    with pytest.raises(NotPossible):
        grant_benefit(person=scene.entitled("甲"), policy=POLICY, benefit="nothing", source_key="x", day=DAY)
    assert BENEFIT not in Grant.objects.values_list("benefit", flat=True)


def test_the_queries_of_sealing_do_not_grow_with_the_payments(scene: Scene) -> None:
    counts = []
    for names in (("甲",), ("乙", "丙", "丁")):
        scene.granted(*names)
        run = scene.run("submitted")
        with CaptureQueriesContext(connection) as captured:
            seal_run(run=run, by=scene.checker)
        counts.append(len(captured))

    assert counts[0] == counts[1]
