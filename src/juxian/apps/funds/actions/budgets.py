"""What a year provides, and the end of a year (预算下达、调整、关账)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.funds.actions.posting import open_accounts, post
from juxian.apps.funds.enums import InstalmentState
from juxian.apps.funds.models import BudgetLine, Instalment
from juxian.apps.funds.models.budgets import budget_name
from juxian.apps.funds.queries.budgets import budget_lines, outside, spent_by_line, used_of
from juxian.apps.funds.queries.ledger import balances_of
from juxian.apps.funds.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.book import Fund, FundsBook, Measure, YearBudget
from juxian.core.ledger.accounts import Account, Kind, Unit, account
from juxian.core.ledger.book import Balances
from juxian.core.ledger.closing import OpenReserves, YearLine, close_year
from juxian.core.ledger.entries import Entry
from juxian.core.ledger.flows import allot, appropriate, reserve
from juxian.core.ledger.shares import blocking
from juxian.core.packs import pack_called
from juxian.core.packs.schema import Pack


@transaction.atomic
def load_budgets(pack: Pack, root: Organisation, by: User | None = None) -> int:
    """Post every budget and pool of the pack's ``funds.yaml``; what stands already is left alone. Returns new entries.

    Raises ``KeyReused`` when a paper now says another amount: a change needs a paper of its own.
    """
    book, entries, accounts = pack.funds, [], []
    for budget in book.budgets:
        _store_lines(root, budget)
        for entry, opened in _given(pack.code, budget):
            entries.append(entry)
            accounts += opened
    for pool in book.pools.values():
        unit = Unit(pool.unit)
        name, source = pool_name(pack.code, pool.id), pool_name(pack.code, f"{pool.id}/total")
        accounts += [account(Kind.APPROPRIATION, source, unit), account(Kind.BUDGET, name, unit)]
        entries.append(appropriate(source, name, pool.total, pool.day, pool.document))
    if not entries:
        return 0
    open_accounts(accounts, root)
    new = len(post(*entries, by=by).new)
    if new:
        record(
            "funds.budgets_loaded",
            actor=by,
            subject=root,
            organisation_path=root.path,
            detail={"entries": new},
        )
    return new


def pool_name(pack: str, pool: str) -> str:
    return f"{pack}/pool/{pool}"


def _store_lines(home: Organisation, budget: YearBudget) -> None:
    lines = {item.line for item in budget.appropriations}
    BudgetLine.objects.bulk_create(
        (BudgetLine(home=home, fund=budget.fund, year=budget.year, line=line) for line in sorted(lines)),
        ignore_conflicts=True,
    )


def _given(pack: str, budget: YearBudget) -> Iterable[tuple[Entry, list[Account]]]:
    for item in budget.appropriations:
        target = budget_name(pack, budget.fund, budget.year, item.line)
        opened = [account(Kind.BUDGET, target)]
        if item.from_fund:
            fund, _slash, line = item.giver.partition("/")
            upper = budget_name(pack, fund, budget.year, line)
            opened.append(account(Kind.BUDGET, upper))
            yield allot(upper, target, item.amount_fen, budget.day, budget.document), opened
        else:
            source = f"{pack}/{item.giver}"
            opened.append(account(Kind.APPROPRIATION, source))
            document = f"{budget.document}·{item.giver}"
            yield appropriate(source, target, item.amount_fen, budget.day, document), opened


@transaction.atomic
def appropriate_more(
    *,
    home: Organisation,
    fund: Fund,
    year: int,
    line: str,
    source: str,
    amount_fen: int,
    document: str,
    day: date,
    by: User,
) -> BudgetLine:
    """A paper gives more to a line of a year (下达、追加预算). Raises ``NotPossible`` when a rule of the fund blocks it."""
    pack = pack_called(home.pack)
    stored = budget_lines(home, year)
    _check_rules(pack.funds, fund, year, _provided(home, fund.id, stored), {line: amount_fen}, "budget")
    found, _created = BudgetLine.objects.get_or_create(home=home, fund=fund.id, year=year, line=line)
    if found.closed_on:
        raise NotPossible(_("%(year)s 年已关账，不能再下达。") % {"year": year})
    giver = f"{home.pack}/{source}"
    open_accounts([account(Kind.APPROPRIATION, giver), account(Kind.BUDGET, found.name)], home)
    post(appropriate(giver, found.name, amount_fen, day, f"{document}·{source}"), by=by)
    record(
        "funds.budget_appropriated",
        actor=by,
        subject=found,
        organisation_path=home.path,
        detail={"document": document, "source": source, "amount_fen": amount_fen},
    )
    return found


def _provided(home: Organisation, fund: str, stored: Sequence[BudgetLine]) -> dict[str, int]:
    lines = [line for line in stored if line.fund == fund]
    free, used = balances_of([line.account_name for line in lines]), used_of(lines)
    return {
        line.line: free[line.account_name]
        + (used[line.pk].promised_fen + used[line.pk].paid_fen if line.pk in used else 0)
        for line in lines
    }


def check_spending(home: Organisation, fund: Fund, year: int, more: Mapping[str, int]) -> None:
    """Raises ``NotPossible`` when promising ``more`` (line → fen) breaks a rule over what is spent."""
    if any(rule.measure == "spent" and rule.share.on_breach == "block" for rule in fund.rules):
        book = pack_called(home.pack).funds
        _check_rules(book, fund, year, spent_by_line(home, fund.id, year), more, "spent")


def _check_rules(
    book: FundsBook,
    fund: Fund,
    year: int,
    before: Mapping[str, int],
    more: Mapping[str, int],
    measure: Measure,
) -> None:
    known = dict.fromkeys(fund.lines, 0) | outside(book, year) | dict(before)
    after = known | {line: known.get(line, 0) + amount for line, amount in more.items()}
    rules = [rule.share for rule in fund.rules if rule.measure == measure and rule.since <= year]
    broken = blocking(rules, known, after)
    if broken:
        raise NotPossible(str(broken[0].message))


@transaction.atomic
def reserve_year(*, home: Organisation, year: int, day: date, by: User | None = None) -> int:
    """Promise out of the year's budget what falls due in it from grants of earlier years; the earliest first.

    What a line cannot bear stays without a budget and is not paid. Returns the number of instalments that got one.
    """
    lines = {(line.fund, line.line): line for line in budget_lines(home, year) if line.closed_on is None}
    free = balances_of([line.account_name for line in lines.values()])
    waiting = (
        Instalment.objects.filter(
            grant__home=home,
            grant__state="active",
            state=InstalmentState.PLANNED,
            budget=None,
            due__year__lte=year,
        )
        .select_related("grant__home")
        .order_by("due", "pk")
    )
    sums: dict[tuple[int, int], int] = {}  # grant, line → fen
    names: dict[int, str] = {}
    first: dict[tuple[int, int], int] = {}  # grant, line → its first instalment, which numbers the promise
    held: dict[int, list[int]] = {}
    for item in waiting:
        line = lines.get((item.grant.fund, item.grant.line))
        if line is None or free[line.account_name] < item.amount_fen:
            continue
        free[line.account_name] -= item.amount_fen
        sums[item.grant_id, line.pk] = sums.get((item.grant_id, line.pk), 0) + item.amount_fen
        names[item.grant_id] = item.grant.name
        first[item.grant_id, line.pk] = min(first.get((item.grant_id, line.pk), item.number), item.number)
        held.setdefault(line.pk, []).append(item.pk)
    by_pk = {line.pk: line for line in lines.values()}
    entries = [
        reserve(by_pk[line].name, names[grant], amount, day, first[grant, line])
        for (grant, line), amount in sums.items()
    ]
    if not entries:
        return 0
    post(*entries, by=by)
    for line_id, items in held.items():
        Instalment.objects.filter(pk__in=items).update(budget=line_id)
    count = sum(map(len, held.values()))
    record(
        "funds.year_reserved",
        actor=by,
        subject=home,
        organisation_path=home.path,
        detail={"year": year, "instalments": count, "amount_fen": sum(sums.values())},
    )
    return count


@transaction.atomic
def close_fund_year(*, home: Organisation, fund: Fund, year: int, day: date, by: User) -> int:
    """Carry what is left of a year into the next, by the fund's rule (年终结转); returns the entries.

    Raises ``OpenReserves`` when the rule refuses open promises, ``NotPossible`` when the year is closed or not over.
    """
    stored = [line for line in budget_lines(home, year) if line.fund == fund.id and line.closed_on is None]
    if not stored:
        raise NotPossible(_("%(year)s 年没有可关账的预算。") % {"year": year})
    if day < date(year, 12, 1):
        raise NotPossible(_("%(year)s 年 12 月起才能关账。") % {"year": year})
    source = f"{home.pack}/{_source_of(pack_called(home.pack).funds, fund, year)}"
    lines = [
        YearLine(
            line.name, budget_name(home.pack, fund.id, year + 1, line.line), source, tuple(_promised(line))
        )
        for line in stored
    ]
    wanted = {f"reserved:{grant}" for line in lines for grant in line.grants}
    wanted |= {line.account_name for line in stored}
    entries = close_year(Balances({}, balances_of(wanted)), lines, fund.carry, day)
    following = [account(Kind.BUDGET, line.next_budget) for line in lines]
    open_accounts([*following, account(Kind.APPROPRIATION, source)], home)
    BudgetLine.objects.bulk_create(
        (BudgetLine(home=home, fund=fund.id, year=year + 1, line=line.line) for line in stored),
        ignore_conflicts=True,
    )
    if entries:
        post(*entries, by=by)
    BudgetLine.objects.filter(pk__in=[line.pk for line in stored]).update(closed_on=day)
    record(
        "funds.year_closed",
        actor=by,
        subject=stored[0],
        organisation_path=home.path,
        detail={"fund": fund.id, "year": year, "entries": len(entries)},
    )
    return len(entries)


def _promised(line: BudgetLine) -> list[str]:
    """Core names of the grants with something open out of the line."""
    grants = (
        Instalment.objects.filter(budget=line, state=InstalmentState.PLANNED)
        .order_by("grant_id")
        .values_list("grant_id", flat=True)
        .distinct()
    )
    return [f"{line.home.pack}/{grant}" for grant in grants]


def _source_of(book: FundsBook, fund: Fund, year: int) -> str:
    """The source to which what lapses goes back: the first that gave to the fund."""
    given = (
        item.giver
        for budget in book.budgets
        if budget.fund == fund.id and budget.year == year
        for item in budget.appropriations
        if not item.from_fund
    )
    return next(given, next(iter(book.sources), "source"))


__all__ = [
    "OpenReserves",
    "appropriate_more",
    "check_spending",
    "close_fund_year",
    "load_budgets",
    "pool_name",
    "reserve_year",
]
