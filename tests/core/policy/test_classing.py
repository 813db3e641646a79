"""Classes that a policy gives itself: the greatest level that holds, taken over from other levels, unknown kept apart."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from juxian.core.facts.schema import Kind, ValueType
from juxian.core.policy import entitlements, read_policy
from juxian.core.policy.names import Name
from juxian.core.policy.nodes import IsTrue
from juxian.core.policy.rowwise import Situation, evaluate
from juxian.core.policy.written_out import class_among, class_compared
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from juxian.core.text import Text
from tests.core.policy.words import DAY, SCALES, SCHEMA

CLASS = """policy: p
title: 办法
basis: assumed
versions:
- since: 2020-01-01
  classes:
  - id: own
    title: 本地层次
    scale: degree
    takes: [学历]
    rows:
    - {{level: 博士, when: 职称 >= 正高, article: 第三条}}
    - {{level: 硕士, when: 职称 >= 副高}}
  benefits:
  - {{id: a, title: 甲, who: "{who}", amount: 1元}}
"""
SCALE = SCALES["degree"]
FLAGS = ("full_time", "home_owned", "third")


def asked(who: str, **row: object) -> str:
    found, problems = read_policy(read_yaml(Source("p.yaml", CLASS.format(who=who))), SCHEMA)
    assert problems == []
    assert found is not None
    (item,) = entitlements([found], row, DAY, SCHEMA)
    return str(item.verdict)


@pytest.mark.parametrize(
    ("who", "row", "verdict"),
    [
        ("本地层次 >= 硕士", {"degree": "master"}, "yes"),  # the title, unknown, could only raise it
        ("本地层次 == 硕士", {"degree": "master"}, "unknown"),
        ("本地层次 == 硕士", {"degree": "master", "title_level": "associate_senior"}, "yes"),
        ("own == 博士", {"degree": "master", "title_level": "senior"}, "yes"),
        ("本地层次 < 硕士", {"degree": "bachelor", "title_level": "none"}, "yes"),
        ("本地层次 in (硕士, 博士)", {"title_level": "associate_senior"}, "yes"),
        ("本地层次 != 硕士", {"degree": "doctor"}, "yes"),
        ("本科 <= 本地层次 <= 硕士", {"degree": "doctor"}, "no"),
        ("本地层次 in 本科..硕士", {"degree": "bachelor", "title_level": "none"}, "yes"),
        ("本地层次 has 博士", {"degree": "college", "title_level": "junior"}, "no"),
    ],
)
def test_the_greatest_level_that_holds_counts(who, row, verdict):
    assert asked(who, **row) == verdict


def made(levels: list[str]) -> Name:
    """A class whose levels are given by yes-or-no fields, one for each row."""
    rows = tuple((level, IsTrue(flag)) for level, flag in zip(levels, FLAGS, strict=False))
    return Name("own", Text("本地层次"), ValueType(Kind.LEVEL, "degree"), levels=rows)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(SCALE.levels)), min_size=1, max_size=3),
    st.sampled_from(["<", "<=", ">", ">=", "in"]),
    st.sets(st.sampled_from(sorted(SCALE.levels)), min_size=1, max_size=3),
)
def test_with_facts_missing_it_never_says_what_the_facts_would_refute(levels, relation, codes):
    name, at = made(levels), Situation(DAY, SCHEMA)
    rank = SCALE.levels[min(codes)].rank
    if relation == "in":
        clause = class_among(name, SCALE, codes, (0, 0))
    else:
        clause = class_compared(name, SCALE, relation, SCALE.levels[min(codes)], (0, 0))

    def directly(row) -> bool:
        reached = [SCALE.levels[level].rank for level, flag in zip(levels, FLAGS, strict=False) if row[flag]]
        own = max(reached, default=-1)
        return {
            "<": own < rank, "<=": own <= rank, ">": own > rank, ">=": own >= rank,
            "in": own in {SCALE.levels[code].rank for code in codes},
        }[relation]  # fmt: skip

    for values in product([True, False, None], repeat=3):
        row = dict(zip(FLAGS, values, strict=True))
        open_ends = [flag for flag in FLAGS if row[flag] is None]
        completed = {
            directly({**row, **dict(zip(open_ends, ends, strict=True))})
            for ends in product([True, False], repeat=len(open_ends))
        }
        answer = evaluate(clause, row, at)
        assert answer is None or completed == {answer}
        if not open_ends:
            assert answer is directly(row)
