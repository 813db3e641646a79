"""Finding the table in a sheet (找表): titles, headers of one to three lines, data, totals, notes, signatures.

Every row of the sheet that holds anything gets a role, so that nothing is passed over in silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from juxian.core.tables.headers import plain_header
from juxian.core.tables.workbook import Cell, Sheet, as_text

SEARCHED_ROWS = 40
LONGEST_HEADER = 40

IsHeader = Callable[[str], bool]


class Role(StrEnum):
    """What a row of a sheet is (行的角色)."""

    TITLE = "title"
    HEADER = "header"
    DATA = "data"
    REPEATED = "repeated"  # title or header again, from page to page
    TOTAL = "total"
    NOTE = "note"
    SECTION = "section"  # a heading between groups of rows
    SIGNATURE = "signature"
    NUMBERED = "numbered"  # a prepared line with nothing but its number


@dataclass(frozen=True)
class Layout:
    """headers[k]: words over column k from top to bottom, joined by ``/`` (``学历情况/毕业院校``).

    rows: data rows as (row of the spreadsheet, cells), vertically merged cells filled. skipped: (row, role, text).
    """

    headers: list[str]
    rows: list[tuple[int, list[Cell]]]
    skipped: list[tuple[int, Role, str]]


_TOTAL = re.compile(r"^(?:合计|总计|小计|共计|累计|总人数)")
_NOTE = re.compile(r"^(?:注|备注|说明|填表说明|填报说明|附注|※|\*)[0-9]*[:：.、※*]|^(?:填表说明|填报说明|※)")
_SIGNATURE = re.compile(
    r"(?:填表人|填报人|制表人?|审核人|复核人|负责人|经办人|联系人|分管领导|主要领导|填报日期|填表日期|填报时间|填报单位|单位盖章|公章)"
    r"|[(]?(?:盖章|签字|签章)[)]?"
)
_SECTION = re.compile(r"^(?:[(]?[一二三四五六七八九十]{1,3}[)]?[、.．)]|第[一二三四五六七八九十]+[部类组批])")


def find_table(sheet: Sheet, is_header: IsHeader) -> Layout | None:
    """The table of a sheet, None when it has none. ``is_header``: whether a text is a known column header."""
    place = _header_rows(sheet, is_header)
    if place is None:
        return None
    first, last = place
    headers = _join_headers(sheet, first, last)
    rows = _filled_down(sheet, last)
    wide = {top + 1 for top, left, _bottom, right in sheet.merged if right - left >= 2}
    skipped = [(sheet.numbers[k], Role.TITLE, _text_of(sheet.rows[k])) for k in range(first)]
    skipped += [(sheet.numbers[k], Role.HEADER, _text_of(sheet.rows[k])) for k in range(first, last + 1)]
    known = _Known(
        {_compared(row) for row in sheet.rows[: last + 1]},
        {plain_header(part) for header in headers for part in header.split("/")},
        len(headers),
    )
    data = []
    for index in range(last + 1, len(sheet.rows)):
        number, cells = sheet.numbers[index], sheet.rows[index]
        role = _role(cells, known, number in wide)
        if role is Role.DATA:
            data.append((number, rows[index]))
        else:
            skipped.append((number, role, _text_of(cells)))
    return Layout(headers, data, skipped)


def _texts(row: Sequence[Cell]) -> list[str]:
    return [as_text(cell).strip() for cell in row if cell is not None]


def _text_of(row: Sequence[Cell]) -> str:
    return " ".join(_texts(row))[:200]


def _compared(row: Sequence[Cell]) -> str:
    return "|".join(plain_header(text) for text in _texts(row))


# header lines


def _header_rows(sheet: Sheet, is_header: IsHeader) -> tuple[int, int] | None:
    """(first, last) index of the header lines."""
    head = sheet.rows[:SEARCHED_ROWS]
    scores = [_header_score(row, is_header) for row in head]
    if not scores or max(scores) < 2:
        return _guessed_header(head)
    best = scores.index(max(scores))
    first = last = best
    while first > 0 and _belongs_above(sheet, first, is_header):
        first -= 1
    while last + 1 < len(head) and last - first < 2 and _belongs_below(sheet, last, is_header):
        last += 1
    return first, last


def _header_score(row: Sequence[Cell], is_header: IsHeader) -> int:
    """Known headers in the row; a row that also holds numbers or dates is data."""
    if any(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in row[1:]):
        return 0
    return sum(1 for text in {plain_header(text) for text in _texts(row)} if is_header(text))


def _guessed_header(head: Sequence[Sequence[Cell]]) -> tuple[int, int] | None:
    """Without a known word: the first row of at least three short, distinct texts with a full row below it."""
    for index, row in enumerate(head[:-1]):
        texts = _texts(row)
        short = all(len(text) <= LONGEST_HEADER for text in texts)
        wordy = all(isinstance(cell, str) for cell in row if cell is not None)
        if len(texts) >= 3 and short and wordy and len(set(texts)) == len(texts):
            return (index, index) if len(_texts(head[index + 1])) * 2 >= len(texts) else None
    return None


def _belongs_above(sheet: Sheet, index: int, is_header: IsHeader) -> bool:
    """The line above is part of the header: it groups columns or holds headers of columns empty here."""
    above, here = sheet.rows[index - 1], sheet.rows[index]
    if sheet.numbers[index - 1] != sheet.numbers[index] - 1 or len(_texts(above)) < 2:
        return False
    if any(not isinstance(cell, str) or len(cell) > LONGEST_HEADER for cell in above if cell is not None):
        return False
    complement = sum(1 for k, cell in enumerate(above) if cell is not None and _at(here, k) is None)
    grouped = any(
        top == bottom == sheet.numbers[index - 1] - 1 and right > left and _at(above, left) is not None
        for top, left, bottom, right in sheet.merged
    )
    known_above = _header_score(above, is_header)
    return (known_above >= 1 and (complement >= 1 or grouped)) or (grouped and complement >= 1)


def _belongs_below(sheet: Sheet, index: int, is_header: IsHeader) -> bool:
    """The line below is part of the header: it names the parts of a group and is empty under full headers."""
    if index + 1 >= len(sheet.rows) or sheet.numbers[index + 1] != sheet.numbers[index] + 1:
        return False
    here, below = sheet.rows[index], sheet.rows[index + 1]
    if any(not isinstance(cell, str) or len(cell) > LONGEST_HEADER for cell in below if cell is not None):
        return False
    number = sheet.numbers[index]
    spans_down = any(top < number <= bottom for top, _left, bottom, _right in sheet.merged)
    empty_under = any(
        _at(below, k) is None and is_header(plain_header(str(cell)))
        for k, cell in enumerate(here)
        if cell is not None
    )
    known = _header_score(below, is_header)
    under_nothing = any(cell is not None and _at(here, k) is None for k, cell in enumerate(below))
    return (known >= 1 and empty_under and (under_nothing or spans_down)) or (
        spans_down and bool(_texts(below))
    )


def _at(row: Sequence[Cell], column: int) -> Cell:
    return row[column] if column < len(row) else None


def _join_headers(sheet: Sheet, first: int, last: int) -> list[str]:
    width = max((len(row) for row in sheet.rows), default=0)
    lines = [_spread(sheet, index, width, is_last=index == last) for index in range(first, last + 1)]
    joined = []
    for column in range(width):
        words = [line[column] for line in lines if line[column]]
        joined.append("/".join(dict.fromkeys(words)))
    return joined


def _spread(sheet: Sheet, index: int, width: int, *, is_last: bool) -> list[str]:
    """One header line over all columns: merged groups repeated; without merges a group reaches to the next word."""
    row, number = sheet.rows[index], sheet.numbers[index] - 1
    words = [re.sub(r"\s+", "", str(_at(row, k) or "")) for k in range(width)]
    merged = [span for span in sheet.merged if span[0] <= number <= span[2] and span[1] < width]
    for _top, left, _bottom, right in merged:
        for column in range(left, min(right, width - 1) + 1):
            words[column] = words[left]
    if not is_last and not merged:
        below = sheet.rows[index + 1]
        for column in range(1, width):
            if not words[column] and _at(below, column) is not None:
                words[column] = words[column - 1]
    return words


# rows below the header


def _filled_down(sheet: Sheet, last: int) -> list[list[Cell]]:
    """Rows with the value of a vertically merged range in each of its rows."""
    rows = [list(row) for row in sheet.rows]
    index_of = {number: index for index, number in enumerate(sheet.numbers)}
    first_number = sheet.numbers[last] + 1
    for top, left, bottom, _right in sheet.merged:
        if top + 1 < first_number or bottom == top or top + 1 not in index_of:
            continue
        value = _at(rows[index_of[top + 1]], left)
        for number in range(top + 2, bottom + 2):
            row = rows[index_of[number]] if number in index_of else None
            if row is not None and value is not None and _at(row, left) is None:
                row.extend([None] * (left + 1 - len(row)))
                row[left] = value
    return rows


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows above the data say: whole lines, single header words, number of columns."""

    lines: set[str]
    words: set[str]
    columns: int


