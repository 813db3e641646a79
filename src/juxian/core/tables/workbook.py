"""A file of tables as typed cells (工作簿): what ``reader`` gives and everything after it works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from juxian.core.tables.container import FileKind
from juxian.core.text import Text

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
