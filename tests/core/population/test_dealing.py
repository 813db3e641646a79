"""Ways of drawing: exact numbers, exact sums."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from juxian.core.population.dealing import deal, some_of, split_evenly_varied, take_least_taken
from juxian.core.population.draws import PART_FEN, Choose, Counts, Each, Fixed, Range

seeds = st.integers(0, 2**32).map(Random)


@given(st.integers(1, 300), st.integers(0, 10_000), seeds)
def test_parts_are_whole_hundreds_of_yuan_that_add_up(number, spare, rng):
    total = (number + spare) * PART_FEN

    parts = split_evenly_varied(total, number, rng)

    assert len(parts) == number
    assert sum(parts) == total
    assert all(part >= PART_FEN and part % PART_FEN == 0 for part in parts)


def test_a_total_below_one_hundred_each_cannot_be_split():
    with pytest.raises(ValueError, match="cannot be split"):
        split_evenly_varied(3 * PART_FEN, 4, Random(1))


@given(st.lists(st.text(max_size=3), min_size=1, max_size=9, unique=True), st.integers(0, 200), seeds)
def test_dealing_in_turn_differs_by_one_at_most(values, number, rng):
    dealt = deal(Each(tuple(values)), number, rng)

    counts = Counter(dealt)
    assert len(dealt) == number
    assert max(counts.values(), default=0) - min((counts[value] for value in values), default=0) <= 1


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 40), min_size=1, max_size=6), seeds)
def test_counts_are_exact(numbers, rng):
    dealt = deal(Counts(tuple(numbers), tuple(numbers.values())), sum(numbers.values()), rng)

    assert Counter(dealt) == Counter({value: number for value, number in numbers.items() if number})


@given(st.integers(0, 400), st.integers(0, 100), seeds)
def test_a_share_is_exact_and_rounded_half_up(number, share, rng):
    chosen = some_of(number, share, rng)

    assert len(chosen) == (number * share + 50) // 100
    assert chosen <= set(range(number))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=50), st.data(), seeds)
def test_those_taken_least_often_come_first(taken, data, rng):
    number = data.draw(st.integers(0, len(taken)))

    chosen = take_least_taken(taken, number, rng)

    assert len(set(chosen)) == number
    assert sorted(taken[index] for index in chosen) == sorted(taken)[:number]


def test_an_option_without_weight_is_never_drawn():
    assert set(deal(Choose(("a", "b"), (1, 0)), 200, Random(1))) == {"a"}


def test_fixed_and_range():
    assert deal(Fixed(5), 3, Random(1)) == [5, 5, 5]
    assert set(deal(Range(1, 3), 300, Random(1))) == {1, 2, 3}