def _role(cells: Sequence[Cell], known: _Known, wide_merge: bool) -> Role:
    texts = _texts(cells)
    if _is_repeated(texts, known):
        return Role.REPEATED
    head = unicodedata.normalize("NFKC", re.sub(r"\s+", "", texts[0]))
    if any(_TOTAL.match(re.sub(r"\s+", "", text)) for text in texts[:2]) and not _looks_like_person(texts):
        return Role.TOTAL
    if len(texts) <= 2 and (_NOTE.match(head) or len(head) > 60):
        return Role.NOTE
    if len(texts) <= max(4, known.columns // 2) and _SIGNATURE.search(head) and not _looks_like_person(texts):
        return Role.SIGNATURE
    if len(texts) == 1:
        if head.isdigit() and len(head) <= 5:
            return Role.NUMBERED
        if wide_merge or _SECTION.match(head):
            return Role.SECTION
    return Role.DATA


def _is_repeated(texts: Sequence[str], known: _Known) -> bool:
    """A line from above the data again, or mostly words of the header; most rows are told by their first cells."""
    head = [plain_header(text) for text in texts[:2]]
    if len(texts) > 2 and not all(word in known.words for word in head):
        return False
    words = [plain_header(text) for text in texts]
    same = sum(1 for word in words if word in known.words)
    return "|".join(words) in known.lines or (same >= 2 and same * 10 >= len(words) * 7)


def _looks_like_person(texts: Sequence[str]) -> bool:
    """A row with an identity number is somebody, whatever else it says."""
    return any(re.fullmatch(r"[0-9]{17}[0-9Xx]", unicodedata.normalize("NFKC", text)) for text in texts)
