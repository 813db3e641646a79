"""Traces: equal for what means the same, unknown where nothing is certain."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.identity.linking.partial import read_partial_number
from juxian.core.identity.linking.sounds import by_ear, name_forms
from juxian.core.identity.linking.traces import COLUMNS, Known, Trace, Tracer

TRACER = Tracer(b"k" * 32)
NUMBER = "620201199001011232"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4.30102E+17", "430102____________"),
        ("4.30102198501011E+17", "430102198501011___"),
        ("430102198501012000", "430102198501012___"),
        ("4301**********2417", "4301__________2417"),
        ("430102********241X", "430102________241X"),
        ("尾号2417", "______________2417"),
        ("430102198501012417", ""),  # whole: a slip may stand anywhere in it
        ("无", ""),
        ("****", ""),
    ],
)
def test_of_a_damaged_number_only_what_is_certain_is_read(text: str, expected: str) -> None:
    assert read_partial_number(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("張偉", "张伟"),
        ("张　伟", "张伟"),
        ("陈峯", "陈峰"),
        ("阿依古丽·艾山", "阿依古丽•艾山"),
        ("WEI ZHANG", "wei zhang"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert name_forms(one) == name_forms(other)


def test_a_romanised_name_sounds_like_the_characters_in_either_order() -> None:
    han = name_forms("张伟")

    for name in ("Zhang Wei", "Wei Zhang", "wei ZHANG"):
        assert han.sound in {name_forms(name).sound, name_forms(name).turned}


def test_surnames_have_their_own_reading() -> None:
    assert name_forms("单雄信").sound == "shanxiongxin"
    assert name_forms("欧阳修").surname == by_ear("ouyang")


@given(st.text(alphabet="abcdefghlnszuv", max_size=12))
def test_hearing_twice_changes_nothing(sound: str) -> None:
    assert by_ear(by_ear(sound)) == by_ear(sound)


@given(st.text(alphabet="张王李偉伟峯峰 ·A", min_size=1, max_size=6))
def test_the_key_of_a_key_is_the_key(name: str) -> None:
    key = name_forms(name).key

    assert name_forms(key).key == key


def test_a_number_says_birth_and_its_parts_fit_those_of_a_masked_one() -> None:
    whole = TRACER.trace(Known("张伟", numbers=(("resident_id", NUMBER),)))
    masked = TRACER.trace(Known("张伟", damaged="6202**********1232"))

    assert (whole.birth_day, whole.birth_month, whole.birth_year) == (19900101, 199001, 1990)
    assert (masked.region4, masked.tail4, masked.number) == (whole.region4, whole.tail4, 0)


def test_a_row_that_contradicts_its_number_says_so() -> None:
    numbers = (("resident_id", NUMBER),)

    assert TRACER.trace(Known("张伟", numbers, birth=date(1990, 1, 1))).contradicts == 0
    assert TRACER.trace(Known("张伟", numbers, birth=date(1990, 1, 1), precision="month")).contradicts == 0
    assert TRACER.trace(Known("张伟", numbers, birth=date(1991, 1, 1))).contradicts == 1


def test_placeholders_are_no_telephones() -> None:
    assert TRACER.trace(Known("张伟", phones=("13800000000", "11111111"))).phone == 0


def test_a_line_of_the_unit_is_nobodys_telephone() -> None:
    assert TRACER.trace(Known("张伟", phones=("0937-6210048", "13912345678"))).phone_also == 0
    assert TRACER.trace(Known("张伟", phones=("0937-6210048",))).phone == 0


def test_nothing_known_is_all_unknown() -> None:
    assert TRACER.trace(Known("")) == Trace()
    assert len(COLUMNS) == len(Trace().values())
