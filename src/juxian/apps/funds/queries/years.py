"""What a change to the budgets of a year would do, before anybody does it (预算变动的后果)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.funds.enums import ChangeKind, InstalmentState, LineState, OpenPromises
from juxian.apps.funds.models import BudgetChange, BudgetLine, Grant, Instalment, PaymentLine
from juxian.apps.funds.models.budgets import budget_name
from juxian.apps.funds.queries.budgets import budget_lines, outside, provided
from juxian.apps.funds.queries.grants import READERS
from juxian.apps.funds.queries.ledger import balances_of
from juxian.apps.funds.rules import NotPossible, funds_paid_anywhere
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.book import Fund, FundsBook
from juxian.core.ledger.book import Balances
from juxian.core.ledger.closing import YearLine, close_year
from juxian.core.ledger.entries import Entry
from juxian.core.ledger.flows import reserve, void
from juxian.core.ledger.shares import ShareResult, check_share
from juxian.core.packs import pack_called

CLOSING_MONTH = 12
SHOWN_PROMISES = 50


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """What is promised to one grant out of one line and not paid. in_run: part of it stands in a payment run."""

    line: int
    grant: int
    amount_fen: int
    in_run_fen: int

    @property
    def renewable_fen(self) -> int:
        return self.amount_fen - self.in_run_fen


@dataclass(frozen=True, slots=True)
class ClosingLine:
    """One line at the end of its year; whole fen. kept: stays promised out of this year, renewed: goes back first."""

    line: BudgetLine
    free_fen: int
    kept_fen: int
    renewed_fen: int
    carried_fen: int
    lapsed_fen: int


@dataclass(frozen=True)
class Closing:
    """The end of a year as it would be now. entries: what would be posted; promises: all that is open."""

    lines: tuple[ClosingLine, ...]
    promises: tuple[OpenPromise, ...]
    entries: tuple[Entry, ...]
    source: str
    renewed: bool

    @property
    def stamp(self) -> str:
        """Differs when anything that is shown differs: what was approved is what is done."""
        told = [entry.body_hash for entry in self.entries]
        told += [f"{item.line}:{item.grant}:{item.amount_fen}:{item.in_run_fen}" for item in self.promises]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def sum_of(self, name: str) -> int:
        """Of all lines: free_fen, kept_fen, renewed_fen, carried_fen or lapsed_fen."""
        return sum(getattr(line, name) for line in self.lines)


@dataclass(frozen=True, slots=True)
class YearPlan:
    """Promises of earlier grants that fall due in a year. grants: their core names; held: line id → instalments; left: what no line can bear."""

    entries: tuple[Entry, ...]
    grants: tuple[str, ...]
    held: Mapping[int, list[int]]
    amount_fen: int
    left: int
    left_fen: int

    @property
    def count(self) -> int:
        return sum(map(len, self.held.values()))


@dataclass(frozen=True, slots=True)
class EffectLine:
    """One line before and after a change: what is free of it."""

    fund: str
    line: str
    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of amounts does. rules: of the funds it touches, as they stand afterwards."""

    lines: tuple[EffectLine, ...]
    rules: tuple[ShareResult, ...]

    @property
    def enough(self) -> bool:
        return all(line.after_fen >= 0 for line in self.lines)


def changes_visible_to(user: User) -> QuerySet[BudgetChange]:
    """Changes to budgets of the jurisdictions that the user works for, and to funds that their department pays."""
    seen = Q(home__in=Organisation.objects.under(*user.paths_for(READERS, on=today())))
    for pack, funds in funds_paid_anywhere(user).items():
        seen |= Q(home__pack=pack, fund__in=funds) & (Q(other_fund="") | Q(other_fund__in=funds))
    return BudgetChange.objects.filter(seen).select_related("home", "asked_by", "decided_by")


