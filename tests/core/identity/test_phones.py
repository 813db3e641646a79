import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from juxian.core.identity import check_phone, mask_phone, normalise_phone


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("138 0000 0000", "13800000000"),
        ("+86-138-0000-0000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("0937-6220000", "09376220000"),
        ("(0937)6220000", "09376220000"),
        ("6220000", "6220000"),
        ("+1 415 555 0100", "+14155550100"),
    ],
)
def test_the_canonical_form(written: str, number: str) -> None:
    assert check_phone(written).number == number


def test_the_first_of_several_is_taken_with_a_warning() -> None:
    found = check_phone("13800000000/13900000000")

    assert (found.number, len(found.warnings)) == ("13800000000", 1)


@pytest.mark.parametrize("written", ["", "/", "无", "123", "12345678901", "1380000\u200b0000"])
def test_what_is_no_number(written: str) -> None:
    assert check_phone(written).problem is not None


def test_masking() -> None:
    assert mask_phone("13800001234") == "138****1234"
    assert mask_phone("09376220012") == "*********12"


@given(st.text(max_size=40))
@example("A´")
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_phone(text)

    assert normalise_phone(once) == once
    assert (check_phone(text).problem is None) == (check_phone(text).number != "")
