from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.facts.schema import Field, Kind
from juxian.core.tables.cells import Context, is_empty, read_cell, read_document, read_name
from juxian.core.tables.dates import read_date
from juxian.core.tables.roster import Reading
from juxian.core.tables.workbook import Cell, as_text

AS_OF = date(2022, 12, 15)


def field_of(reading: Reading, kind: str, name: str) -> Field:
    return reading.schema.kinds[kind].fields[name]


def context(reading: Reading, header: str = "", unit: str = "") -> Context:
    return Context(reading.schema, reading.organisations, AS_OF, header, unit)


@pytest.mark.parametrize(
    ("raw", "day", "precision"),
    [
        ("1985.7", date(1985, 7, 1), "month"),
        ("1985.07", date(1985, 7, 1), "month"),
        (1985.07, date(1985, 7, 1), "month"),
        ("85年7月", date(1985, 7, 1), "month"),
        ("05年7月", date(2005, 7, 1), "month"),
        ("1985-07-01", date(1985, 7, 1), "day"),
        ("1985／7／1", date(1985, 7, 1), "day"),
        ("19850701", date(1985, 7, 1), "day"),
        (19850701, date(1985, 7, 1), "day"),
        ("198507", date(1985, 7, 1), "month"),
        (31229, date(1985, 7, 1), "day"),
        (31229.0, date(1985, 7, 1), "day"),
        ("31229", date(1985, 7, 1), "day"),
        (date(1985, 7, 1), date(1985, 7, 1), "day"),
        (datetime(1985, 7, 1, 12, 30), date(1985, 7, 1), "day"),  # noqa: DTZ001  # cells have no time zone
        ("1985年", date(1985, 1, 1), "year"),
        ("一九八五年十月", date(1985, 10, 1), "month"),
        ("1985年十二月", date(1985, 12, 1), "month"),
        ("1985.07（37岁）", date(1985, 7, 1), "month"),
        ("1985年7月生", date(1985, 7, 1), "month"),
        ("1985-07-01 00:00:00", date(1985, 7, 1), "day"),
    ],
)
def test_dates(raw: Cell, day: date, precision: str) -> None:
    found = read_date(raw, AS_OF)

    assert found is not None
    assert (found.day, found.precision) == (day, precision)


@pytest.mark.parametrize(
    "raw", ["", "不详", "1985.13", "1985-02-30", "3000-01-01", "12", 12, 3.5, True, None, float("1e300")]
)
def test_what_is_no_date(raw: Cell) -> None:
    assert read_date(raw, AS_OF) is None


@pytest.mark.parametrize(
    ("raw", "unit", "fen"),
    [
        (8.5, "万元", 8_500_000),
        ("8.5", "万元", 8_500_000),
        ("15万元", "元", 15_000_000),
        ("１２，０００", "", 1_200_000),
        ("￥1,500.50", "", 150_050),
        (0.1, "万元", 100_000),
        (1.23, "百万元", 123_000_000),
    ],
)
def test_money(raw: Cell, unit: str, fen: int, reading: Reading) -> None:
    found = read_cell(raw, field_of(reading, "employment", "annual_pay"), context(reading, unit=unit))

    assert (found.value, found.problem) == (fen, None)


@pytest.mark.parametrize("raw", ["面议", "5万-8万", 0.001, "1e5", "-", True])
def test_money_that_cannot_be_read_is_no_amount(raw: Cell, reading: Reading) -> None:
    assert read_cell(raw, field_of(reading, "employment", "annual_pay"), context(reading)).value is None


def test_a_term_without_a_unit_is_not_guessed(reading: Reading) -> None:
    term = field_of(reading, "employment", "contract_months")

    assert read_cell(5, term, context(reading, unit="年")).value == 60
    assert read_cell("36个月", term, context(reading)).value == 36
    assert read_cell(5, term, context(reading)).problem is not None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("本科", "bachelor"),
        (" 大学 本科 ", "bachelor"),
        ("硕士研究生（在职）", "master"),
        ("21", "bachelor"),
        (21.0, "bachelor"),
    ],
)
def test_levels_are_found_after_cleaning(raw: Cell, code: str, reading: Reading) -> None:
    assert read_cell(raw, field_of(reading, "education", "degree"), context(reading)).value == code


def test_an_unknown_level_suggests_the_nearest(reading: Reading) -> None:
    found = read_cell("博士研究升", field_of(reading, "education", "degree"), context(reading))

    assert found.value is None
    assert found.hint is not None
    assert "博士" in found.hint.zh


def test_yes_under_a_header_that_names_a_level(reading: Reading) -> None:
    tags = field_of(reading, "education", "school_tags")

    assert read_cell("是", tags, context(reading, header="是否双一流")).value == ["double_first_class"]
    assert read_cell("是", tags, context(reading, header="院校层次")).problem is not None
    assert read_cell("985、双一流", tags, context(reading)).value == ["985", "double_first_class"]


@pytest.mark.parametrize(
    ("raw", "value"),
    [("是", True), ("有", True), ("√", True), ("否", False), ("无", False), (True, True), ("大概", None)],
)
def test_booleans(raw: Cell, value: bool | None, reading: Reading) -> None:
    assert read_cell(raw, field_of(reading, "employment", "establishment"), context(reading)).value is value


@pytest.mark.parametrize("raw", [6.20201198501012e17, 620201198501012000, "6.20201E+17", "6.20201E17"])
def test_lost_digits_refuse_the_cell(raw: Cell) -> None:
    document, found = read_document(raw, "", AS_OF)

    assert document is None
    assert found.reason == "number_damaged"


def test_an_old_number_of_fifteen_digits_survives_as_a_number() -> None:
    document, _found = read_document(610104620927690.0, "", AS_OF)

    assert document is not None
    assert document.number == "610104196209276908"


@pytest.mark.parametrize("raw", [None, "", "　", "—", "/", "无数据", "N/A"])
def test_signs_for_nothing(raw: Cell) -> None:
    assert is_empty(raw)


def test_whole_numbers_are_shown_without_a_point() -> None:
    assert as_text(13800000000.0) == "13800000000"
    assert as_text(8.5) == "8.5"
    assert as_text(True) == "是"


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.dates(),
)


@given(raw=CELLS, place=st.integers(0, 10_000))
def test_any_cell_gets_an_answer_in_any_field(raw: Cell, place: int, reading: Reading) -> None:
    fields = [field for kind in reading.schema.kinds.values() for field in kind.fields.values()]
    field = fields[place % len(fields)]

    found = read_cell(raw, field, context(reading))

    assert found.problem is None or found.value is None
    if found.value is not None and field.type.kind not in (Kind.MONTHS, Kind.MONEY):
        again = read_cell(
            found.value if not isinstance(found.value, list) else "、".join(found.value),
            field,
            context(reading),
        )
        assert again.value == found.value or field.type.kind is Kind.DATE


@given(raw=CELLS)
def test_any_cell_gets_an_answer_as_name_date_and_number(raw: Cell) -> None:
    if not is_empty(raw):
        assert (read_name(raw).problem is None) == bool(read_name(raw).value)
        read_date(raw, AS_OF)
        document, found = read_document(raw, "", AS_OF)
        assert (document is None) == (found.problem is not None)
