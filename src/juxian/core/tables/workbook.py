"""A file of tables as typed cells (工作簿): what ``reader`` gives and everything after it works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from juxian.core.tables.container import FileKind
from juxian.core.text import Text

PRECISE_UP_TO = 10**15  # a spreadsheet keeps 15 digits of a number

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Span = tuple[int, int, int, int]  # first row, first column, last row, last column; from 0


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``rows[k]`` is row ``k + 1`` of the spreadsheet, or ``numbers[k]`` where blank rows were left out.

    Cells that hold nothing are None; trailing ones may be missing. merged: ranges of merged cells.
    """

    name: str
    rows: list[list[Cell]]
    numbers: list[int]
    merged: list[Span] = field(default_factory=list)
    hidden: bool = False


@dataclass(frozen=True)
class Workbook:
    """notes: what was noticed on reading (编码、隐藏的工作表)."""

    name: str
    kind: FileKind
    sheets: list[Sheet]
    notes: list[Text] = field(default_factory=list)


def as_text(raw: Cell) -> str:
    """A cell as the spreadsheet would show it; whole numbers without ``.0``."""
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        if raw.is_integer() and abs(raw) < PRECISE_UP_TO:
            return str(int(raw))
        return f"{raw:.15G}" if abs(raw) >= PRECISE_UP_TO else repr(raw)
    if isinstance(raw, datetime):
        return raw.isoformat(" ")
    if isinstance(raw, date | time):
        return raw.isoformat()
    return str(raw)
