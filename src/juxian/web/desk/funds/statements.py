"""Statements of the bank and what they leave open (对账)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.funds.actions.statements import explain_line, import_statement
from juxian.apps.funds.enums import StatementOutcome
from juxian.apps.funds.models import BankStatement, StatementLine
from juxian.apps.funds.queries.runs import statements_visible_to, unexplained
from juxian.apps.funds.rules import NotPossible, may_read_back, may_read_funds
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.bank import BadStatement
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.funds.finding import PAYERS, WITH_PAYERS, carried_out, find_statement, home_here, told
from juxian.web.desk.funds.forms import StatementForm
from juxian.web.desk.funds.runs import banks_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.gate import gated
from juxian.web.kit.once import once
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 50
TONES = {"confirmed": "ok", "returned": "bad", "receipt": "ok", "unknown": "warn", "explained": "mute"}


@for_roles(*WITH_PAYERS)
@require_safe
def statements(request: HttpRequest) -> HttpResponse:
    home = home_here(request)
    rows = statements_visible_to(user_of(request)).filter(home=home).select_related("imported_by")
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "unexplained": unexplained(home) if _reads_statements(request, home) else 0,
        "may_manage": bool(may_read_back(user_of(request), home)),
    }
    return render(request, "desk/funds/statements.html", context)


def _reads_statements(request: HttpRequest, home: Organisation) -> bool:
    user = user_of(request)
    return bool(may_read_funds(user, home) or may_read_back(user, home))


@for_roles(*PAYERS)
@require_http_methods(["GET", "HEAD", "POST"])
@gated
@once
def statement_new(request: HttpRequest) -> HttpResponse:
    home, scope = home_here(request), current_scope(request)
    if not _reads_statements(request, home):
        raise Http404
    may_read_back(user_of(request), home).or_refuse()
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = StatementForm(*data, banks=banks_of(scope.pack, scope.language))
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = import_statement(
                home=home,
                data=file.read(),
                file_name=file.name,
                bank=form.cleaned_data["bank"],
                by=user_of(request),
            )
        except (NotPossible, BadStatement) as why:
            form.add_error("file", told(why))
        else:
            return go(request, "desk:statement", pk=found.pk)
    return render(
        request, "desk/funds/statement_new.html", {"form": form}, status=422 if form.errors else 200
    )


@for_roles(*WITH_PAYERS)
@require_safe
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_statement(request, pk)
    return render_part(request, "desk/funds/statement.html#lines", _context(request, found, ReasonForm()))


def _context(request: HttpRequest, statement: BankStatement, form: ReasonForm) -> dict[str, Any]:
    outcome = request.GET.get("outcome", "")
    lines = statement.lines.select_related("payment__run", "explained_by")
    lines = lines.filter(outcome=outcome) if outcome in StatementOutcome.values else lines
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = {value: statement.lines.filter(outcome=value).count() for value in StatementOutcome.values}
    return {
        "statement": statement,
        "page": page,
        "rows": [(line, TONES[line.outcome]) for line in page],
        "outcome": outcome,
        "outcomes": StatementOutcome.choices,
        "counts": counts,
        "form": form,
        "may_manage": bool(may_read_back(user_of(request), statement.home)),
    }


@for_roles(*PAYERS)
@require_POST
@gated
@once
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a line is that matches nothing."""
    rows = StatementLine.objects.filter(statement__in=statements_visible_to(user_of(request)))
    line = get_object_or_404(rows.select_related("statement__home"), pk=pk)
    user = user_of(request)
    may_read_back(user, line.statement.home).or_refuse()
    form = ReasonForm(request.POST)
    if not form.is_valid():
        context = _context(request, line.statement, form)
        return render(request, "desk/funds/statement.html", context, status=422)
    reason = form.cleaned_data["reason"]
    carried_out(request, lambda: explain_line(line=line, reason=reason, by=user), _("已说明。"))
    return go(request, "desk:statement", pk=line.statement_id)
