"""Budgets of a year beside what was promised and paid out of them (预算执行)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from juxian.apps.funds.enums import InstalmentState
from juxian.apps.funds.models import BudgetLine, Instalment
from juxian.apps.funds.queries.ledger import balances_of
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.book import Fund, FundsBook, Line, OutsideFigure
from juxian.core.funds.outlook import Execution, time_passed
from juxian.core.ledger.shares import ShareResult, check_share


@dataclass(frozen=True, slots=True)
class LineExecution:
    """One line of a fund in a year. ``stored`` None: the year provides nothing for it."""

    fund: Fund
    line: Line
    stored: BudgetLine | None
    execution: Execution


@dataclass(frozen=True, slots=True)
class FundExecution:
    """One fund in a year with its lines, their sum, and what its rules say."""

    fund: Fund
    lines: tuple[LineExecution, ...]
    total: Execution
    rules: tuple[ShareResult, ...]


@dataclass(frozen=True, slots=True)
class Used:
    """Whole fen out of one line."""

    promised_fen: int = 0
    paid_fen: int = 0


def budget_lines(home: Organisation, year: int) -> list[BudgetLine]:
    return list(BudgetLine.objects.filter(home=home, year=year).select_related("home"))


def years_of(home: Organisation) -> list[int]:
    """Years with a budget, the newest first."""
    years = BudgetLine.objects.filter(home=home).order_by("-year").values_list("year", flat=True)
    return list(years.distinct())


def used_of(lines: Iterable[BudgetLine]) -> dict[int, Used]:
    """Budget line id → what is promised and paid out of it, in one query."""
    rows = (
        Instalment.objects.filter(budget__in=[line.pk for line in lines])
        .order_by()
        .values_list("budget_id", "state")
        .annotate(Sum("amount_fen"))
    )
    found: dict[int, dict[str, int]] = {}
    for budget, state, amount in rows:
        found.setdefault(budget, {})[state] = amount
    return {
        budget: Used(states.get(InstalmentState.PLANNED, 0), states.get(InstalmentState.PAID, 0))
        for budget, states in found.items()
    }


def executions(home: Organisation, book: FundsBook, year: int, day: date) -> list[FundExecution]:
    """Every fund of the place in a year, in the order of the pack; three queries."""
    stored = budget_lines(home, year)
    free, used = balances_of([line.account_name for line in stored]), used_of(stored)
    by_word = {(line.fund, line.line): line for line in stored}
    passed = time_passed(year, day)
    return [_fund(fund, by_word, free, used, passed, book, year) for fund in book.funds.values()]


def _fund(
    fund: Fund,
    stored: Mapping[tuple[str, str], BudgetLine],
    free: Mapping[str, int],
    used: Mapping[int, Used],
    passed: int,
    book: FundsBook,
    year: int,
) -> FundExecution:
    lines = []
    for line in fund.lines.values():
        row = stored.get((fund.id, line.id))
        part = used.get(row.pk, Used()) if row else Used()
        left = free[row.account_name] if row else 0
        whole = left + part.promised_fen + part.paid_fen
        lines.append(
            LineExecution(fund, line, row, Execution(whole, part.promised_fen, part.paid_fen, passed))
        )
    every = [line.execution for line in lines]
    total = Execution(
        sum(item.budget_fen for item in every),
        sum(item.promised_fen for item in every),
        sum(item.paid_fen for item in every),
        passed,
    )
    provided = {line.line.id: line.execution.budget_fen for line in lines}
    spent = {line.line.id: line.execution.promised_fen + line.execution.paid_fen for line in lines}
    rules = tuple(
        check_share(rule.share, (provided if rule.measure == "budget" else spent) | outside(book, year))
        for rule in fund.rules
        if rule.since <= year
    )
    return FundExecution(fund, tuple(lines), total, rules)


def outside(book: FundsBook, year: int) -> dict[str, int]:
    """Outside figures known for the year: name → fen."""
    known: Iterable[OutsideFigure] = book.figures.values()
    return {figure.id: figure.values[year] for figure in known if year in figure.values}


def spent_by_line(home: Organisation, fund: str, year: int) -> dict[str, int]:
    """Line → what was promised and paid in the year, 0 for lines of a budget without either."""
    stored = [line for line in budget_lines(home, year) if line.fund == fund]
    used = used_of(stored)
    return {line.line: (part := used.get(line.pk, Used())).promised_fen + part.paid_fen for line in stored}


def provided(home: Organisation, fund: str, stored: Sequence[BudgetLine]) -> dict[str, int]:
    """Line → what the year provides for it, whole fen."""
    lines = [line for line in stored if line.fund == fund]
    free, used = balances_of([line.account_name for line in lines]), used_of(lines)
    return {
        line.line: free[line.account_name]
        + (used[line.pk].promised_fen + used[line.pk].paid_fen if line.pk in used else 0)
        for line in lines
    }


def due_later(home: Organisation, funds: Collection[str] | None = None) -> list[tuple[date, int]]:
    """(day, fen) of everything that is still to be paid to anybody; ``funds`` keeps to these."""
    rows = Instalment.objects.filter(
        grant__home=home, grant__state__in=["active", "suspended"], state=InstalmentState.PLANNED
    )
    rows = rows if funds is None else rows.filter(grant__fund__in=funds)
    return list(rows.order_by("due").values_list("due").annotate(Sum("amount_fen")))
