import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.identity import check_name, mask_name, matching_key, name_key, normalise_name


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("张　伟", "张伟"),
        ("王 小 明", "王小明"),
        ("欧阳 娜", "欧阳娜"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽 • 买买提", "阿依古丽·买买提"),
        ("古丽.阿依", "古丽·阿依"),
        ("陳國華", "陳國華"),
        ("𬱖宁", "𬱖宁"),
        ("Ｊｏｈｎ  Smith", "John Smith"),
        ("J. Smith", "J. Smith"),
    ],
)
def test_the_stored_form(written: str, stored: str) -> None:
    assert check_name(written).name == stored


@pytest.mark.parametrize("written", ["", "  ", "张\u200b伟", "\u202e张伟", "12", "张" * 61, "张\x07伟"])
def test_what_cannot_be_a_name(written: str) -> None:
    found = check_name(written)

    assert found.name == ""
    assert found.problem is not None


@pytest.mark.parametrize("written", ["张伟1", "张伟（女）", "买买提 艾力江木"])
def test_odd_names_only_warn(written: str) -> None:
    found = check_name(written)

    assert found.name != ""
    assert found.warnings != ()


def test_keys_join_scripts_and_readings() -> None:
    assert matching_key("陳國華") == matching_key("陈国华")
    assert matching_key("阿依古丽·买买提") == matching_key("阿依古丽买买提")
    assert name_key("张伟") == "zhangwei"
    assert name_key("单田芳") == "shantianfang"
    assert name_key("尉迟恭") == "yuchigong"
    assert name_key("单") == "dan"


def test_a_masked_name_shows_the_first_character_only() -> None:
    assert mask_name("张伟民") == "张*"
    assert mask_name("") == ""


@given(st.text(max_size=80))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_name(text)

    assert normalise_name(once) == once


@given(st.text(max_size=80))
def test_a_name_that_passes_is_kept_as_it_is_the_second_time(text: str) -> None:
    once = check_name(text)

    assert (once.problem is None) == (once.name != "")
    if once.name:
        assert check_name(once.name).name == once.name
        assert len(name_key(once.name)) <= 120
