"""``needs.yaml``: words that mean the same, those of the parent and of the pack, held by cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from juxian.core.packs import check_pack, load_pack, pack_called
from juxian.core.services.likeness import ALIKE, NO_SYNONYMS, Synonyms, grouped, likeness
from tests.core.packs.place import write_base, write_pack

RENT, RENT_TOO, SCHOOL = "租房补贴什么时候到账", "租金补助何时发放", "孩子上学没有学位"


def test_words_that_share_no_character_come_together() -> None:
    words = pack_called("base").synonyms

    assert grouped([RENT, SCHOOL, RENT_TOO]) == [[0], [1], [2]]
    assert grouped([RENT, SCHOOL, RENT_TOO], synonyms=words) == [[0, 2], [1]]


def test_without_a_table_nothing_changes_and_longer_words_go_first() -> None:
    assert NO_SYNONYMS.pairs_of("租房，补贴") == {"租房", "房补", "补贴"}
    words = Synonyms((("职称", "评审职称"), ("评审", "审核")))
    assert words.pairs_of("评审职称") == words.pairs_of("职称")


def test_a_pack_adds_groups_and_replaces_those_that_share_a_word(tmp_path: Path) -> None:
    write_base(tmp_path)
    pack = load_pack(write_pack(tmp_path, needs="synonyms:\n- [落户, 入户]\n- [网费, 宽带费]\n"))

    groups = pack.synonyms.groups
    assert ("落户", "入户") in groups
    assert ("网费", "宽带费") in groups
    assert not any("户籍" in group for group in groups)
    assert any("子女" in group for group in groups)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("synonyms: [[落户, 户口], [户口, 户籍]]", "K711"),
        ("synonyms: [[落户]]", "K712"),
        ("synonyms: [[落户, 户]]", "K712"),
        ("cases: {alike: [[落户, 看病]]}", "K713"),
        ("cases: {apart: [[落户材料, 户口材料]]}", "K713"),
        ("cases: {alike: [[落户]]}", "K713"),
        ("words: []", "K102"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(tmp_path: Path, text: str, code: str) -> None:
    write_base(tmp_path)

    _pack, problems = check_pack(write_pack(tmp_path, needs=text))

    assert [problem.code for problem in problems] == [code]
    assert problems[0].path.endswith("needs.yaml")


def test_likeness_of_the_base_cases_depends_on_the_table() -> None:
    words = pack_called("base").synonyms

    assert likeness(*(NO_SYNONYMS.pairs_of(text) for text in (RENT, RENT_TOO))) < ALIKE
    assert likeness(*(words.pairs_of(text) for text in (RENT, RENT_TOO))) >= ALIKE
