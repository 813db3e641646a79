"""Weights are learnt from a part of a large register, and come out alike."""

from math import log2
from random import Random

import polars as pl
import pytest

from juxian.core.identity.linking import learning
from juxian.core.identity.linking.corpus import mark_corpus
from juxian.core.identity.linking.engine import Linking
from juxian.core.identity.linking.learning import learn
from juxian.core.identity.linking.stores import DuckStore
from juxian.core.identity.linking.weighing import COMPARISONS
from tests.core.identity.linking.people import TRACER, rows_of_two_rosters

PERSONS = 3_000


@pytest.fixture
def store() -> DuckStore:
    store = DuckStore()
    Linking(store).add(
        (number, TRACER.trace(row)) for number, row in enumerate(rows_of_two_rosters(Random(3), PERSONS))
    )
    mark_corpus(store, "given")
    return store


def test_a_part_of_a_register_teaches_what_the_whole_does(
    store: DuckStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = learn(store, 2 * PERSONS)
    monkeypatch.setattr(learning, "LEARNT_UP_TO", 2_000)
    read: list[int] = []
    ask = store.read

    def counted(select: str) -> pl.DataFrame:
        found = ask(select)
        read.append(found.height)
        return found

    monkeypatch.setattr(store, "read", counted)

    part = learn(store, 2 * PERSONS)

    assert 0 < max(read) < 2 * PERSONS
    assert part.prior == whole.prior == -log2(2 * PERSONS)
    for name in ("birth", "employer"):
        comparison = next(item for item in COMPARISONS if item.name == name)
        for level in (comparison.levels[0].name, "else"):
            assert part.of(comparison, level) == pytest.approx(whole.of(comparison, level), abs=0.5)


def test_the_same_register_teaches_the_same_twice(store: DuckStore) -> None:
    assert learn(store, 2 * PERSONS) == learn(store, 2 * PERSONS)


@pytest.mark.parametrize(("part", "used"), [(0, 1), (1, 1), (2, 3), (4, 7), (10, 11), (13, 13), (25, 27)])
def test_a_part_is_never_one_day_of_the_month(part: int, used: int) -> None:
    assert learning._coprime(part) == used
