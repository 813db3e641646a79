"""How numbers, money and days are written."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from juxian.web.kit import formats
from juxian.web.kit.formats import Figure


@pytest.mark.parametrize(("number", "text"), [(186420, "186,420"), (0, "0"), (None, "—")])
def test_counts_have_separators_and_zero_is_not_missing(number, text):
    assert formats.count(number) == text


@pytest.mark.parametrize(
    ("fen", "figure"),
    [
        (980000, Figure("9,800", "元")),
        (5000000, Figure("5", "万元")),
        (303000000, Figure("303", "万元")),
        (12345678, Figure("123,456.78", "元")),
        (None, Figure("—", "")),
    ],
)
def test_money_is_exact(fen, figure):
    assert formats.money(fen) == figure


@pytest.mark.parametrize(
    ("fen", "figure"),
    [
        (12_640_123_456, Figure("1.26", "亿元")),
        (12_345_678, Figure("12.35", "万元")),
        (-12_345_678, Figure("-12.35", "万元")),
        (99_999, Figure("999.99", "元")),
    ],
)
def test_a_headline_is_rounded_half_up_to_two_decimals(fen, figure):
    assert formats.headline(fen) == figure


def test_english_headlines_count_in_millions_and_billions():
    with translation.override("en"):
        assert formats.headline(303_000_000) == Figure("3.03", "million yuan")
        assert formats.headline(126_000_000_000) == Figure("1.26", "billion yuan")


@pytest.mark.parametrize(
    ("number", "unit", "figure"),
    [
        (364, "person", Figure("364", "人")),
        (3_030_000, "yuan", Figure("303", "万元")),
        (50, "per_cent", Figure("50%", "")),
        (None, "person", Figure("—", "")),
    ],
)
def test_a_quantity_stands_apart_from_its_unit(number, unit, figure):
    assert formats.quantity(number, unit) == figure


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(286, 300, "95.3%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (0, 5, "0.0%"), (5, 0, "—"), (None, 5, "—")],
)
def test_a_rate_has_one_decimal(part, whole, text):
    assert formats.rate(part, whole) == text


@pytest.mark.parametrize(
    ("now", "before", "text"), [(1048, 1000, "+4.8%"), (939, 1000, "-6.1%"), (7, 7, "+0.0%"), (7, 0, "—")]
)
def test_a_change_always_shows_its_sign(now, before, text):
    assert formats.change(now, before) == text


@given(st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_rounding_by_one_is_exact(number, places):
    assert formats.decimal(number, 1, places) == f"{number:,}"


@given(st.integers(-(10**12), 10**12))
def test_a_decimal_is_nearer_than_any_other(number):
    text = formats.decimal(number, 100, 1)
    tenths = round(float(text.replace(",", "")) * 10)

    assert abs(tenths * 10 - number) <= 5


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2022, 1, 31), "2022-01-31"),
        (datetime(2022, 1, 31, 20, 0, tzinfo=UTC), "2022-02-01"),
        ("2022-01-31", "2022-01-31"),
        (None, "—"),
    ],
)
def test_days_are_those_of_shanghai(value, text):
    assert formats.day(value) == text


@pytest.mark.parametrize(
    ("then", "text"),
    [
        (datetime(2026, 1, 15, 3, 25, tzinfo=UTC), "35 分钟前"),
        (datetime(2026, 1, 15, 1, 0, tzinfo=UTC), "3 小时前"),
        (datetime(2026, 1, 14, 9, 42, tzinfo=UTC), "昨天 17:42"),
        (datetime(2026, 1, 2, 9, 42, tzinfo=UTC), "01-02"),
        (datetime(2025, 11, 18, 9, 42, tzinfo=UTC), "2025-11-18"),
    ],
)
def test_alerts_tell_how_long_ago(then, text):
    assert formats.ago(then, datetime(2026, 1, 15, 4, 0, tzinfo=UTC)) == text


def test_a_day_that_nobody_stated_is_said_to_be_unknown() -> None:
    assert [formats.day(date(1900, 1, 1)), formats.day("1900-01-01")] == ["日期不详", "日期不详"]
