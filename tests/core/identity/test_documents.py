from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.identity import canonical_number, check_document, find_document_kind, mask_document
from juxian.core.identity.documents import KIND_WORDS

DAY = date(2022, 12, 15)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("440308199901101512", "resident_id"),
        ("810000199408230021", "residence_permit"),
        ("911124198108030024", "permanent_residence"),
        ("CAN123456789012", "permanent_residence"),
        ("E12345678", "passport"),
        ("EA1234567", "passport"),
        ("G12345678", "passport"),
        ("H12345678", "hk_macao_permit"),
        ("M1234567801", "hk_macao_permit"),
        ("X1234567", "passport"),
    ],
)
def test_the_kind_is_told_from_the_shape(number: str, kind: str) -> None:
    found = check_document("", number, DAY)

    assert (found.number, found.kind) == (number, kind)


def test_a_foreign_passport_is_only_supposed() -> None:
    assert check_document("", "X1234567", DAY).warnings != ()


def test_eight_digits_need_their_kind() -> None:
    assert check_document("taiwan_permit", "12345678").number == "12345678"
    assert check_document("", "12345678").problem is not None


def test_a_proven_number_of_another_kind_is_taken_as_that_kind_with_a_warning() -> None:
    found = check_document("resident_id", "810000199408230021", DAY)

    assert (found.kind, len(found.warnings)) == ("residence_permit", 1)


def test_a_passport_with_the_letter_o_is_not_chinese() -> None:
    assert check_document("", "EO1234567").warnings != ()


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("身份证", "resident_id"),
        ("护 照", "passport"),
        ("台胞证", "taiwan_permit"),
        ("passport", "passport"),
        ("饭卡", None),
    ],
)
def test_words_for_kinds(word: str, kind: str | None) -> None:
    assert find_document_kind(word) == kind


@given(kind=st.sampled_from(["", *KIND_WORDS]), text=st.text(max_size=40))
def test_any_text_gets_an_answer_and_checking_twice_changes_nothing(kind: str, text: str) -> None:
    once = check_document(kind, text, DAY)

    assert (once.problem is None) == (once.number != "")
    if once.number:
        assert canonical_number(once.number) == once.number
        assert check_document(once.kind, once.number, DAY).number == once.number


@pytest.mark.parametrize(
    ("kind", "number", "masked"),
    [
        ("resident_id", "440308199901101512", "4403**********1512"),
        ("passport", "E12345678", "E******78"),
        ("other", "军字第1234号", "******4号"),
        ("other", "12", "**"),
    ],
)
def test_masking(kind: str, number: str, masked: str) -> None:
    assert mask_document(kind, number) == masked
