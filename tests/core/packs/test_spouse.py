"""What a pack reads of a spouse's record (facts.yaml, ``spouse``)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from juxian.core.facts.profile import FactRecord, derive_profile
from juxian.core.facts.schema import Kind
from juxian.core.packs import check_pack, load_pack
from juxian.core.source import errors_in
from tests.core.packs.place import write_base, write_pack

FACTS = """\
kinds:
  family:
    fields:
      spouse_degree: {title: {zh: 所称配偶学历}, type: level(degree)}
profile:
  married: {title: {zh: 已有配偶}, type: boolean, derive: [
    {op: exists, kind: family, where: {marital_status: [married]}},
    {op: exists, kind: family, where: {marital_status: [unmarried]}, gives: false}]}
  spouse_degree: {title: {zh: 所称配偶学历}, type: level(degree), derive: {op: latest, kind: family, field: spouse_degree}}
  owns: {title: {zh: 自有房}, type: boolean, aliases: [有房], derive: {op: latest, kind: home, field: owned}}
"""
SPOUSE = """\
spouse:
  known_by: married
  reads:
    degree: {stated: spouse_degree}
    owns:
"""
DAY = date(2022, 1, 1)


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    write_base(tmp_path)
    return tmp_path


def told(packs: Path, spouse: str) -> list[tuple[str, str]]:
    _pack, problems = check_pack(write_pack(packs, facts=FACTS + spouse))
    return [(one.code, one.message.en) for one in errors_in(problems)]


def test_fields_of_the_spouse_are_words_of_their_own_and_sensitive(packs: Path) -> None:
    schema = load_pack(write_pack(packs, facts=FACTS + SPOUSE)).schema

    assert schema.has_spouse == "married"
    assert [field.name for field in schema.of_spouse] == ["spouse.degree", "spouse.owns"]
    owns = schema.profile["spouse.owns"]
    assert owns.type.kind is Kind.BOOLEAN
    for word in ("spouse.owns", "配偶.自有房", "配偶的自有房", "配偶.有房", "配偶的有房"):
        assert schema.find_field(word) is owns
    assert {"spouse.degree", "spouse.owns"} <= schema.sealed


def test_a_pack_below_takes_over_what_is_read_and_may_read_more(packs: Path) -> None:
    write_pack(packs, facts=FACTS + SPOUSE)
    below = write_pack(packs, "xiaxian", "XX", facts="spouse: {reads: {title_level: }}\n")
    (below / "pack.yaml").write_text(
        (below / "pack.yaml").read_text(encoding="utf-8").replace("extends: base", "extends: shiyan"),
        encoding="utf-8",
    )

    schema = load_pack(below).schema

    assert [field.of_spouse for field in schema.of_spouse] == ["degree", "owns", "title_level"]
    assert schema.profile["spouse.degree"].stated == "spouse_degree"


@pytest.mark.parametrize(
    ("spouse", "expected"),
    [
        ("spouse: {known_by: married, reads: {birth_date: }}", ["K330"]),
        ("spouse: {known_by: married, reads: {age: }}", ["K330"]),
        ("spouse: {known_by: married, reads: {school: }}", ["K330"]),
        ("spouse: {known_by: married, reads: {nothing: }}", ["K330"]),
        ("spouse: {known_by: married, reads: {degree: {stated: owns}}}", ["K330"]),
        ("spouse: {known_by: degree, reads: {owns: }}", ["K331"]),
        ("spouse: {reads: {owns: }}", ["K331"]),
        ("spouse: {known_by: married, read: {owns: }}", ["K102"]),
    ],
)
def test_what_cannot_be_read_is_told(packs: Path, spouse: str, expected: list[str]) -> None:
    assert [code for code, _words in told(packs, spouse + "\n")] == expected


def test_a_word_that_is_taken_is_told(packs: Path) -> None:
    taken = FACTS.replace(
        "所称配偶学历}, type: level(degree), derive", "配偶的自有房}, type: level(degree), derive"
    )
    _pack, problems = check_pack(write_pack(packs, facts=taken + SPOUSE))

    assert [one.code for one in errors_in(problems)] == ["K327"]


def derived(
    packs: Path, family: dict[str, str] | None, spouse: dict[str, object] | None
) -> dict[str, object]:
    schema = load_pack(write_pack(packs, facts=FACTS + SPOUSE)).schema
    facts = [FactRecord("family", family, DAY)] if family else []
    row = derive_profile(facts, schema, DAY, spouse=spouse)
    return {name: value for name, value in row.items() if name == "married" or name.startswith("spouse.")}


def test_the_record_of_the_spouse_comes_before_what_the_person_says(packs: Path) -> None:
    stated = {"spouse_degree": "master"}

    assert derived(packs, stated, {"degree": "doctor", "owns": False}) == {
        "married": True, "spouse.degree": "doctor", "spouse.owns": False,
    }  # fmt: skip


def test_what_the_record_of_the_spouse_lacks_is_what_the_person_says(packs: Path) -> None:
    assert derived(packs, {"spouse_degree": "master"}, {}) == {"married": True, "spouse.degree": "master"}


def test_a_person_without_a_recorded_spouse_is_believed(packs: Path) -> None:
    said = {"marital_status": "married", "spouse_degree": "master"}

    assert derived(packs, said, None) == {"married": True, "spouse.degree": "master"}


def test_of_the_unmarried_nothing_is_and_of_the_others_nothing_is_known(packs: Path) -> None:
    assert derived(packs, {"marital_status": "unmarried", "spouse_degree": "master"}, None) == {
        "married": False, "spouse.owns": False,
    }  # fmt: skip


def test_nothing_is_known_of_whom_nothing_is_recorded(packs: Path) -> None:
    assert derived(packs, None, None) == {}
