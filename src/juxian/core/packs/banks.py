"""The file of a bank in ``funds.yaml`` (银行报盘格式): columns, encoding, and how its statement names what it tells."""

from __future__ import annotations

from typing import Literal, cast

from juxian.core.funds.bank import ENCODINGS, FIELDS, NEWLINES, STATEMENT_FIELDS
from juxian.core.funds.book import BankColumn, BankLayout
from juxian.core.packs.housing_values import read_all
from juxian.core.packs.reading import Part, one_of
from juxian.core.packs.schema import BASES


def bank_layout(part: Part) -> BankLayout | None:
    """What a bank takes and sends; None when it says no column."""
    required = ("id", "title", "kind", "columns", "basis")
    if not part.keys(required, ("encoding", "newline", "header", "statement", "source")):
        return None
    kind = part.get("kind").one_of(("csv", "fixed"), "csv")
    columns = [one for _, one in read_all(part.get("columns").items(), lambda item: _column(item, kind))]
    statement: dict[str, tuple[str, ...]] = {}
    for name, item in part.get("statement").entries():
        if name not in STATEMENT_FIELDS:
            item.refuse(
                "K865",
                f"对账单没有“{name}”",
                f"a statement has no “{name}”",
                one_of(name, STATEMENT_FIELDS),
                key=True,
            )
        statement[name] = item.words()
    if not columns:
        return None
    return BankLayout(
        part.get("id").code(),
        part.get("title").title(),
        cast(Literal["csv", "fixed"], kind),
        part.get("encoding").one_of(ENCODINGS, "utf-8"),
        part.get("newline").one_of(NEWLINES, "crlf"),
        part.get("header").boolean(),
        tuple(columns),
        statement,
        part.get("basis").one_of(BASES),
    )


def _column(part: Part, kind: str) -> BankColumn | None:
    if not part.keys(("field",), ("title", "width", "align", "pad")):
        return None
    name = part.get("field").text()
    if name not in FIELDS:
        part.get("field").refuse(
            "K865", f"没有字段“{name}”", f"there is no field “{name}”", one_of(name, list(FIELDS))
        )
        return None
    width = part.get("width").integer(1, 400) or 0
    if kind == "fixed" and not width:
        part.refuse("K865", "定长文件的每列要写宽度", "each column of a fixed file needs its width")
    pad = part.get("pad").value if part.get("pad").present else " "
    if not isinstance(pad, str) or len(pad) != 1 or not pad.isascii():
        part.get("pad").refuse("K865", "填充应为一个 ASCII 字符", "padding is one ASCII character")
        pad = " "
    align = part.get("align").one_of(("left", "right"), "left")
    return BankColumn(name, part.get("title").text(), width, cast(Literal["left", "right"], align), pad)
