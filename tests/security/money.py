"""Money of one place, for the addresses of the pages of funds (资金对象)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.funds.actions.budgets import load_budgets
from juxian.apps.funds.actions.payees import confirm_account, propose_account
from juxian.apps.funds.actions.runs import draft_run, seal_run, submit_run
from juxian.apps.funds.actions.seats import take_seat
from juxian.apps.funds.actions.statements import import_statement
from juxian.apps.funds.models import (
    BankStatement,
    BudgetChange,
    BudgetLine,
    Grant,
    Instalment,
    Obligation,
    PayeeAccount,
    PaymentRun,
    Recovery,
    Relief,
    Seat,
    StatementLine,
)
from juxian.apps.persons.models import Person
from juxian.apps.policies.models import SweepRun
from tests.apps.funds.scene import BANK, BENEFIT, POLICY, Scene, statement
from tests.determinations import determined
from tests.web.places import Place

DAY = date(2022, 6, 1)
NUMBER = "6222020200112345678"


@dataclass
class Money:
    """draft, sealed: runs. candidate: entitled and without a grant, in the place whose policy is known."""

    grant: Grant
    account: PayeeAccount
    draft: PaymentRun
    sealed: PaymentRun
    statement: BankStatement
    line: StatementLine
    candidate: Person | None
    recovery: Recovery
    relief: Relief
    seat: Seat
    budget_change: BudgetChange

    def arguments(self) -> dict[str, int]:
        return {
            "grant": self.grant.pk,
            "payee_account": self.account.pk,
            "run": self.draft.pk,
            "sealed_run": self.sealed.pk,
            "payment": self.draft.lines.get().pk,
            "statement": self.statement.pk,
            "statement_line": self.line.pk,
            "recovery": self.recovery.pk,
            "relief": self.relief.pk,
            "seat": self.seat.pk,
            "budget_change": self.budget_change.pk,
        }


def make_money(place: Place, office: User, person: Person) -> Money:
    load_budgets(place.pack, place.root)
    checker = place.user(Role.OFFICE, name="复核员")
    scene = Scene(place, office, checker)
    confirmed = propose_account(
        person=person, number=NUMBER, bank="测试银行", holder=person.name, by=office, evidence="确认书"
    )
    confirm_account(account=confirmed, by=checker)
    account = propose_account(
        person=person, number=NUMBER[::-1], bank="测试银行", holder=person.name, by=office, evidence="确认书"
    )
    grant = _grant(place, person)
    sealed, draft = (
        draft_run(home=place.root, as_of=DAY, title="批次", bank=BANK, by=office, instalments=[item.pk])
        for item in grant.instalments.order_by("number")[:2]
    )
    submit_run(run=sealed, by=office)
    seal_run(run=sealed, by=checker)
    data = statement(("2022-05-20", place.pack.code, "3.00"))
    found = import_statement(home=place.root, data=data, file_name="对账单.csv", bank=BANK, by=office)
    candidate = _candidate(scene) if POLICY in place.pack.policies else None
    recovery = _recovery(grant)
    _obligation(_grant(place, person, "fulfilled"), date(2010, 1, 1))
    relief = Relief.objects.create(
        recovery=recovery, kind="waiver", amount_fen=1, reason="困难", asked_by=office
    )
    return Money(
        grant,
        account,
        draft,
        sealed,
        found,
        found.lines.get(),
        candidate,
        recovery,
        relief,
        _seat(place, person, office),
        _budget_change(place, checker),
    )


def _budget_change(place: Place, by: User) -> BudgetChange:
    """Asked by the second clerk, so that the office decides."""
    line = BudgetLine.objects.filter(home=place.root, closed_on=None).order_by("-year", "pk")[0]
    return BudgetChange.objects.create(
        home=place.root,
        kind="appropriate",
        fund=line.fund,
        year=line.year,
        line=line.line,
        source=next(iter(place.pack.funds.sources)),
        amount_fen=100,
        document="追加",
        asked_by=by,
        asked_on=DAY,
    )


def _seat(place: Place, person: Person, office: User) -> Seat:
    """A post of a pool; one of a pool that the pack no longer has where it has none."""
    since = date(2022, 1, 10)
    pools = place.pack.funds.pools
    if pools:
        pool = next(iter(pools.values()))
        return take_seat(
            home=place.root,
            pool=pool,
            person=person,
            unit=place.employer,
            document="批复",
            since=since,
            by=office,
        )
    return Seat.objects.create(
        home=place.root, pool="former", person=person, unit=place.employer, document="批复", since=since
    )


def _obligation(grant: Grant, since: date) -> Obligation:
    return Obligation.objects.create(grant=grant, since=since, serve_months=60, formula="full")


def _recovery(grant: Grant) -> Recovery:
    duty = _obligation(grant, DAY)
    Obligation.objects.filter(pk=duty.pk).update(state="breached")
    return Recovery.objects.create(
        obligation=duty, ended_on=DAY, how="left", served_months=0, refund_fen=100, found_on=DAY
    )


def _grant(place: Place, person: Person, benefit: str = "benefit") -> Grant:
    line = BudgetLine.objects.filter(home=place.root)[0]
    grant = Grant.objects.create(
        home=place.root,
        person=person,
        policy="policy",
        benefit=benefit,
        title=f"{person.name}的补贴",
        version_since=DAY,
        as_of=DAY,
        source_key=f"security:{person.pk}:{benefit}",
        fund=line.fund,
        line=line.line,
        whole_fen=300,
        total_fen=300,
        granted_on=DAY,
    )
    Instalment.objects.bulk_create(
        Instalment(grant=grant, number=number, due=DAY, amount_fen=100, whole_fen=100, budget=line)
        for number in (1, 2, 3)
    )
    Instalment.objects.create(grant=grant, number=4, due=DAY, amount_fen=100, whole_fen=100)
    return grant


def _candidate(scene: Scene) -> Person:
    person = scene.entitled("待核定")
    run = SweepRun.objects.create(
        pack=scene.place.pack.code, as_of=DAY, engine="polars", finished_at="2022-06-01T00:00:00Z"
    )
    determined(run, person, POLICY, BENEFIT, amount_fen=2_000_000)
    return person
