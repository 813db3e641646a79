"""Any condition is answered within a bounded number of steps (SECURITY-BASELINE 5.2: 50 ms).

What is counted are calls of functions, which do not depend on the machine or its load. At some 13 million a second, as measured on two
cores on 2026-11-28, the bound is 31 ms.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from difflib import get_close_matches
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from juxian.core.facts.schema import Schema
from juxian.core.packs import load_all
from juxian.core.policy import Names, evaluate_condition, names_of_schema, parse_condition
from juxian.core.policy.lexer import LENGTH_LIMIT
from juxian.core.policy.names import close_words
from juxian.core.source import Rejected
from tests.core.policy.words import DAY

MOST_CALLS = 400_000


@pytest.fixture(scope="module")
def vocabulary() -> tuple[Names, Schema]:
    """That of the pack with the most words."""
    schema = max((pack.schema for pack in load_all().values()), key=lambda schema: len(schema.profile))
    return names_of_schema(schema), schema


def calls_of(work: Callable[[], Any]) -> int:
    """How many functions, of Python and of C, are called."""
    number = 0

    def seen(_frame: FrameType, event: str, _value: Any) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return number


def answered(text: str, vocabulary: tuple[Names, Schema]) -> int:
    names, schema = vocabulary

    def work() -> None:
        try:
            expression = parse_condition(text, names)
        except Rejected:
            return
        evaluate_condition(expression, {}, DAY, schema)

    return calls_of(work)


def filled(part: str, join: str) -> str:
    """As many parts as fit."""
    return join.join([part] * ((LENGTH_LIMIT + len(join)) // (len(part) + len(join))))


def strange(step: int) -> str:
    """Words of two characters that no vocabulary has, each another, which are looked for among all that it has."""
    words = [chr(0x4E00 + (place * step) % 6000) + chr(0x4E10 + place) for place in range(400)]
    return " or ".join(words)[:LENGTH_LIMIT]


@pytest.mark.parametrize(
    "text",
    [
        filled("年龄>1", " and "),
        filled("全职", " or "),
        filled("学厉", " or "),
        filled("学历 >= 硕土", " or "),
        filled("荣誉 has 国家级领军", " or "),
        filled("years_since(入职日期)>1", " or "),
        filled("引进日期>=2022-01-01", "且"),
        filled("introduction_modeintroduction_track", " or "),
        filled("spouse_unid", " or "),
        "学历 in (" + filled("硕土", ",")[:1980] + ")",
        filled("年薪", "+")[:1980] + "> 5万元",
        "(" * LENGTH_LIMIT,
        "！" * LENGTH_LIMIT,
        "学历 == " + "国" * 1990,
        strange(7),
        strange(311),
    ],
)
def test_the_longest_texts_are_answered_within_the_bound(text: str, vocabulary: tuple[Names, Schema]) -> None:
    assert len(text) <= LENGTH_LIMIT
    answered("全职", vocabulary)  # what is worked out once for a vocabulary

    assert answered(text, vocabulary) <= MOST_CALLS


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(
        st.sampled_from(
            [
                "学历",
                "年龄",
                "硕士",
                "学厉",
                "甲乙",
                "(",
                ")",
                " and ",
                " or ",
                "not ",
                ">=",
                "1",
                "..",
                "年",
                "、",
                "“",
                "has ",
                "+",
                "min(",
            ]
        ),
        min_size=200,
        max_size=900,
    )
)
def test_any_text_is_answered_within_the_bound(parts: list[str], vocabulary: tuple[Names, Schema]) -> None:
    assert answered("".join(parts)[:LENGTH_LIMIT], vocabulary) <= MOST_CALLS


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(word=st.text(alphabet="学历职称年龄aeiou_nst", min_size=1, max_size=12))
def test_words_that_are_passed_over_were_not_alike(word: str, vocabulary: tuple[Names, Schema]) -> None:
    known = list(vocabulary[0].by_word)

    assert [found for found in get_close_matches(word, known) if found not in close_words(word, known)] == []


def test_what_is_longer_costs_next_to_nothing(vocabulary: tuple[Names, Schema]) -> None:
    assert answered(filled("学厉", " or ") * 500, vocabulary) < 1_000
