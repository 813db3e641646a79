"""The budgets of a year: given, moved, given on, promised, closed; asked by one, decided by another (年度预算)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.actions.changes import ask_change, decide_change
from juxian.apps.funds.actions.years import OpenReserves, reserve_year
from juxian.apps.funds.enums import ChangeKind, ChangeState
from juxian.apps.funds.models import BudgetChange, Grant
from juxian.apps.funds.queries.budgets import LineExecution, budget_lines, executions, years_of
from juxian.apps.funds.queries.years import (
    SHOWN_PROMISES,
    Effect,
    OpenPromise,
    changes_visible_to,
    closing_of,
    effect_of,
    grants_named,
    open_promises,
    year_plan,
)
from juxian.apps.funds.rules import NotPossible, may_decide_change, may_manage_funds
from juxian.core.funds.book import FundsBook
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.funds.finding import WITH_PAYERS, carried_out, funds_shown, home_here, told
from juxian.web.desk.funds.forms import CHANGE_FORMS, ChangeForm
from juxian.web.desk.funds.overview import chosen_year
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.gate import gated
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope

PAGE_SIZE = 20
TONES = {"asked": "warn", "approved": "ok", "refused": "mute"}


@dataclass(frozen=True, slots=True)
class FundYear:
    """A fund with its lines in a year."""

    title: str
    lines: list[tuple[str, LineExecution]]
    open: bool


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a page shows before a change is handed in or approved. refusal: why it cannot be done as things are."""

    refusal: str = ""
    lines: tuple[tuple[str, Any], ...] = ()
    rules: tuple[tuple[str, str], ...] = ()
    closing: Any = None
    promises: tuple[tuple[Grant, OpenPromise], ...] = ()
    promised_count: int = 0
    promised_fen: int = 0
    in_run_fen: int = 0

    @property
    def more(self) -> int:
        """Open promises that are not listed by name."""
        return max(0, self.promised_count - SHOWN_PROMISES)


@for_roles(*WITH_PAYERS)
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """Lines of the year, what waits for a second person, what was done."""
    home, scope = home_here(request), current_scope(request)
    mine = funds_shown(request, home)
    years = years_of(home) or [scope.as_of.year]
    shown = chosen_year(request.GET.get("year", ""), years, scope.as_of)
    rows = changes_visible_to(user_of(request)).filter(home=home, year=shown)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    book, language = scope.pack.funds, scope.language
    context = {
        "year": shown,
        "years": years,
        "funds": [
            FundYear(
                found.fund.title.in_language(language),
                [(line.line.title.in_language(language), line) for line in found.lines],
                any(line.stored and not line.stored.closed_on for line in found.lines),
            )
            for found in executions(home, book, shown, scope.as_of)
            if mine is None or found.fund.id in mine
        ],
        "page": page,
        "rows": [(row, TONES[row.state], _words(row, book, language)) for row in page],
        "plan": year_plan(home, shown, scope.as_of) if mine is None else None,
        "kinds": _kinds(book),
        "may_manage": scope.role == Role.OFFICE,
    }
    return render(request, "desk/funds/year.html", context)


def _kinds(book: FundsBook) -> list[tuple[str, str]]:
    """What can be asked for; support of a fund below only where there is one."""
    two_levels = any(fund.within for fund in book.funds.values())
    return [(kind.value, str(kind.label)) for kind in ChangeKind if two_levels or kind != ChangeKind.ALLOT]


def _words(change: BudgetChange, book: FundsBook, language: str) -> str:
    """From where to where, in the titles of the pack."""
    if change.kind == ChangeKind.CLOSE:
        return _fund_title(book, change.fund, language)
    here = _line_title(book, change.fund, change.line, language)
    if change.kind == ChangeKind.APPROPRIATE:
        source = book.sources.get(change.source)
        return f"{source.title.in_language(language) if source else change.source} → {here}"
    other = _line_title(book, change.other_fund or change.fund, change.other_line, language)
    return f"{here} → {other}"


def _fund_title(book: FundsBook, fund: str, language: str) -> str:
    known = book.funds.get(fund)
    return known.title.in_language(language) if known else fund


def _line_title(book: FundsBook, fund: str, line: str, language: str) -> str:
    known = book.funds.get(fund)
    found = known.lines.get(line) if known else None
    return f"{_fund_title(book, fund, language)} · {found.title.in_language(language) if found else line}"


