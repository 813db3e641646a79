"""Money of the demonstration (演示资金): a budget of this year, grants, accounts, and a run in each state.

Account numbers are made from the person's key and belong to nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice

from django.db import transaction

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import Post, User
from juxian.apps.clock import today
from juxian.apps.funds.actions.budgets import appropriate_more
from juxian.apps.funds.actions.grants import grant_benefit
from juxian.apps.funds.actions.payees import confirm_account, propose_account
from juxian.apps.funds.actions.recoveries import (
    demand_recovery,
    detect_breaches,
    open_fen,
    plan_recovery,
    receive_refund,
)
from juxian.apps.funds.actions.runs import draft_run, export_run, seal_run, send_run, submit_run
from juxian.apps.funds.actions.seats import return_seat, take_seat
from juxian.apps.funds.actions.statements import import_statement
from juxian.apps.funds.enums import InstalmentState, RunState
from juxian.apps.funds.models import BudgetLine, Grant, Instalment, Obligation, PaymentLine, PaymentRun
from juxian.apps.funds.rules import NotPossible, payer_of_run, payer_of_statements
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft, record_facts
from juxian.apps.persons.enums import SourceKind
from juxian.apps.persons.models import Fact, Person, Profile, Source
from juxian.apps.policies.models import Determination
from juxian.apps.policies.queries import newest_run
from juxian.core.dates import add_months
from juxian.core.funds.bank import amount_yuan
from juxian.core.funds.book import BankLayout, YearBudget
from juxian.core.ledger.refusals import Refused
from juxian.core.money import split_by_share
from juxian.core.packs.schema import Pack

GRANTS = 14
WITHOUT_ACCOUNT = 2
SEATS = 10
SEAT_MONTHS = 14
LEFT_MONTHS_AGO = 4
PARTS = 6
PAPER = "账户确认书（演示）"
RUNS = (
    (RunState.SETTLED, 3),
    (RunState.SENT, 2),
    (RunState.EXPORTED, 1),
    (RunState.SEALED, 1),
    (RunState.SUBMITTED, 2),
    (RunState.DRAFT, 1),
)
ORDER = [RunState.DRAFT, RunState.SUBMITTED, RunState.SEALED, RunState.EXPORTED, RunState.SENT]


def seed_funds(pack: Pack, root: Organisation, maker: User, checker: User) -> None:
    """Budgets, grants and runs of one place; a place without funds gets none."""
    if not pack.funds.funds or not pack.funds.banks:
        return
    _provide_this_year(pack, root, maker)
    grants = list(islice(_grants(pack, root, maker), GRANTS))
    since = dict(Obligation.objects.filter(grant__in=grants).values_list("grant_id", "since"))
    grants.sort(
        key=lambda grant: since.get(grant.pk, date.min), reverse=True
    )  # the latest duties are paid first
    for grant in grants[: len(grants) - WITHOUT_ACCOUNT]:
        _account(grant.person, maker, checker)
    _runs(pack, root, grants, maker, checker)
    _leave(root, maker)
    _seats(pack, root, maker)


def _leave(root: Organisation, by: User) -> None:
    """Somebody who was paid left before the years were served, and is asked to pay back in parts."""
    paid = Obligation.objects.filter(grant__home=root, grant__instalments__state=InstalmentState.PAID)
    duty = paid.select_related("grant__person").order_by("-since").first()
    left = add_months(today(), -LEFT_MONTHS_AGO)
    if duty is None or duty.since >= left:
        return
    source = Source.objects.create(
        kind=SourceKind.DEMO, title="离岗登记（演示）", organisation=root, day=today()
    )
    gone = FactDraft("departure", {"reason": "resigned"}, left)
    record_facts(person=duty.grant.person, facts=[gone], source=source)
    for recovery in detect_breaches(home=root, day=today(), by=by):
        demand_recovery(recovery=recovery, day=today(), by=by)
        owed = split_by_share(open_fen(recovery), [1] * PARTS)
        days = [add_months(today(), number) for number in range(1, PARTS + 1)]
        plan_recovery(recovery=recovery, parts=list(zip(days, owed, strict=True)), by=by)
        receive_refund(
            recovery=recovery, amount_fen=owed[0], day=today(), reference="回单 0001（演示）", by=by
        )


def _seats(pack: Pack, root: Organisation, by: User) -> None:
    """Posts of each pool: those that rosters tell of, else a few of the first persons; one has come back."""
    for pool in pack.funds.pools.values():
        facts = Fact.objects.standing().filter(person__home=root, kind=pool.fact, until=None)
        told = {fact.person_id: fact.value.get("unit", "") for fact in facts.order_by("pk")[:SEATS]}
        if not told:
            people = Profile.objects.filter(person__home=root, status="serving").exclude(employer="")
            told = dict(people.order_by("person_id").values_list("person_id", "employer")[:SEATS])
        units = {
            unit.code: unit for unit in Organisation.objects.under(root.path).filter(code__in=told.values())
        }
        since = max(pool.day, add_months(today(), -SEAT_MONTHS))
        seats = [
            take_seat(
                home=root,
                pool=pool,
                person=person,
                unit=units[told[person.pk]],
                document="用编批复（演示）",
                since=since,
                by=by,
            )
            for person in Person.objects.filter(pk__in=told).order_by("pk")
            if told[person.pk] in units
        ]
        if len(seats) > 1 and not pool.fact:
            return_seat(seat=seats[-1], day=today(), reason="调离，编制收回（演示）", by=by)


def _provide_this_year(pack: Pack, root: Organisation, by: User) -> None:
    """What the last budget of the pack provided, once more for this year."""
    year = today().year
    last: dict[str, YearBudget] = {}
    for budget in sorted(pack.funds.budgets, key=lambda item: item.year):
        last[budget.fund] = budget
    for fund, budget in last.items():
        if BudgetLine.objects.filter(home=root, fund=fund, year=year).exists():
            continue
        for item in budget.appropriations:
            if not item.from_fund:
                appropriate_more(
                    home=root,
                    fund=pack.funds.funds[fund],
                    year=year,
                    line=item.line,
                    source=item.giver,
                    amount_fen=item.amount_fen,
                    document=f"{year} 年预算（演示）",
                    day=today().replace(month=1, day=5),
                    by=by,
                )


def _grants(pack: Pack, root: Organisation, by: User) -> Iterator[Grant]:
    """Grants to those the newest run found entitled, as long as today's facts say the same."""
    run = newest_run(pack.code)
    rows = Determination.objects.filter(answer__run=run, answer__verdict="yes", amount_fen__gt=0)
    rows = rows.select_related("answer", "person__home")
    for row in rows.order_by("person_id", "-amount_fen").iterator():
        word = f"{row.policy}/{row.benefit}"
        if not pack.funds.lines_for(word):
            continue
        try:
            with transaction.atomic():
                grant = grant_benefit(
                    person=row.person,
                    policy=row.policy,
                    benefit=row.benefit,
                    source_key=f"demo:{word}:{row.person_id}",
                    by=by,
                )
        except (NotPossible, Refused):
            continue
        yield grant


