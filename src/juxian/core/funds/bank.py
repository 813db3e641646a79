"""Files to and from the bank (银行代发文件、对账单); bytes are a function of the rows alone."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from juxian.core.facts.values import Refusal, parse_day
from juxian.core.funds.book import BankColumn, BankLayout
from juxian.core.text import Text

NEWLINES = {"crlf": "\r\n", "lf": "\n"}
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")
_CAREFUL = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # a spreadsheet would carry them out


@dataclass(frozen=True, slots=True)
class BankRow:
    """One payment as the bank is told. reference: ours, comes back in the statement."""

    position: int
    reference: str
    name: str
    account: str
    bank: str
    amount_fen: int
    memo: str


@dataclass(frozen=True, slots=True)
class BankFile:
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class NotEncodable(ValueError):
    """A value that the bank's file cannot hold: too wide for its column, or not in its alphabet."""

    def __init__(self, row: BankRow, column: BankColumn, value: str) -> None:
        super().__init__(f"row {row.position}: {column.field} {value!r}")
        self.row, self.column = row, column

    @property
    def message(self) -> Text:
        name = self.column.title or self.column.field
        return Text(
            f"第 {self.row.position} 行“{name}”写不进银行文件（超长或有银行字符集以外的字）",
            f"row {self.row.position}: “{name}” does not fit into the bank's file (too long, or outside its alphabet)",
        )


def amount_yuan(fen: int) -> str:
    """``123456`` → ``1234.56``: no separators, always two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


FIELDS: dict[str, Callable[[BankRow], str]] = {
    "position": lambda row: str(row.position),
    "reference": lambda row: row.reference,
    "name": lambda row: row.name,
    "account": lambda row: row.account,
    "bank": lambda row: row.bank,
    "amount_yuan": lambda row: amount_yuan(row.amount_fen),
    "amount_fen": lambda row: str(row.amount_fen),
    "memo": lambda row: row.memo,
}


def bank_file(rows: Sequence[BankRow], layout: BankLayout) -> BankFile:
    """The bytes for these rows in this order. Raises ``NotEncodable``."""
    make = _csv_line if layout.kind == "csv" else _fixed_line
    encoding = "utf-8" if layout.encoding == "utf-8-sig" else layout.encoding
    newline = NEWLINES[layout.newline].encode()
    lines = [_header(layout).encode(encoding)] if layout.header else []
    lines += [make(row, layout, encoding) for row in rows]
    mark = b"\xef\xbb\xbf" if layout.encoding == "utf-8-sig" else b""
    return BankFile(mark + b"".join(line + newline for line in lines))


def _header(layout: BankLayout) -> str:
    return _spell([column.title or column.field for column in layout.columns])


def _spell(values: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(values)
    return out.getvalue()


def _csv_line(row: BankRow, layout: BankLayout, encoding: str) -> bytes:
    values = [_harmless(FIELDS[column.field](row)) for column in layout.columns]
    for column, value in zip(layout.columns, values, strict=True):
        _encoded(value, row, column, encoding)
    return _spell(values).encode(encoding)


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_CAREFUL) else value


def _fixed_line(row: BankRow, layout: BankLayout, encoding: str) -> bytes:
    return b"".join(_fixed(row, column, encoding) for column in layout.columns)


def _fixed(row: BankRow, column: BankColumn, encoding: str) -> bytes:
    value = FIELDS[column.field](row)
    encoded = _encoded(value, row, column, encoding)
    if len(encoded) > column.width or any(mark in value for mark in "\r\n"):
        raise NotEncodable(row, column, value)
    fill = column.pad.encode(encoding) * (column.width - len(encoded))
    return encoded + fill if column.align == "left" else fill + encoded


def _encoded(value: str, row: BankRow, column: BankColumn, encoding: str) -> bytes:
    try:
        return value.encode(encoding)
    except UnicodeEncodeError as error:
        raise NotEncodable(row, column, value) from error


# what came back


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line of a bank's statement. amount_fen: out of our account positive, back into it negative.

    reference: ours, where the bank repeats it. returned: the bank says that the payment came back.
    """

    number: int
    day: date
    reference: str
    amount_fen: int
    name: str = ""
    note: str = ""
    returned: bool = False


@dataclass(frozen=True)
class Statement:
    """opening, closing: what the account held before and after; None where the file does not say."""

    rows: tuple[StatementRow, ...]
    opening_fen: int | None
    closing_fen: int | None

    @property
    def moved_fen(self) -> int:
        """What left the account, less what came back."""
        return sum(row.amount_fen for row in self.rows)

    @property
    def adds_up(self) -> bool | None:
        """opening − moved = closing; None when the file does not say both."""
        if self.opening_fen is None or self.closing_fen is None:
            return None
        return self.opening_fen - self.moved_fen == self.closing_fen


