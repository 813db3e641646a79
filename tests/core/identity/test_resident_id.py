from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.identity import check_resident_id
from juxian.core.identity.resident_id import check_digit

PUBLISHED = ("11010519491231002X", "440308199901101512", "360426199101010071")
DAY = date(2022, 12, 15)


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_numbers_pass(number: str) -> None:
    found = check_resident_id(number, DAY)

    assert (found.number, found.kind, found.problem) == (number, "resident_id", None)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("810000199408230021", "residence_permit"),
        ("830000199201300022", "residence_permit"),
        ("911124198108030024", "permanent_residence"),
    ],
)
def test_permits_of_the_same_shape_are_told_by_their_kind(number: str, kind: str) -> None:
    assert check_resident_id(number, DAY).kind == kind


def test_fifteen_digits_become_eighteen_with_a_warning() -> None:
    found = check_resident_id("610104620927690")

    assert found.number == "610104196209276908"
    assert len(found.warnings) == 1


def test_birth_and_gender_come_from_the_number() -> None:
    found = check_resident_id("11010519491231002X")

    assert (found.birth, found.gender) == (date(1949, 12, 31), "female")


def test_full_width_digits_blanks_and_lower_case_are_made_canonical() -> None:
    assert check_resident_id(" １１０１０５ 19491231 002ｘ ").number == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "word"),
    [
        ("440308199901101513", "校验位"),
        ("110105194902300020", "不存在"),
        ("4403081999011015", "16 位"),
        ("44030819990110\u200b1512", "看不见"),
        ("", "0 位"),
    ],
)
def test_what_cannot_be_a_number_is_a_problem(number: str, word: str) -> None:
    found = check_resident_id(number, DAY)

    assert found.number == ""
    assert found.problem is not None
    assert word in found.problem.zh


def test_a_birth_in_the_future_or_too_long_ago_is_a_problem() -> None:
    future, ancient = "62020120300101001", "62020118500101001"

    assert check_resident_id(future + check_digit(future), DAY).problem is not None
    assert check_resident_id(ancient + check_digit(ancient), DAY).problem is not None
    assert check_resident_id(future + check_digit(future)).problem is None


def test_an_unknown_division_only_warns() -> None:
    first = "99020119880315001".replace("99", "77", 1)
    found = check_resident_id(first + check_digit(first), DAY)

    assert found.problem is None
    assert len(found.warnings) == 1


@given(
    area=st.integers(110000, 659999),
    birth=st.dates(date(1900, 1, 1), DAY),
    sequence=st.integers(0, 999),
)
def test_checking_twice_changes_nothing(area: int, birth: date, sequence: int) -> None:
    first = f"{area}{birth:%Y%m%d}{sequence:03d}"
    once = check_resident_id(first + check_digit(first))

    assert once.number == first + check_digit(first)
    assert check_resident_id(once.number) == once


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    found = check_resident_id(text, DAY)

    assert (found.problem is None) == (found.number != "")
