"""Reading a file into typed cells (读取表格). Values are never read as text: a damaged number must stay visible."""

from __future__ import annotations

import io
from datetime import datetime, time
from math import isfinite

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from juxian.core.tables.container import Container, FileKind, check_container, damaged
from juxian.core.tables.delimited import read_delimited
from juxian.core.tables.limits import Limits, refusal
from juxian.core.tables.workbook import Cell, Sheet, Workbook
from juxian.core.text import Text

DEFAULT_LIMITS = Limits()


def read_workbook(data: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Check the container, then read every sheet; raises ``Rejected`` with one T1xx problem."""
    container = check_container(data, name, limits)
    if container.kind is FileKind.CSV:
        return read_delimited(data, name, limits)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return _read(book, container, name, limits)
    except PasswordError as error:
        raise refusal("T102", name, Text("文件加了密码", "the file is protected by a password")) from error
    except (CalamineError, OSError, ValueError) as error:
        raise damaged(name) from error


def _read(book: CalamineWorkbook, container: Container, name: str, limits: Limits) -> Workbook:
    found = [item for item in book.sheets_metadata if item.typ == SheetTypeEnum.WorkSheet]
    if len(found) > limits.sheets:
        raise refusal(
            "T108", name, Text(f"超过 {limits.sheets} 个工作表", f"it has more than {limits.sheets} sheets")
        )
    sheets, notes = [], _hidden_parts(container)
    for item in found:
        hidden = item.visible != SheetVisibleEnum.Visible
        sheet = book.get_sheet_by_name(item.name)
        _check_extent(sheet, name, limits)
        sheets.append(_sheet(sheet, item.name, hidden))
        if hidden:
            notes.append(
                Text(
                    f"工作表“{item.name}”是隐藏的，没有读取为名册",
                    f"the sheet “{item.name}” is hidden and not imported",
                )
            )
    return Workbook(name, container.kind, sheets, notes)


def _check_extent(sheet: CalamineSheet, name: str, limits: Limits) -> None:
    end = sheet.end
    if end is None:
        return
    for size, limit, what in (
        (end[0] + 1, limits.rows, Text("行", "rows")),
        (end[1] + 1, limits.columns, Text("列", "columns")),
    ):
        if size > limit:
            raise refusal(
                "T108", name, Text(f"超过 {limit:,} {what.zh}", f"it has more than {limit:,} {what.en}")
            )


def _sheet(sheet: CalamineSheet, title: str, hidden: bool) -> Sheet:
    """Blank rows are left out; cells keep the places that the spreadsheet shows."""
    start = sheet.start or (0, 0)
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    lead: list[Cell] = [None] * start[1]
    # rows of calamine's iterator begin at row 1 whatever `start` says; columns begin at `start`
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row = lead + [_cell(cell) for cell in cells]
        if any(cell is not None for cell in row):
            rows.append(row)
            numbers.append(number)
    merged = [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
    return Sheet(title, rows, numbers, merged, hidden)


def _cell(cell: object) -> Cell:
    if isinstance(cell, str):
        return cell if cell and not cell.isspace() else None
    if isinstance(cell, float) and not isfinite(cell):
        return str(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date()
    return cell  # type: ignore[return-value]  # the closed list of types of calamine


def _hidden_parts(container: Container) -> list[Text]:
    if not container.hidden_rows and not container.hidden_columns:
        return []
    rows, columns = container.hidden_rows, container.hidden_columns
    return [
        Text(
            f"有 {rows} 行、{columns} 处列被隐藏，仍然读取",
            f"{rows} rows and {columns} stretches of columns are hidden; they are read all the same",
        )
    ]