@dataclass
class BadStatement(ValueError):
    """A file that is no statement of this layout; ``row`` from 1, 0 for the file as a whole."""

    row: int
    reason: Text

    def __str__(self) -> str:
        return self.message.zh

    @property
    def message(self) -> Text:
        if not self.row:
            return self.reason
        return Text(f"第 {self.row} 行：{self.reason.zh}", f"row {self.row}: {self.reason.in_language('en')}")


STATEMENT_FIELDS = (
    "day",
    "reference",
    "paid",
    "returned",
    "amount",
    "status",
    "name",
    "note",
    "opening",
    "closing",
)
RETURNED_WORDS = ("退回", "退汇", "失败", "returned", "failed")
MOST_ROWS = 100_000
_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})$")


def read_statement(content: bytes, layout: BankLayout) -> Statement:
    """A statement as CSV. Raises ``BadStatement``.

    Each field of ``STATEMENT_FIELDS`` is a column by one of its titles in ``layout.statement``. ``opening`` and ``closing``
    are read off any row that has them.
    """
    table = _table(content)
    places, first = _places(table, layout.statement)
    rows: list[StatementRow] = []
    openings: list[int] = []
    closings: list[int] = []
    for number, cells in enumerate(table[first:], first + 1):
        values = {name: cells[place].strip() for name, place in places.items() if place < len(cells)}
        openings += [_fen(values["opening"], number)] if values.get("opening") else []
        closings += [_fen(values["closing"], number)] if values.get("closing") else []
        row = _row(number, values)
        rows += [row] if row else []
    if not rows and not closings:
        raise BadStatement(0, Text("没有一行流水", "there is no line in it"))
    return Statement(tuple(rows), openings[0] if openings else None, closings[-1] if closings else None)


def _table(content: bytes) -> list[list[str]]:
    try:
        table = list(csv.reader(io.StringIO(_decoded(content))))
    except csv.Error as error:
        raise BadStatement(0, Text("不是 CSV 文件", "the file is no CSV")) from error
    if len(table) > MOST_ROWS:
        raise BadStatement(0, Text(f"超过 {MOST_ROWS} 行", f"more than {MOST_ROWS} rows"))
    return table


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadStatement(
        0, Text("文件不是 UTF-8 或 GB18030 文本", "the file is neither UTF-8 nor GB18030 text")
    )


def _places(
    table: Sequence[Sequence[str]], titles: Mapping[str, Sequence[str]]
) -> tuple[dict[str, int], int]:
    """Field → column, and the first row below the titles."""
    for number, cells in enumerate(table[:20]):
        words = [cell.strip() for cell in cells]
        places = {
            name: words.index(title) for name, known in titles.items() for title in known if title in words
        }
        if "day" in places and places.keys() & {"paid", "amount"}:
            return places, number + 1
    wanted = "、".join(
        title for name in ("day", "reference", "amount", "paid") for title in titles.get(name, ())[:1]
    )
    raise BadStatement(
        0, Text(f"没有找到表头（应有 {wanted}）", f"no row of titles was found (with {wanted})")
    )


def _row(number: int, values: Mapping[str, str]) -> StatementRow | None:
    """A line that moves money; None for one that does not."""
    out, back = (
        _fen(text, number) if text else 0
        for text in (values.get("paid") or values.get("amount", ""), values.get("returned", ""))
    )
    if out and back:
        raise BadStatement(number, Text("同一行既有支出又有退回", "money goes out and comes back in one row"))
    if not out and not back:
        return None
    day = parse_day(_DAY.sub(r"\1-\2-\3", values.get("day", "")))
    if isinstance(day, Refusal):
        raise BadStatement(number, day.reason)
    failed = any(word in values.get("status", "").lower() for word in RETURNED_WORDS)
    return StatementRow(
        number,
        day,
        values.get("reference", ""),
        out - back,
        values.get("name", ""),
        values.get("note", ""),
        failed or out < 0 or back > 0,
    )


def _fen(text: str, number: int) -> int:
    """``1,234.5`` yuan in fen."""
    plain = (
        text.replace(",", "").replace("，", "").replace("元", "").replace("¥", "").replace("￥", "").strip()
    )
    whole, _, part = plain.partition(".")
    sign = -1 if whole.startswith("-") else 1
    digits = whole.lstrip("+-")
    if not digits.isascii() or not digits.isdigit() or len(part) > 2 or len(digits) > 13:
        raise BadStatement(number, Text(f"“{text}”不是金额", f"“{text}” is no amount"))
    if part and (not part.isascii() or not part.isdigit()):
        raise BadStatement(number, Text(f"“{text}”不是金额", f"“{text}” is no amount"))
    return sign * (int(digits) * 100 + int((part or "0").ljust(2, "0")))
