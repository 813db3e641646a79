"""The reference page names every key, word and problem that packs know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from juxian.core.facts.schema import Derive, Kind
from juxian.core.indicators import PENDING_MODULES, UNITS, Measure, Relation
from juxian.core.packs import find_packs_dir, load_pack
from juxian.core.packs.files import FILES
from juxian.core.packs.schema import BASES, LEVELS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "en" / "reference" / "pack.md").read_text(encoding="utf-8")
WORDS = [*Kind, *Derive, *Measure, *Relation, *UNITS, *PENDING_MODULES, *FILES, *LEVELS, *BASES]


@pytest.mark.parametrize("word", sorted(set(map(str, WORDS))))
def test_every_word_stands_on_the_page(word: str) -> None:
    assert re.search(rf"\b{re.escape(word)}\b", PAGE)


def test_every_problem_stands_on_the_page() -> None:
    sources = (ROOT / "src" / "juxian" / "core" / "packs").glob("*.py")
    codes = {code for path in sources for code in re.findall(r'"(K\d{3})"', path.read_text(encoding="utf-8"))}

    assert codes - set(re.findall(r"K\d{3}", PAGE)) == set()


def test_every_scale_that_the_page_names_is_in_base() -> None:
    listed = PAGE.partition("Scales of `base`")[2].partition("How lists go together")[0]
    named = set(re.findall(r"`(\w+)`(?: \(ordered[^)]*\))?:", listed))

    assert named
    assert named <= set(load_pack(find_packs_dir() / "base").schema.scales)
