"""Who came, who left, who stayed between two days (人员流动); units that lose many are marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.stocktake.queries import Flow, of_unit
from juxian.apps.stocktake.queries import flows as flows_between
from juxian.apps.stocktake.rules import may_take_stock
from juxian.core.dates import add_years
from juxian.core.indicators.flows import Warning_, warning_of
from juxian.web.desk.stocktake.asking import Asked, asked_of, day_in, form_context
from juxian.web.desk.stocktake.overview import Cell, units_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.formats import rate


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One unit. kept: share of the start that stayed, empty where nobody was there. warning: in words, or empty."""

    name: str
    start: int
    joined: Cell
    came_over: Cell
    left: Cell
    moved: Cell
    end: int
    kept: str
    warning: str


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def flows(request: HttpRequest) -> HttpResponse:
    """Between ``?since=`` (a year before, when left out) and ``?day=``; both have to be counted."""
    asked = asked_of(request)
    text = request.GET.get("since", "")
    since, problem = day_in(text, asked.scope.as_of) if text.strip() else (add_years(asked.day, -1), "")
    problem = asked.problem or problem
    if not problem and since >= asked.day:
        problem = _("起始日须早于截至日。")
    context: dict[str, Any] = form_context(asked) | {
        "since": since,
        "problem": problem,
        "may_count": may_take_stock(user_of(request), asked.home),
        "export": asked.address("desk:stocktake-export", by="", since=since.isoformat()),
    }
    if not problem:
        start, end = asked.counted(since), asked.counted()
        context["uncounted"] = [found for found in (start, end) if found.rows is None]
        context["outdated"] = [found for found in (start, end) if found.outdated]
        if start.rows is not None and end.rows is not None:
            numbers = flows_between(
                of_unit(start.rows, None, serving=True), of_unit(end.rows, None, serving=True)
            )
            context |= table_of(asked, since.isoformat(), numbers)
    return render(request, "desk/stocktake/flows.html", context, status=422 if problem else 200)


def table_of(asked: Asked, since: str, numbers: dict[str, Flow]) -> dict[str, Any]:
    """Units with anybody, those with a warning first, and the sum of all."""
    units = [(code, name) for code, name in units_of(asked) if code in numbers]
    whole = _sum([numbers[code] for code, _name in units])
    rows = [_row(asked, since, code, name, numbers[code], whole) for code, name in units]
    rows.sort(key=lambda row: not row.warning)
    return {"rows": rows, "whole": whole, "kept": rate(whole.stayed, whole.start) if whole.start else ""}


def _row(asked: Asked, since: str, code: str, name: str, flow: Flow, whole: Flow) -> FlowRow:
    def cell(number: int, kind: str, here: str = "") -> Cell:
        changes = {"unit": code, "by": "", "since": since, "flow": kind, "here": here}
        return Cell(number, asked.address("desk:stocktake-people", **changes))

    words = {
        Warning_.NONE: "",
        Warning_.LOSS: _("离开的比例高于总体，且高于一成"),
        Warning_.NOBODY_JOINS: _("有人离开，无人进入"),
    }
    return FlowRow(
        name,
        flow.start,
        cell(flow.joined, "joined"),
        cell(flow.came_over, "joined", "1"),
        cell(flow.left, "left"),
        cell(flow.moved, "left", "1"),
        flow.end,
        rate(flow.stayed, flow.start) if flow.start else "",
        words[warning_of(flow.start, flow.left, flow.joined, whole.start, whole.left)],
    )


def _sum(found: list[Flow]) -> Flow:
    names = ("start", "stayed", "left", "moved", "joined", "came_over", "end")
    return Flow(**{name: sum(getattr(flow, name) for flow in found) for name in names})
