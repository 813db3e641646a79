from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.overlay import Overlay, to_yaml
from juxian.core.positioned import Path, read_yaml
from juxian.core.source import Source, problem_at
from juxian.core.text import Text

BELOW = """\
title: {zh: 原名, en: Old}
steps:
  check: {deadline: 3, who: office}
form:
- {name: holder}
- {name: class}
letters: {a: {body: "写 {number} 给您"}}
"""
ABOVE = """\
title: {zh: 新名}
form+:
- {name: note, type: texty}
steps:
  check: {deadline: 5}
  last: 是
letters: ~
"""
words = st.text(string.ascii_letters + string.digits + "是否 :{}[]'\"-#&*!|>%@,.~\n\t零〇", max_size=12)
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words.filter(bool), inner, max_size=4),
    max_leaves=12,
)


def overlay() -> Overlay:
    return Overlay(read_yaml(Source("below", BELOW)), read_yaml(Source("above", ABOVE)))


def test_mappings_join_lists_grow_and_a_key_is_taken_away() -> None:
    assert overlay().document.data == {
        "title": {"zh": "新名", "en": "Old"},
        "steps": {"check": {"deadline": 5, "who": "office"}, "last": True},
        "form": [{"name": "holder"}, {"name": "class"}, {"name": "note", "type": "texty"}],
    }


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (("form", 2, "type"), "above:3:22"),
        (("form", 0, "name"), "below:5:10"),
        (("title", "en"), "below:1:21"),
        (("steps", "check", "deadline"), "above:5:21"),
        (("steps", "check", "who"), "below:3:29"),
        (("steps", "last"), "above:6:9"),
    ],
)
def test_a_problem_is_told_where_it_was_written(path: Path, told: str) -> None:
    joined = overlay()
    problem = joined.document.problem(path, "X1", Text("错"))

    assert joined.told_where_written(problem).where() == told


def test_a_place_within_a_quoted_text_is_found_again() -> None:
    joined = Overlay(read_yaml(Source("below", BELOW)), read_yaml(Source("above", "title: ~\n")))
    span = joined.document.span_within(("letters", "a", "body"), 2, 8)

    told = joined.told_where_written(problem_at(joined.document.source, span, "X1", Text("错")))

    assert (told.where(), told.span and told.span.length) == ("below:7:24", 8)


def test_of_three_files_the_lowest_is_named_too() -> None:
    middle = overlay()
    top = Overlay(middle.document, read_yaml(Source("top", "extra: 1\n")), middle)

    problem = top.document.problem(("form", 2, "type"), "X1", Text("错"))

    assert top.told_where_written(problem).where() == "above:3:22"


@given(trees)
def test_written_yaml_reads_back_to_the_same(data: Any) -> None:
    assert read_yaml(Source("x", to_yaml(data))).data == data
