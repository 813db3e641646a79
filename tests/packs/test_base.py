"""The national scales hold what the standards list, under the words that rosters use."""

from __future__ import annotations

import pytest

from juxian.core.facts.schema import Scale
from juxian.core.packs import find_packs_dir, load_pack


def scale(code: str) -> Scale:
    return load_pack(find_packs_dir() / "base").schema.scales[code]


@pytest.mark.parametrize(
    ("code", "word", "level"),
    [
        ("degree", "硕士研究生", "master"),
        ("degree", "研究生", "master"),
        ("degree", "大学本科", "bachelor"),
        ("degree", "本科毕业", "bachelor"),
        ("degree", "博士研究生毕业", "doctor"),
        ("degree", "专科", "college"),
        ("degree", "14", "master"),
        ("academic_degree", "学士学位", "bachelor"),
        ("title_level", "副高级职称", "associate_senior"),
        ("title_series", "23", "physician"),
        ("skill_level", "二级/技师", "level2"),
        ("employer_kind", "国企", "state_enterprise"),
        ("ethnicity", "汉", "han"),
        ("ethnicity", "达翰尔族", "daur"),
        ("political_status", "党员", "ccp_member"),
        ("marital_status", "离异", "divorced"),
        ("industry", "q", "Q"),
        ("gender", "女性", "female"),
        ("school_tag", "985工程", "985"),
        ("honour", "院士", None),
        ("review_result", "称职", "qualified"),
        ("discipline", "320", "320"),
    ],
)
def test_words_of_rosters_are_known(code: str, word: str, level: str | None) -> None:
    found = scale(code).find(word)

    assert (found.code if found else None) == level


@pytest.mark.parametrize(
    ("code", "count"),
    [("ethnicity", 58), ("political_status", 13), ("discipline", 62), ("industry", 20), ("degree", 8)],
)
def test_a_list_is_complete(code: str, count: int) -> None:
    assert len(scale(code).levels) == count


@pytest.mark.parametrize("code", ["ethnicity", "political_status"])
def test_codes_of_the_standard_stand_in_its_order(code: str) -> None:
    codes = [level.standard for level in scale(code).levels.values()]

    assert codes == sorted(codes)
    assert all(len(found) == 2 for found in codes)


@pytest.mark.parametrize(
    ("code", "lower", "higher"),
    [
        ("degree", "college", "bachelor"),
        ("degree", "master", "doctor"),
        ("title_level", "associate_senior", "senior"),
        ("skill_level", "level5", "level1"),
        ("review_result", "failed", "excellent"),
        ("talent_level", "f", "a"),
    ],
)
def test_higher_levels_have_higher_ranks(code: str, lower: str, higher: str) -> None:
    levels = scale(code).levels

    assert levels[lower].rank < levels[higher].rank
