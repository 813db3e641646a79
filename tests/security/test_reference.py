"""The page about security names tests that exist, and every line of the baseline (安全参考页)."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, LANGUAGES, ROOT

LINES = {1: 9, 2: 8, 3: 9, 4: 7, 5: 4, 6: 8, 7: 7, 8: 4, 9: 5, 10: 8}
STATES = {"en": ("**held**", "partly", "not built"), "zh": ("**做到**", "部分", "未建")}
_ROW = re.compile(r"^\| (\d+)\.(\d+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


def rows(language: str) -> list[tuple[str, str, str, str, str]]:
    return _ROW.findall((DOCS / language / "reference" / "security.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_the_baseline_has_its_row(language: str) -> None:
    found = [(int(chapter), int(line)) for chapter, line, *_rest in rows(language)]

    assert Counter(chapter for chapter, _line in found) == LINES
    assert found == [(chapter, line) for chapter, lines in LINES.items() for line in range(1, lines + 1)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_test_that_is_named_exists(language: str) -> None:
    missing = [
        f"{file}::{name}"
        for *_row, held in rows(language)
        for file, name in _TEST.findall(held)
        if f"def {name}(" not in _text(ROOT / "tests" / file)
    ]

    assert missing == []


def test_what_is_held_names_a_test_and_what_is_not_built_names_none() -> None:
    for language in LANGUAGES:
        held, partly, nothing = STATES[language]
        for chapter, line, _asks, state, by in rows(language):
            assert state in (held, partly, nothing), f"{chapter}.{line}"
            assert bool(_TEST.search(by)) == (state != nothing), f"{chapter}.{line}"


def test_both_languages_say_the_same() -> None:
    english, chinese = rows("en"), rows("zh")

    assert [STATES["en"].index(row[3]) for row in english] == [STATES["zh"].index(row[3]) for row in chinese]
    assert [_TEST.findall(row[4]) for row in english] == [_TEST.findall(row[4]) for row in chinese]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
