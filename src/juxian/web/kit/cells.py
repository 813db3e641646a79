"""Cells of files that a spreadsheet opens (表格单元格)."""

from __future__ import annotations

import unicodedata

FORMULA = "=+-@\t\r"


def as_text(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    first = unicodedata.normalize("NFKC", cell[:1])
    return f"'{cell}" if first and first in FORMULA else cell
