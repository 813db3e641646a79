"""Budgets against time, and what waits to be done (资金总览)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.enums import AccountState, RunState
from juxian.apps.funds.models import PayeeAccount
from juxian.apps.funds.queries.budgets import (
    FundExecution,
    LineExecution,
    due_later,
    executions,
    years_of,
)
from juxian.apps.funds.queries.due import due_instalments
from juxian.apps.funds.queries.runs import runs_visible_to, unexplained
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.outlook import Execution, Pace, due_by_year
from juxian.web.desk.funds.finding import WITH_PAYERS, funds_shown, home_here
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import whole_number

PACES = {
    Pace.AHEAD: ("ok", _("超前")),
    Pace.ON_TIME: ("ok", _("正常")),
    Pace.SLIGHTLY_BEHIND: ("warn", _("略滞后")),
    Pace.BEHIND: ("bad", _("滞后")),
}
BARS = {Pace.SLIGHTLY_BEHIND: "c2", Pace.BEHIND: "accent"}
AT_WORK = (RunState.DRAFT, RunState.SUBMITTED, RunState.SEALED, RunState.EXPORTED, RunState.SENT)
TO_PAY = (RunState.SEALED, RunState.EXPORTED, RunState.SENT)  # what waits for the department that pays


@dataclass(frozen=True, slots=True)
class Row:
    """A line or a whole fund as the page shows it."""

    title: str
    execution: Execution
    tone: str
    pace: Any
    bar: str


@dataclass(frozen=True, slots=True)
class FundCard:
    fund: FundExecution
    title: str
    level: str
    note: str
    total: Row
    lines: list[Row]
    rules: list[tuple[str, str]]


@for_roles(*WITH_PAYERS)
@require_safe
def funds(request: HttpRequest) -> HttpResponse:
    home = home_here(request)
    shown = funds_shown(request, home)
    scope = current_scope(request)
    years = years_of(home) or [scope.as_of.year]
    year = chosen_year(request.GET.get("year", ""), years, scope.as_of)
    found = [
        fund
        for fund in executions(home, scope.pack.funds, year, scope.as_of)
        if shown is None or fund.fund.id in shown
    ]
    cards = [_card(fund, scope.language) for fund in found]
    context = {
        "year": year,
        "years": years,
        "cards": cards,
        "sum": _sum([fund.total for fund in found if not fund.fund.within or shown is not None]),
        "forecast": list(due_by_year(due_later(home, shown)).items()),
        "waiting": _waiting(home, scope.as_of) if shown is None else {},
        "paying": shown is not None,
        "runs": runs_visible_to(user_of(request)).filter(
            home=home, state__in=AT_WORK if shown is None else TO_PAY
        )[:6],
        "may_manage": scope.role == Role.OFFICE,
    }
    return render(request, "desk/funds/overview.html", context)


def chosen_year(asked: str, years: list[int], day: date) -> int:
    """The year that was asked for, else the newest one that has begun."""
    wanted = whole_number(asked)
    if wanted in years:
        return wanted
    return next((year for year in years if year <= day.year), years[-1])


def _waiting(home: Organisation, day: date) -> dict[str, int]:
    return {
        "due": due_instalments(home, day).count(),
        "accounts": PayeeAccount.objects.filter(person__home=home, state=AccountState.PROPOSED).count(),
        "unexplained": unexplained(home),
    }


def _sum(items: list[Execution]) -> Execution:
    passed = items[0].time_per_mille if items else 0
    return Execution(
        sum(item.budget_fen for item in items),
        sum(item.promised_fen for item in items),
        sum(item.paid_fen for item in items),
        passed,
    )


def _card(fund: FundExecution, language: str) -> FundCard:
    rules = [
        ("ok" if rule.holds else "mute" if rule.holds is None else "bad" if rule.blocks else "warn", text)
        for rule in fund.rules
        if (text := rule.message.in_language(language))
    ]
    title = fund.fund.title.in_language(language)
    return FundCard(
        fund,
        title,
        fund.fund.level.in_language(language),
        fund.fund.note.in_language(language),
        _row(title, fund.total),
        [_line(line, language) for line in fund.lines],
        rules,
    )


def _line(line: LineExecution, language: str) -> Row:
    return _row(line.line.title.in_language(language), line.execution)


def _row(title: str, execution: Execution) -> Row:
    pace = execution.pace
    tone, words = PACES[pace] if pace else ("mute", _("没有预算"))
    return Row(title, execution, tone, words, BARS.get(pace, "s1") if pace else "s1")
