"""Rows of one file against each other (同一文件内的比对): a number under two names, a name without a number.

A number copied down from the row above is the most dangerous slip of all, so it always waits for a person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from juxian.core.identity import matching_key
from juxian.core.tables.mapping import NAME, NUMBER, Column
from juxian.core.tables.rows import CellProblem, RowReading
from juxian.core.text import Text

NUMBER_SHARED, SAME_NAME = "number_shared", "same_name"


def mark_shared(rows: Sequence[tuple[RowReading, Sequence[Column]]]) -> None:
    """Add a problem to each row that shares its number with another name, or its name while it has no number."""
    keys = {row.name: matching_key(row.name) for row, _columns in rows if row.name}
    of_number: dict[str, dict[str, int]] = defaultdict(dict)  # number → key of a name → first row
    for row, _columns in rows:
        if row.name and row.document:
            of_number[row.document.number].setdefault(keys[row.name], row.number)
    times = Counter(keys[row.name] for row, _columns in rows if row.name)
    for row, columns in rows:
        if row.name and row.document and len(of_number[row.document.number]) > 1:
            row.problems.append(_shared_number(row, columns, of_number[row.document.number], keys))
        elif row.name and not row.document and times[keys[row.name]] > 1:
            row.problems.append(_same_name(row, columns, times[keys[row.name]]))


def _shared_number(
    row: RowReading, columns: Sequence[Column], names: Mapping[str, int], keys: Mapping[str, str]
) -> CellProblem:
    others = [number for key, number in names.items() if key != keys[row.name]]
    message = Text(
        f"与第 {others[0]} 行号码相同，姓名不同", f"row {others[0]} has the same number and another name"
    )
    hint = Text("核对是否向下填充时复制了号码", "check whether the number was copied down")
    return _problem(row, columns, NUMBER, message, hint, NUMBER_SHARED)


def _same_name(row: RowReading, columns: Sequence[Column], times: int) -> CellProblem:
    message = Text(
        f"本文件有 {times} 行同名，本行没有可用的证件号码",
        f"{times} rows have this name, and this one no number",
    )
    hint = Text("补填证件号码，或确认是否同一人", "add the number, or say whether they are one person")
    return _problem(row, columns, NAME, message, hint, SAME_NAME)


def _problem(
    row: RowReading, columns: Sequence[Column], target: str, message: Text, hint: Text, reason: str
) -> CellProblem:
    column = next((item for item in columns if item.target == target), None)
    index, header = (column.index, column.header) if column else (-1, "")
    raw = row.cells[index] if 0 <= index < len(row.cells) else ""
    return CellProblem(row.number, index, header, raw, message, hint, reason=reason)