def _account(person: Person, maker: User, checker: User) -> None:
    if person.payee_accounts.exists():
        return
    number = f"622848{person.pk:013d}"
    account = propose_account(
        person=person, number=number, bank="演示银行", holder=person.name, by=maker, evidence=PAPER
    )
    confirm_account(account=account, by=checker)


def _runs(pack: Pack, root: Organisation, grants: list[Grant], maker: User, checker: User) -> None:
    """A run in each state; the payments of the settled one came back in a statement, the last of them returned."""
    with_account = {grant.pk for grant in grants[: len(grants) - WITHOUT_ACCOUNT]}
    due = Instalment.objects.filter(grant__in=with_account, due__lte=today(), budget__isnull=False)
    waiting = list(due.order_by("pk").values_list("pk", flat=True))
    bank = next(iter(pack.funds.banks))
    for number, (state, count) in enumerate(RUNS, 1):
        chosen, waiting = waiting[:count], waiting[count:]
        if not chosen:
            return
        title = f"{today():%Y-%m} 第 {number} 批"
        run = draft_run(home=root, as_of=today(), title=title, bank=bank, by=maker, instalments=chosen)
        payer = _payer(payer_of_run(run), root, maker)
        reader = _payer(payer_of_statements(root), root, maker)
        _bring(run, state, maker, checker, payer)
        if state is RunState.SETTLED and payer and reader:
            _settle(run, pack.funds.banks[bank], reader)


def _payer(unit: str, root: Organisation, office: User) -> User | None:
    """The demonstration's clerk of a department that pays, who gets a post there; the office's where none is named."""
    if not unit:
        return office
    clerk = User.objects.filter(
        is_demo=True, posts__role=Role.DEPARTMENT, posts__organisation__pack=root.pack
    ).first()
    paying = Organisation.objects.filter(code=unit).first()
    if clerk is None or paying is None:
        return None
    Post.objects.get_or_create(
        user=clerk, role=Role.DEPARTMENT, organisation=paying, defaults={"since": today()}
    )
    return clerk


def _bring(run: PaymentRun, state: RunState, maker: User, checker: User, payer: User | None) -> None:
    """As far along the way as ``state``; no further than the seal where nobody pays."""
    steps: list[Callable[[], object]] = [
        lambda: submit_run(run=run, by=maker),
        lambda: seal_run(run=run, by=checker),
    ]
    if payer is not None:
        steps += [lambda: export_run(run=run, by=payer), lambda: send_run(run=run, by=payer)]
    upto = ORDER.index(state) if state in ORDER else len(steps)
    for step in steps[:upto]:
        step()


def _settle(run: PaymentRun, layout: BankLayout, by: User) -> None:
    lines = list(run.lines.order_by("position"))
    titles = [layout.statement[name][0] for name in ("day", "reference", "paid", "status", "note")]
    rows = [_told(line, line is lines[-1] and len(lines) > 1) for line in lines]
    data = "\r\n".join(",".join(row) for row in (titles, *rows)).encode("gb18030")
    name = f"对账单-{today().isoformat()}.csv"
    import_statement(home=run.home, data=data, file_name=name, bank=layout.id, by=by)


def _told(line: PaymentLine, returned: bool) -> list[str]:
    status, note = ("退回", "账户信息不符") if returned else ("成功", "")
    return [today().isoformat(), line.reference, amount_yuan(line.amount_fen), status, note]
