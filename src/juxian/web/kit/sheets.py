"""Tables as files: a workbook, or CSV that a spreadsheet opens without carrying anything out (表格文件)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter
from django.http import HttpResponse

from juxian.web.kit.cells import as_text

BOM = "\ufeff"
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def workbook(sheets: dict[str, Sequence[Sequence[str]]]) -> bytes:
    """Cells are text, never formulas."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        head = book.add_format({"bold": True})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max((len(row) for row in rows), default=1) - 1, 18)
            for line, row in enumerate(rows):
                for column, words in enumerate(row):
                    sheet.write_string(line, column, str(words), head if line == 0 else None)
    return out.getvalue()


def comma_separated(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with BOM. A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([as_text(cell) for cell in row])
    return (BOM + out.getvalue()).encode("utf-8")


def download(content: bytes, ending: str, name: str) -> HttpResponse:
    """A file to be saved; ``name`` is ASCII and has no ending."""
    answer = HttpResponse(content, content_type=TYPES[ending])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    answer["Cache-Control"] = "no-store"
    return answer
