"""Long lists are written in one go; the bytes are those of plain JSON, and what has no single spelling is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.allocation.canonical import INTEGER_LIMIT, NotCanonical, canonical_bytes, is_plain_text

texts = st.text(alphabet=st.sampled_from('abZ9 ",[]\\\n\t\x00\x7f甲é\u3000\u0301<'), max_size=4)
data = st.recursive(
    texts | st.integers(-INTEGER_LIMIT + 1, INTEGER_LIMIT - 1) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(texts, max_size=4)
        | st.lists(st.tuples(texts, texts), max_size=4)
        | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=12,
)


def all_texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for item in value.values() for text in all_texts(item))]
    if isinstance(value, list | tuple):
        return [text for item in value for text in all_texts(item)]
    return [value] if isinstance(value, str) else []


@given(data)
def test_the_bytes_are_those_of_json_with_sorted_keys(value: Any) -> None:
    if not all(map(is_plain_text, all_texts(value))):
        with pytest.raises(NotCanonical):
            canonical_bytes(value)
        return
    plain = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert canonical_bytes(value) == plain.encode()


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"a": [1, INTEGER_LIMIT]}, r"a\[1\]"),
        ({"a": ["x", None]}, r"a\[1\]"),
        ({"a": [["x", "y"], ["x", 1.5]]}, r"a\[1\]\[1\]"),
        ({"a": ["x", "e\u0301"]}, r"a\[1\]"),
        ([["x", "\ud800"]], r"\[0\]\[1\]"),
        ({"a": {1: 2}}, "a has the key 1"),
    ],
)
def test_what_has_no_single_spelling_is_named(value: Any, named: str) -> None:
    with pytest.raises(NotCanonical, match=named):
        canonical_bytes(value)


def test_a_text_among_pairs_is_not_taken_for_one() -> None:
    assert canonical_bytes([("a", "b"), "cd"]) == b'[["a","b"],"cd"]'
