from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.indicators import Relation, holds, show_figure

COUNTS = st.integers(1, 10**7)


@pytest.mark.parametrize(
    ("relation", "reported", "holding"),
    [
        (Relation.EXACT, 95, range(95, 96)),
        (Relation.MORE_THAN, 1200, range(1201, 1300)),
        (Relation.MORE_THAN, 30, range(31, 40)),
        (Relation.MORE_THAN, 1000, range(1001, 2000)),
        (Relation.MORE_THAN, 45, range(46, 55)),
        (Relation.NEARLY, 20, range(18, 20)),
        (Relation.NEARLY, 300, range(270, 300)),
        (Relation.ABOUT, 100, range(95, 106)),
        (Relation.ABOUT, 1000, range(950, 1051)),
        (Relation.AT_LEAST, 50, range(50, 4001)),
    ],
)
def test_each_relation_has_a_fixed_range(relation: Relation, reported: int, holding: range) -> None:
    assert [number for number in range(4001) if holds(relation, reported, number)] == list(holding)


@given(st.sampled_from(list(Relation)), COUNTS)
def test_nothing_computed_is_neither_right_nor_wrong(relation: Relation, reported: int) -> None:
    assert holds(relation, reported, None) is None


@given(st.sampled_from(list(Relation)), COUNTS, COUNTS)
def test_an_exact_figure_meets_every_relation_that_includes_it(
    relation: Relation, reported: int, computed: int
) -> None:
    includes = relation in (Relation.EXACT, Relation.ABOUT, Relation.AT_LEAST)

    assert holds(relation, reported, reported) is includes
    if holds(Relation.MORE_THAN, reported, computed):
        assert holds(Relation.AT_LEAST, reported, computed)
        assert not holds(Relation.NEARLY, reported, computed)
    if holds(Relation.NEARLY, reported, computed):
        assert computed < reported


@pytest.mark.parametrize(
    ("value", "unit", "relation", "zh", "en"),
    [
        (1200, "person", Relation.MORE_THAN, "逾 1,200 人", "over 1,200 persons"),
        (1, "person_time", Relation.EXACT, "1 人次", "1 person time"),
        (3_030_000, "yuan", Relation.EXACT, "303 万元", "3,030,000 yuan"),
        (50, "per_cent", Relation.AT_LEAST, "不少于 50%", "at least 50%"),
        (20, "institute", Relation.NEARLY, "近 20 家", "nearly 20 institutes"),
        (1, "m2", Relation.EXACT, "1 平方米", "1 m²"),
        (None, "person", Relation.EXACT, "—", "—"),
    ],
)
def test_figures_are_worded(value: int | None, unit: str, relation: Relation, zh: str, en: str) -> None:
    assert show_figure(value, unit, "zh", relation) == zh
    assert show_figure(value, unit, "en", relation) == en