@for_roles(Role.OFFICE)
@require_POST
@gated
@once
def reserve(request: HttpRequest) -> HttpResponse:
    """Promise out of the year's budget what falls due in it from grants of earlier years."""
    home, scope = home_here(request), current_scope(request)
    may_manage_funds(user_of(request), home).or_refuse()
    shown = chosen_year(request.POST.get("year", ""), years_of(home) or [scope.as_of.year], scope.as_of)
    carried_out(
        request,
        lambda: reserve_year(home=home, year=shown, day=scope.as_of, by=user_of(request)),
        _("已按年度预算承诺到期分期。"),
    )
    return go(request, f"/desk/funds/year/?year={shown}")


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@gated
@once
def change_new(request: HttpRequest) -> HttpResponse:
    """A change with what it would do; handed in, it waits for a second person."""
    home, scope = home_here(request), current_scope(request)
    may_manage_funds(user_of(request), home).or_refuse()
    sent = request.POST if request.method == "POST" else request.GET
    form = _form(sent, scope, bound=request.method == "POST" or "preview" in sent)
    consequence = None
    if form.is_valid():
        change = BudgetChange(home=home, asked_on=scope.as_of, **form.values)
        if request.method == "POST":
            if carried_out(
                request,
                lambda: ask_change(change=change, by=user_of(request)),
                _("已提交，请另一人复核。"),
            ):
                return go(request, "desk:budget-change", pk=change.pk)
            return go(request, f"/desk/funds/year/?year={change.year}")
        consequence = _consequence(change, scope)
    context = {
        "form": form,
        "kind": form.kind,
        "kind_label": ChangeKind(form.kind).label,
        "year": form.year,
        "consequence": consequence,
    }
    return render(
        request, "desk/funds/change_new.html", context, status=422 if form.is_bound and form.errors else 200
    )


def _form(sent: Mapping[str, str], scope: Scope, *, bound: bool) -> ChangeForm:
    kind = sent.get("kind", "")
    made = CHANGE_FORMS.get(kind, CHANGE_FORMS[ChangeKind.APPROPRIATE])
    asked = sent.get("year", "")
    shown = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else scope.as_of.year
    return made(sent if bound else None, book=scope.pack.funds, language=scope.language, year=shown)


def _consequence(change: BudgetChange, scope: Scope) -> Consequence:
    """What would happen now, whoever looks at it."""
    book, language = scope.pack.funds, scope.language
    if change.fund not in book.funds:
        return Consequence(refusal=_("地方包中已没有这项资金。"))
    if change.kind != ChangeKind.CLOSE:
        return _of_amounts(effect_of(change, book), book, language)
    fund = book.funds[change.fund]
    stored = [line for line in budget_lines(change.home, change.year) if line.fund == fund.id]
    found = open_promises([line for line in stored if line.closed_on is None])
    shared: dict[str, Any] = {
        "promises": tuple(grants_named(found)),
        "promised_count": len(found),
        "promised_fen": sum(item.amount_fen for item in found),
        "in_run_fen": sum(item.in_run_fen for item in found),
    }
    try:
        closing = closing_of(change.home, fund, change.year, change.promises, scope.as_of)
    except OpenReserves:
        words = _("本资金的规则不允许带着未付承诺关账：请先发放、终止，或改选退回额度。")
        return Consequence(refusal=words, **shared)
    except NotPossible as why:
        return Consequence(refusal=told(why), **shared)
    lines = tuple((_line_title(book, fund.id, item.line.line, language), item) for item in closing.lines)
    return Consequence(closing=closing, lines=lines, **shared)


def _of_amounts(effect: Effect, book: FundsBook, language: str) -> Consequence:
    rules = tuple(
        ("ok" if rule.holds else "mute" if rule.holds is None else "bad" if rule.blocks else "warn", text)
        for rule in effect.rules
        if (text := rule.message.in_language(language))
    )
    lines = tuple((_line_title(book, item.fund, item.line, language), item) for item in effect.lines)
    refusal = "" if effect.enough else _("可用额度不足，不能调出这么多。")
    return Consequence(refusal=refusal, lines=lines, rules=rules)


@for_roles(*WITH_PAYERS)
@require_safe
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: what it would do now, who asked, who decided."""
    found = _find(request, pk)
    return render(request, "desk/funds/change.html", _context(request, found, ReasonForm()))


def _find(request: HttpRequest, pk: int) -> BudgetChange:
    return get_object_or_404(changes_visible_to(user_of(request)), pk=pk)


def _context(request: HttpRequest, change: BudgetChange, form: forms.Form) -> dict[str, Any]:
    scope, waits = current_scope(request), change.state == ChangeState.ASKED
    return {
        "change": change,
        "tone": TONES[change.state],
        "words": _words(change, scope.pack.funds, scope.language),
        "consequence": _consequence(change, scope) if waits else None,
        "decision": may_decide_change(user_of(request), change),
        "may_manage": scope.role == Role.OFFICE,
        "form": form,
    }


@for_roles(Role.OFFICE)
@require_POST
@gated
@once
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person approves what was shown, or refuses with a reason."""
    found, user = _find(request, pk), user_of(request)
    may_manage_funds(user, found.home).or_refuse()
    approved, form = request.POST.get("step") == "approve", ReasonForm(request.POST)
    if not approved and not form.is_valid():
        return render(request, "desk/funds/change.html", _context(request, found, form), status=422)
    seen = request.POST.get("seen", "")[:64]
    if approved and found.kind == ChangeKind.CLOSE and not seen:
        messages.error(request, _("关账须先核对数据。"))
        return go(request, "desk:budget-change", pk=pk)
    remark = form.cleaned_data["reason"] if form.is_valid() else ""
    day = current_scope(request).as_of
    carried_out(
        request,
        lambda: decide_change(change=found, approved=approved, day=day, by=user, seen=seen, remark=remark),
        _("已办理。") if approved else _("已退回，预算没有变动。"),
    )
    return go(request, "desk:budget-change", pk=pk)
