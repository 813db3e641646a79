"""Tables as files: a workbook, or CSV that a spreadsheet opens without carrying anything out (表格文件)."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import xlsxwriter
from django.http import HttpResponse
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from juxian.web.kit import responses
from juxian.web.kit.cells import as_text

BOM = "\ufeff"
LINE, HEAD, DOUBTFUL, REASON = "#cfd6df", "#edf0f4", "#fdf1dc", "#b3261e"
SPARE_ROWS, IN_A_RULE, EMPTY = 500, 250, 18  # rows, characters, characters
NARROWEST, WIDEST, WIDTH_SAMPLE = 8, 48, 200  # characters, rows
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


@dataclass
class Returned:
    """A sheet that goes back to its sender. The last two columns are ours; marked: (row, column) of doubtful cells."""

    heads: list[str]
    rows: list[list[str]]
    marked: list[tuple[int, int]]


def returned_workbook(sheets: dict[str, Returned]) -> bytes:
    """Columns as wide as what stands in them, doubtful cells marked, the reason wrapped and set off."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        base = {"num_format": "@", "valign": "top", "border": 1, "border_color": LINE}
        head = book.add_format({**base, "bold": True, "bg_color": HEAD, "text_wrap": True})
        plain, doubtful = book.add_format(base), book.add_format({**base, "bg_color": DOUBTFUL})
        reason = book.add_format({**base, "text_wrap": True, "font_color": REASON})
        for title, returned in sheets.items():
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            marked, own = set(returned.marked), len(returned.heads) - 2
            for column, words in enumerate(returned.heads):
                texts = [words, *(row[column] for row in returned.rows[:WIDTH_SAMPLE])]
                width = WIDEST if column == own else min(WIDEST, max(map(_width, texts)) + 2)
                sheet.set_column(column, column, max(NARROWEST, width), plain)
                sheet.write_string(0, column, words, head)
            for line, row in enumerate(returned.rows):
                for column, words in enumerate(row):
                    look = reason if column == own else doubtful if (line, column) in marked else plain
                    sheet.write_string(line + 1, column, words, look)
            sheet.autofilter(0, 0, len(returned.rows), len(returned.heads) - 1)
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)
    return out.getvalue()


@dataclass
class Fillable:
    """A sheet to be filled in. choices, hints: by column; a column with choices offers them and takes others as well."""

    title: str
    heads: list[str]
    rows: list[list[str]] = field(default_factory=list)
    choices: dict[int, list[str]] = field(default_factory=dict)
    hints: dict[int, str] = field(default_factory=dict)


def fillable_workbook(table: Fillable) -> bytes:
    """A short list stands in the rule of its cells; a long one, which a rule cannot hold, in a hidden sheet."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        base = {"num_format": "@", "valign": "top", "border": 1, "border_color": LINE}
        head, plain = book.add_format({**base, "bold": True, "bg_color": HEAD}), book.add_format(base)
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(table.title)
        for column, words in enumerate(table.heads):
            sheet.set_column(column, column, _room(table, column), text)
            sheet.write_string(0, column, words, head)
            rule = _rule(book, table, column)
            if rule:
                sheet.data_validation(1, column, len(table.rows) + SPARE_ROWS, column, rule)
        for line, row in enumerate(table.rows, 1):
            for column, words in enumerate(row):
                sheet.write_string(line, column, words, plain)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    return out.getvalue()


def _room(table: Fillable, column: int) -> int:
    """Width of a column: of what stands in it or may be chosen; an empty one has room for a document number."""
    texts = [row[column] for row in table.rows[:WIDTH_SAMPLE]] + table.choices.get(column, [])
    filled = max(map(_width, texts), default=0)
    return max(NARROWEST, min(WIDEST, max(filled or EMPTY, _width(table.heads[column])) + 4))


def _rule(book: xlsxwriter.Workbook, table: Fillable, column: int) -> dict[str, object]:
    """What a cell offers and says; empty where it does neither."""
    offered, hint = table.choices.get(column, []), table.hints.get(column, "")
    rule: dict[str, object] = {"input_message": hint[:255]} if hint else {}
    if not offered:
        return rule | {"validate": "any"} if rule else {}
    source: object = offered
    if len(",".join(offered)) > IN_A_RULE or any("," in words for words in offered):
        name = _("选项")
        lists = book.get_worksheet_by_name(name) or book.add_worksheet(name)
        lists.hide()
        lists.write_column(0, column, offered)
        letter = xl_col_to_name(column)
        source = f"='{name}'!${letter}$1:${letter}${len(offered)}"
    return rule | {"validate": "list", "source": source, "error_type": "warning"}


def _width(words: str) -> int:
    """In half-width characters: Han and full-width ones take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in words)


def comma_separated(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with BOM. A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([as_text(cell) for cell in row])
    return (BOM + out.getvalue()).encode("utf-8")


def download(content: bytes, ending: str, name: str) -> HttpResponse:
    """A file to be saved; ``name`` is ASCII and has no ending."""
    return responses.download(content, f"{name}.{ending}", TYPES[ending])
