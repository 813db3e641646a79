import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.identity import check_uscc
from juxian.core.identity.uscc import ALPHABET, check_character


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000600037341L", "91512081MA62K0260E"])
def test_published_codes_pass(code: str) -> None:
    found = check_uscc(code)

    assert (found.code, found.warnings) == (code, ())


@pytest.mark.parametrize("code", ["91350211M0000XUF46", "91350100M0001TGQXM"])
def test_codes_in_use_that_fail_the_check_only_warn(code: str) -> None:
    found = check_uscc(code)

    assert found.code == code
    assert len(found.warnings) == 1


def test_letters_are_registrars_too() -> None:
    first = "N2620200MF1234567"

    assert check_uscc(first + check_character(first)).warnings == ()


def test_a_remainder_of_zero_gives_zero() -> None:
    first = next(
        text
        for number in range(10_000)
        if check_character(text := f"91350100M000{number:05d}"[:17].ljust(17, "0")) == "0"
    )

    assert check_uscc(first + "0").warnings == ()


@pytest.mark.parametrize("code", ["", "9135", "91350100I000100Y43", "91350100M000100Y4\u200b3"])
def test_what_has_not_the_shape_is_a_problem(code: str) -> None:
    assert check_uscc(code).problem is not None


@given(st.text(ALPHABET, min_size=17, max_size=17))
def test_a_made_code_passes_and_stays(first: str) -> None:
    code = first + check_character(first)

    assert check_uscc(code.lower()).code == code
