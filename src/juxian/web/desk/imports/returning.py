"""Rows that were not taken in, as the sender wrote them, with the reason in the last column (退回不收的行)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from juxian.apps.imports.enums import RowState
from juxian.apps.imports.models import Batch, Row, Table
from juxian.apps.imports.queries import content_of
from juxian.apps.searches.actions import note_export
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.imports.batch import wording_for
from juxian.web.desk.imports.finding import SENDERS, find_batch
from juxian.web.desk.imports.wording import Wording, targets_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.formats import clauses, labelled, with_aside
from juxian.web.kit.origin import address_of
from juxian.web.kit.scope import current_scope
from juxian.web.kit.sheets import Returned, download, returned_workbook


@for_roles(*SENDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A workbook of the refused rows; what is corrected there can be handed in as it is. An audit entry for each file."""
    found = find_batch(request, pk)
    rows = found.rows.filter(state=RowState.REFUSED)
    total = rows.count()
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and total:
        scope, most = current_scope(request), settings.JUXIAN_EXPORT_ROWS
        shown = list(rows.select_related("table").order_by("table__position", "number")[:most])
        note_export(
            home=found.home,
            by=user_of(request),
            acting_as=f"{scope.role}@{scope.organisation.code}",
            address=address_of(request),
            reason=form.cleaned_data["reason"],
            detail={"what": "refused_rows", "batch": found.pk, "persons": len(shown)},
            people=[row.person_id for row in shown if row.person_id],
        )
        return download(returned_workbook(_sheets(found, shown)), "xlsx", f"refused-{found.pk}")
    context = {"batch": found, "total": total, "form": form}
    return render(request, "desk/imports/give_back.html", context, status=422 if form.errors else 200)


def _sheets(batch: Batch, rows: list[Row]) -> dict[str, Returned]:
    """One sheet for each table of the file, its columns in their order and its headers as they were."""
    words = wording_for(batch)
    by_table: dict[int, tuple[Table, list[Row]]] = {}
    for row in rows:
        by_table.setdefault(row.table_id, (row.table, []))[1].append(row)
    sheets: dict[str, Returned] = {}
    for table, own in by_table.values():
        columns = sorted(table.columns, key=lambda column: column["index"])
        heads = [column["header"] for column in columns]
        sheet = Returned([*heads, _("不收的原因"), _("行号")], [], [])
        for row in own:
            _add(sheet, table, row, words, [column["index"] for column in columns])
        sheets[_sheet_name(table.title, sheets)] = sheet
    return sheets


def _add(sheet: Returned, table: Table, row: Row, words: Wording, columns: list[int]) -> None:
    """One row, every doubtful cell of it marked; the reason names the cell's header and says the way out."""
    content = content_of(row)
    cells = [content.cells[index] if index < len(content.cells) else "" for index in columns]
    reasons = []
    for problem in content.problems:
        told = words.problem(problem, targets_of(table))
        message = with_aside(told.message, told.hint)
        reasons.append(labelled(told.header, message) if told.header else message)
        if problem.column in columns:
            sheet.marked.append((len(sheet.rows), columns.index(problem.column)))
    if not reasons:
        reasons.append(row.get_reason_display() or _("未选入库"))
    sheet.rows.append([*cells, clauses(reasons), str(row.number)])


def _sheet_name(title: str, taken: dict[str, Returned]) -> str:
    """As the sheet was called, as far as a workbook allows."""
    plain = "".join(char for char in title if char not in "[]:*?/\\").strip("'")[:28] or "Sheet"
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain} {number}", number + 1
    return name
