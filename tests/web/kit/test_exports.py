"""No export carries a formula out (导出中的公式): every writer of tables passes through one of the functions tested here."""

from __future__ import annotations

import ast
import csv
import io
import zipfile
from pathlib import Path

import pytest

import juxian
from juxian.core.funds import bank
from juxian.web.kit.cells import as_text
from juxian.web.kit.sheets import comma_separated, workbook

PACKAGE = Path(juxian.__file__).parent
FORMULAS = [
    *(f"{sign}cmd|' /C calc'!A0" for sign in ("=", "+", "-", "@", "\t=", "\r=")),
    *(f"{sign}1" for sign in "＝＋－＠"),
]
# every module that writes CSV or a workbook, and by what its cells are made harmless
WRITERS = {
    "web/kit/sheets.py": "as_text",
    "web/desk/audit.py": "as_text",
    "web/portal/statements.py": "as_text",
    "web/portal/housing/statements.py": "as_text",
    "core/funds/bank.py": "_harmless",
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_text_in_a_table_of_commas(formula: str) -> None:
    told = next(csv.reader(io.StringIO(comma_separated([[formula, "王"]]).decode("utf-8-sig"), newline="")))

    assert told == [f"'{formula}", "王"]
    assert as_text(formula) == f"'{formula}"
    assert bank._harmless(formula) != formula


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_text_in_a_workbook(formula: str) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook({"x": [["a"], [formula]]}))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()

    assert "<f>" not in sheet
    assert sheet.count('t="s"') == 2


def test_every_writer_of_tables_is_known() -> None:
    found = {}
    for module in PACKAGE.rglob("*.py"):
        source = module.read_text(encoding="utf-8")
        names = {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
        if {"writerow", "writerows", "Workbook"} & names:
            found[module.relative_to(PACKAGE).as_posix()] = source

    assert set(found) == set(WRITERS)
    assert [name for name, source in found.items() if WRITERS[name] not in source] == []