def closing_of(home: Organisation, fund: Fund, year: int, promises: str, day: date) -> Closing:
    """How the year would be closed on ``day``; nothing is posted.

    Raises ``NotPossible`` (closed before, not over, the next year is closed) and ``OpenReserves``.
    """
    stored = [line for line in budget_lines(home, year) if line.fund == fund.id and line.closed_on is None]
    order = list(fund.lines)
    stored.sort(key=lambda line: order.index(line.line) if line.line in order else len(order))
    if not stored:
        raise NotPossible(_("%(year)s 年没有可关账的预算。") % {"year": year})
    if day < date(year, CLOSING_MONTH, 1):
        raise NotPossible(_("%(year)s 年 12 月起才能关账。") % {"year": year})
    if BudgetLine.objects.filter(home=home, fund=fund.id, year=year + 1).exclude(closed_on=None).exists():
        raise NotPossible(_("%(year)s 年已关账，没有可以结转的年度。") % {"year": year + 1})
    source = source_of(pack_called(home.pack).funds, fund, year)
    found = open_promises(stored)
    renewed = promises == OpenPromises.RENEW
    back = _given_back(home, stored, found, day) if renewed else ()
    lines = [
        YearLine(
            line.name,
            budget_name(home.pack, fund.id, year + 1, line.line),
            f"{home.pack}/{source}",
            tuple(f"{home.pack}/{item.grant}" for item in found if item.line == line.pk),
        )
        for line in stored
    ]
    balances = _balances(stored, found, home, back)
    entries = close_year(balances, lines, fund.carry, day)
    return Closing(
        tuple(_closing_line(line, balances, found, fund, renewed) for line in stored),
        found,
        (*back, *entries),
        source,
        renewed,
    )


def open_promises(lines: Sequence[BudgetLine]) -> tuple[OpenPromise, ...]:
    """What is promised out of the lines and not paid, in the order of grants; one query."""
    live = PaymentLine.objects.filter(instalment=OuterRef("pk"), state=LineState.OPEN)
    rows = (
        Instalment.objects.filter(budget__in=[line.pk for line in lines], state=InstalmentState.PLANNED)
        .annotate(in_run=Exists(live))
        .order_by("grant_id", "number")
        .values_list("budget_id", "grant_id", "amount_fen", "in_run")
    )
    sums: dict[tuple[int, int], list[int]] = {}
    for line, grant, amount, in_run in rows:
        both = sums.setdefault((line, grant), [0, 0])
        both[0] += amount
        both[1] += amount if in_run else 0
    return tuple(OpenPromise(line, grant, *both) for (line, grant), both in sums.items())


def grants_named(promises: Sequence[OpenPromise]) -> list[tuple[Grant, OpenPromise]]:
    """The first of the open promises with their grants and persons, for the eye; one query."""
    shown = promises[:SHOWN_PROMISES]
    grants = Grant.objects.select_related("person", "home").in_bulk([item.grant for item in shown])
    return [(grants[item.grant], item) for item in shown]


def _given_back(
    home: Organisation, stored: Sequence[BudgetLine], promises: Sequence[OpenPromise], day: date
) -> tuple[Entry, ...]:
    """Promises go back into their line; payments that stand in a run stay promised."""
    by_pk = {line.pk: line for line in stored}
    return tuple(
        void(
            by_pk[item.line].name,
            f"{home.pack}/{item.grant}",
            item.renewable_fen,
            day,
            f"close-{item.line}",
            f"close:{by_pk[item.line].name}",
        )
        for item in promises
        if item.renewable_fen
    )


def _balances(
    stored: Sequence[BudgetLine], promises: Sequence[OpenPromise], home: Organisation, back: Sequence[Entry]
) -> Balances:
    """Of the lines and the grants, after the promises went back."""
    wanted = {line.account_name for line in stored}
    wanted |= {f"reserved:{home.pack}/{item.grant}" for item in promises}
    amounts = balances_of(wanted)
    for entry in back:
        for name, change in entry.changes.items():
            amounts[name] += change
    return Balances({}, amounts)


