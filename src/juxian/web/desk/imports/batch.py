"""One batch: where it stands, what waits, the rows with every doubt at its cell (批次)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.imports.actions import accept_batch, undo_batch
from juxian.apps.imports.actions.deciding import decisions_for
from juxian.apps.imports.enums import BatchState, RowDecision, RowState
from juxian.apps.imports.models import Batch, Row
from juxian.apps.imports.queries import content_of, organisations_of, reasons_in
from juxian.apps.imports.rules import may_decide, may_undo
from juxian.apps.imports.tasks import accept as accept_later
from juxian.core.packs import pack_called
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.imports.finding import SENDERS, find_batch
from juxian.web.desk.imports.wording import ShownProblem, Wording, decision_label, targets_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.formats import language
from juxian.web.kit.responses import go, render_part

PAGE_SIZE = 50
IN_REQUEST_ROWS = 2_000
WORKING = (BatchState.READING, BatchState.ACCEPTING)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of the preview."""

    row: Row
    name: str
    document: str
    problems: list[ShownProblem]


RECORDED = "recorded"  # an accepted row, once it stands in the register
STATES = [*RowState.choices[:1], (RECORDED, gettext_lazy("已入库")), *RowState.choices[1:]]


def wording_for(batch: Batch) -> Wording:
    """The words with which rows of the batch are shown."""
    return Wording(pack_called(batch.pack).schema, organisations_of(batch.home), language())


@for_roles(*SENDERS)
@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_batch(request, pk)
    state = request.GET.get("state", "")
    state = state if state in dict(STATES) else ""
    rows = found.rows.select_related("table", "person")
    page = Paginator(_in_state(rows, state), PAGE_SIZE).get_page(request.GET.get("page"))
    may = may_decide(user_of(request), found)
    context = {
        "batch": found,
        "steps": _steps(found),
        "working": found.state in WORKING,
        "done": round(1000 * found.rows_done / found.rows_accepted) if found.rows_accepted else 0,
        "notes": [note.get(language()) or note["zh"] for note in found.notes],
        "tables": found.tables.all(),
        "waiting": _waiting(found) if may else [],
        "page": page,
        "rows": _shown(found, page),
        "state": state,
        "states": STATES,
        "may_decide": bool(may),
        "may_undo": bool(may_undo(user_of(request), found)),
        "to_record": found.rows_accepted - found.rows_done,
    }
    return render_part(request, "desk/imports/batch.html#batch", context)


def _in_state(rows: QuerySet[Row], state: str) -> QuerySet[Row]:
    """Rows as the list names their state: an accepted one that stands in the register is recorded."""
    if state == RECORDED:
        return rows.filter(state=RowState.ACCEPTED, recorded_at__isnull=False)
    if state == RowState.ACCEPTED:
        return rows.filter(state=state, recorded_at=None)
    return rows.filter(state=state) if state else rows


def _shown(batch: Batch, page: Page[Row]) -> list[ShownRow]:
    words = wording_for(batch)
    shown = []
    for row in page:
        content, targets = content_of(row), targets_of(row.table)
        problems = [words.problem(problem, targets) for problem in content.problems]
        shown.append(ShownRow(row, content.name, content.masked, problems))
    return shown


def _waiting(batch: Batch) -> list[dict[str, Any]]:
    """Reasons with their number of rows, and what can be decided for all of them together."""
    found = []
    for reason, count in reasons_in(batch):
        decisions = [
            item for item in decisions_for(reason, of_teams=batch.of_teams) if item != RowDecision.SAME_PERSON
        ]
        choices = [(item.value, decision_label(reason, item)) for item in decisions]
        found.append({"reason": reason, "count": count, "choices": choices})
    return found


def _steps(batch: Batch) -> list[dict[str, str]]:
    """Hand in, columns, check, record."""
    reached = {
        BatchState.READING: 0,
        BatchState.REJECTED: 0,
        BatchState.STAGED: 2,
        BatchState.ACCEPTING: 3,
        BatchState.ACCEPTED: 4,
        BatchState.UNDONE: 4,
    }[BatchState(batch.state)]
    titles = [_("报送文件"), _("对应列"), _("核对"), _("入库")]
    return [
        {
            "title": title,
            "state": "done" if place < reached else "now" if place == reached else "next",
            "note": "",
        }
        for place, title in enumerate(titles)
    ]


@for_roles(*SENDERS)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the rows without doubts; many of them in the background."""
    found = find_batch(request, pk)
    if found.state == BatchState.STAGED:
        may_decide(user_of(request), found).or_refuse()
        if found.rows_accepted > IN_REQUEST_ROWS:
            Batch.objects.filter(pk=pk, state=BatchState.STAGED).update(state=BatchState.ACCEPTING)
            accept_later.enqueue(pk, int(request.user.pk or 0))
        else:
            accept_batch(batch=found, by=user_of(request))
    return go(request, "desk:import", pk=pk)


@for_roles(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole batch back, with a reason."""
    found = find_batch(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and found.state == BatchState.UNDONE:
        return go(request, "desk:import", pk=pk)
    may_undo(user_of(request), found).or_refuse()
    if request.method == "POST" and form.is_valid():
        undo_batch(batch=found, by=user_of(request), reason=form.cleaned_data["reason"])
        return go(request, "desk:import", pk=pk)
    context = {"batch": found, "form": form}
    return render(request, "desk/imports/undo.html", context, status=422 if form.errors else 200)
