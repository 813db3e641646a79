"""Tables as text (CSV): encoding, delimiter, cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from juxian.core.tables.container import FileKind, damaged
from juxian.core.tables.limits import Limits, refusal
from juxian.core.tables.workbook import Cell, Sheet, Workbook
from juxian.core.text import Text

DELIMITERS = ",\t;|，"
_SAMPLE_LINES = 50
_FORMULA_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)


def read_delimited(data: bytes, name: str, limits: Limits) -> Workbook:
    """Read CSV in UTF-8, UTF-16 or GB18030 with any usual delimiter; raises ``Rejected``."""
    text, encoding = decode(data, name)
    delimiter = find_delimiter(text)
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    csv.field_size_limit(max(limits.cell_characters * 4, 131_072))
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > limits.columns:
                raise _too_many(name, limits.columns, Text("列", "columns"))
            if number > limits.rows:
                raise _too_many(name, limits.rows, Text("行", "rows"))
            row: list[Cell] = [_cell(cell) for cell in cells]
            if any(cell is not None for cell in row):
                rows.append(row)
                numbers.append(number)
    except csv.Error as error:
        raise damaged(name) from error
    notes = [Text(f"文字编码 {encoding}", f"encoding {encoding}")]
    return Workbook(name, FileKind.CSV, [Sheet("CSV", rows, numbers)], notes)


def decode(data: bytes, name: str) -> tuple[str, str]:
    """(text, encoding): by byte order mark, else UTF-8, UTF-16 without a mark, GB18030."""
    for encoding in _candidates(data):
        try:
            return data.decode(encoding), encoding.upper().removesuffix("-SIG")
        except UnicodeDecodeError:
            continue
    message = Text(
        "文字编码无法识别（不是 UTF-8、UTF-16 或 GB18030）", "the encoding is not UTF-8, UTF-16 or GB18030"
    )
    raise refusal(
        "T101", name, message, Text("另存为 UTF-8 的 CSV 或 .xlsx", "save it as CSV UTF-8 or as .xlsx")
    )


def _candidates(data: bytes) -> list[str]:
    if data.startswith(b"\xef\xbb\xbf"):
        return ["utf-8-sig"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    head = data[:4096]
    if b"\x00" in head:
        return ["utf-16-le"] if head[1::2].count(0) >= head[0::2].count(0) else ["utf-16-be"]
    return ["utf-8", "gb18030"]


def find_delimiter(text: str) -> str:
    """The sign that splits most of the first lines into the same number of parts, at least two."""
    lines = [line for line in text.splitlines()[: _SAMPLE_LINES * 2] if line.strip()][:_SAMPLE_LINES]

    def agreement(sign: str) -> tuple[int, int]:
        counts = Counter(line.count(sign) for line in lines)
        counts.pop(0, None)
        if not counts:
            return 0, 0
        parts, times = max(counts.items(), key=lambda item: (item[1], item[0]))
        return times, parts

    best = max(DELIMITERS, key=lambda sign: (agreement(sign), -DELIMITERS.index(sign)))
    return best if agreement(best) > (0, 0) else ","


def _cell(text: str) -> Cell:
    """``="430…"`` and a leading apostrophe keep spreadsheets from touching a number; both are taken off."""
    text = text.strip("\ufeff")
    wrapped = _FORMULA_TEXT.match(text)
    text = wrapped.group(1) if wrapped else text
    if text.startswith("'") and text[1:2].isdigit():
        text = text[1:]
    return text if text.strip() else None


def _too_many(name: str, limit: int, what: Text) -> Exception:
    return refusal("T108", name, Text(f"超过 {limit:,} {what.zh}", f"it has more than {limit:,} {what.en}"))