def _closing_line(
    line: BudgetLine, balances: Balances, promises: Sequence[OpenPromise], fund: Fund, renewed: bool
) -> ClosingLine:
    here = [item for item in promises if item.line == line.pk]
    back = sum(item.renewable_fen for item in here) if renewed else 0
    left = balances.of(line.account_name)
    carried = left * fund.carry.carry_per_mille // 1000
    kept = sum(item.amount_fen for item in here) - back
    return ClosingLine(line, left - back, kept, back, carried, left - carried)


def source_of(book: FundsBook, fund: Fund, year: int) -> str:
    """The source to which what lapses goes back: the first that gave to the fund."""
    given = (
        item.giver
        for budget in book.budgets
        if budget.fund == fund.id and budget.year == year
        for item in budget.appropriations
        if not item.from_fund
    )
    return next(given, next(iter(book.sources), "source"))


def year_plan(home: Organisation, year: int, day: date) -> YearPlan:
    """What falls due by the end of the year from grants of earlier years and has no budget; the earliest first."""
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
        .order_by("due", "pk")
        .values_list("pk", "number", "amount_fen", "grant_id", "grant__fund", "grant__line")
    )
    sums: dict[tuple[int, int], int] = {}  # grant, line → fen
    first: dict[tuple[int, int], int] = {}  # grant, line → its first instalment, which numbers the promise
    held: dict[int, list[int]] = {}
    left = left_fen = 0
    for pk, number, amount, grant, fund, name in waiting:
        line = lines.get((fund, name))
        if line is None or free[line.account_name] < amount:
            left, left_fen = left + 1, left_fen + amount
            continue
        free[line.account_name] -= amount
        sums[grant, line.pk] = sums.get((grant, line.pk), 0) + amount
        first[grant, line.pk] = min(first.get((grant, line.pk), number), number)
        held.setdefault(line.pk, []).append(pk)
    by_pk = {line.pk: line for line in lines.values()}
    entries = tuple(
        reserve(by_pk[line].name, f"{home.pack}/{grant}", amount, day, f"{year}-{first[grant, line]}")
        for (grant, line), amount in sums.items()
    )
    names = tuple(dict.fromkeys(f"{home.pack}/{grant}" for grant, _line in sums))
    return YearPlan(entries, names, held, sum(sums.values()), left, left_fen)


def effect_of(change: BudgetChange, book: FundsBook) -> Effect:
    """What is free before and after, and the rules of the funds afterwards; a change of amounts, asked or not yet."""
    amount, name = change.amount_fen or 0, change.home.pack
    moves = {(change.fund, change.line): amount if change.kind == ChangeKind.APPROPRIATE else -amount}
    if change.kind == ChangeKind.MOVE:
        moves[change.fund, change.other_line] = amount
    elif change.kind == ChangeKind.ALLOT:
        moves[change.other_fund, change.other_line] = amount
    accounts = {key: f"budget:{budget_name(name, key[0], change.year, key[1])}" for key in moves}
    free = balances_of(accounts.values())
    lines = tuple(
        EffectLine(*key, free[accounts[key]], free[accounts[key]] + delta) for key, delta in moves.items()
    )
    stored = budget_lines(change.home, change.year)
    rules: list[ShareResult] = []
    for fund_id in dict.fromkeys(fund for fund, _line in moves):
        fund = book.funds[fund_id]
        amounts = dict.fromkeys(fund.lines, 0) | outside(book, change.year)
        amounts |= provided(change.home, fund_id, stored)
        for (of_fund, line), delta in moves.items():
            if of_fund == fund_id:
                amounts[line] = amounts.get(line, 0) + delta
        rules += [
            check_share(rule.share, amounts)
            for rule in fund.rules
            if rule.measure == "budget" and rule.since <= change.year
        ]
    return Effect(lines, tuple(rules))
