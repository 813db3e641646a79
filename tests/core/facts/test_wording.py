"""Facts as sentences."""

import pytest

from juxian.core.facts.wording import fact_details, fact_sentence, is_masked
from juxian.core.packs import load_all

SCHEMA = load_all()["base"].schema
NAMES = {"hospital-1": "第一医院"}


def sentence(kind: str, value: dict, language: str = "zh") -> str:
    return fact_sentence(SCHEMA.kinds[kind], value, SCHEMA, language, NAMES)


def test_values_stand_in_the_kinds_sentence():
    value = {"school": "测试大学", "major": "化学", "degree": "master"}

    assert sentence("education", value) == "测试大学化学专业硕士毕业"


def test_a_sentence_with_a_gap_becomes_a_list():
    assert (
        sentence("education", {"degree": "master", "school": "测试大学"}) == "学历：硕士，毕业院校：测试大学"
    )
    assert sentence("education", {"degree": "master"}, "en") == "Education level: Master"


def test_organisations_are_called_by_name():
    value = {"employer": "hospital-1", "position": "医师"}

    assert sentence("employment", value) == "在第一医院任医师"
    assert sentence("employment", value | {"employer": "other"}) == "在other任医师"


def test_a_benefit_is_called_by_its_title():
    value = {"benefit": "rent", "amount": 150_000}

    told = fact_sentence(SCHEMA.kinds["benefit_received"], value, SCHEMA, "zh", {"rent": "租房补贴"})

    assert told == "发放租房补贴 1,500 元"
    assert sentence("benefit_received", value) == "发放rent 1,500 元"


def test_what_the_sentence_leaves_out_follows_as_details():
    value = {"employer": "hospital-1", "position": "医师", "full_time": True, "contract_months": 36}

    assert fact_details(SCHEMA.kinds["employment"], value, SCHEMA, "zh", NAMES) == "全职：是 · 合同期限：3 年"
    assert fact_details(SCHEMA.kinds["education"], {"degree": "master"}, SCHEMA, "zh", NAMES) == ""


def test_contact_details_are_never_part_of_the_words():
    kind = SCHEMA.kinds["contact"]
    value = {"phone": "13800001234", "email": "a@example.invalid"}

    words = fact_sentence(kind, value, SCHEMA, "zh", NAMES) + fact_details(kind, value, SCHEMA, "zh", NAMES)

    assert "138" not in words
    assert "example" not in words


def test_braces_in_a_value_are_kept():
    assert sentence("secondment", {"place": "{place}"}) == "赴{place}挂职"


@pytest.mark.parametrize(
    ("kind", "field", "masked"),
    [("contact", "phone", True), ("home", "owned", False), ("identity", "name", False)],
)
def test_only_sensitive_texts_are_masked(kind, field, masked):
    assert is_masked(SCHEMA.kinds[kind].fields[field]) is masked
