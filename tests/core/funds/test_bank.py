"""Files to the bank are bytes of the rows alone; a statement is read whole or refused at its row."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.funds.bank import (
    BadStatement,
    BankRow,
    NotEncodable,
    Statement,
    StatementRow,
    amount_yuan,
    bank_file,
    read_statement,
)
from juxian.core.funds.book import BankColumn, BankLayout
from juxian.core.text import Text

FIXED = BankLayout(
    "fixed",
    Text("定长"),
    "fixed",
    "gb18030",
    "crlf",
    False,
    (
        BankColumn("position", "", 4, "right", "0"),
        BankColumn("account", "", 10),
        BankColumn("name", "", 8),
        BankColumn("amount_fen", "", 8, "right", "0"),
    ),
)
CSV = BankLayout(
    "csv",
    Text("CSV"),
    "csv",
    "utf-8",
    "lf",
    True,
    (BankColumn("name", "户名"), BankColumn("amount_yuan", "金额"), BankColumn("memo", "附言")),
    {
        "day": ("日期",),
        "reference": ("业务编号",),
        "paid": ("支出",),
        "returned": ("收入",),
        "status": ("状态",),
        "closing": ("余额",),
        "opening": ("期初",),
    },
)
ROW = BankRow(7, "R1-7", "张三", "6222001", "某行", 123_456, "安家")
names = st.text(st.characters(whitelist_categories=("Lu", "Ll", "Lo")), min_size=1, max_size=4)


def test_a_fixed_file_counts_bytes_of_its_encoding() -> None:
    assert bank_file([ROW], FIXED).content == b"00076222001   " + "张三".encode("gbk") + b"    00123456\r\n"


def test_a_csv_file_has_its_titles_and_quotes() -> None:
    content = bank_file([replace(ROW, memo='安家,"第一期"')], CSV).content

    assert content.decode() == '户名,金额,附言\n张三,1234.56,"安家,""第一期"""\n'


def test_text_that_a_spreadsheet_would_carry_out_is_made_harmless() -> None:
    assert "'=1+1" in bank_file([replace(ROW, memo="=1+1")], CSV).content.decode()


@given(
    st.lists(
        st.builds(BankRow, st.integers(1, 999), names, names, names, names, st.integers(1, 10**9), names)
    )
)
def test_the_same_rows_give_the_same_bytes_and_one_fen_other_ones(rows: list[BankRow]) -> None:
    first = bank_file(rows, CSV)

    assert bank_file(list(rows), CSV) == first
    assert first.sha256 == hashlib.sha256(first.content).hexdigest()
    if rows:
        changed = [replace(rows[0], amount_fen=rows[0].amount_fen + 1), *rows[1:]]
        assert bank_file(changed, CSV).sha256 != first.sha256


@pytest.mark.parametrize("row", [replace(ROW, name="司徒欧阳娜"), replace(ROW, name="张\n三")])
def test_what_does_not_fit_is_named_with_its_row(row: BankRow) -> None:
    with pytest.raises(NotEncodable, match="row 7: name") as refused:
        bank_file([row], FIXED)
    assert "第 7 行" in refused.value.message.zh


def test_a_letter_outside_the_alphabet_is_named() -> None:
    lone = replace(ROW, name="张\ud800")

    with pytest.raises(NotEncodable):
        bank_file([lone], CSV)


def test_amounts_have_two_decimals() -> None:
    assert [amount_yuan(fen) for fen in (1, 100, 123_456)] == ["0.01", "1.00", "1234.56"]


def statement(text: str) -> Statement:
    return read_statement(text.encode(), CSV)


def test_a_statement_with_what_was_paid_and_what_came_back() -> None:
    found = statement(
        "某行对账单\n日期,业务编号,支出,收入,状态,期初,余额\n"
        '2026-03-02,R1-1,"1,000.50",,成功,5000,3999.50\n2026-03-03,R1-2,,200,,,4199.50\n\n'
    )

    assert found.rows == (
        StatementRow(3, date(2026, 3, 2), "R1-1", 100_050),
        StatementRow(4, date(2026, 3, 3), "R1-2", -20_000, returned=True),
    )
    assert (found.opening_fen, found.closing_fen, found.moved_fen, found.adds_up) == (
        500_000,
        419_950,
        80_050,
        True,
    )


def test_a_statement_of_a_failed_payment_and_without_balances() -> None:
    found = statement("日期,业务编号,支出,状态\n20260302,R1-1,5,退汇\n")

    assert [(row.reference, row.returned) for row in found.rows] == [("R1-1", True)]
    assert found.adds_up is None


def test_gb18030_is_understood() -> None:
    found = read_statement("日期,业务编号,支出\n2026-3-2,R1,5.1\n".encode("gb18030"), CSV)

    assert [row.amount_fen for row in found.rows] == [510]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有找到表头"),
        ("日期,金额大写\n2026-03-02,壹元\n", "没有找到表头"),
        ("日期,支出\n2026-03-02,壹元\n", "第 2 行：“壹元”不是金额"),
        ("日期,支出\n2026-03-02,1.234\n", "不是金额"),
        ("日期,支出\n昨天,1\n", "第 2 行"),
        ("日期,支出\n", "没有一行流水"),
        ("日期,支出,收入\n2026-03-02,1,1\n", "既有支出又有退回"),
    ],
)
def test_what_is_no_statement_is_refused_at_its_row(text: str, words: str) -> None:
    with pytest.raises(BadStatement, match=words):
        statement(text)


def told(content: bytes) -> str:
    try:
        read_statement(content, CSV)
    except BadStatement as refused:
        return refused.message.en
    return "read"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_statement_or_refused(content: bytes) -> None:
    assert told(content)


@given(st.text(max_size=300))
def test_any_text_under_the_titles_is_read_or_refused(text: str) -> None:
    assert told(f"日期,业务编号,支出,收入\n{text}".encode())


def test_a_cell_of_endless_text_is_refused() -> None:
    assert told(b'a,"' + b"x" * 200_000) == "the file is no CSV"
