"""Texts that speak of the same come together; the result depends on nothing but the texts and their order."""

from __future__ import annotations

import random

import pytest

from juxian.core.services.likeness import ALIKE, grouped, likeness, pairs_of

SCHOOL, SCHOOL_TOO = "孩子上小学，学区没有学位", "小孩上小学没有学位，希望协调学区"
DOCTOR = "想要预约专家门诊"
LETTERS = "学位紧张没有专家门诊ab，"


def test_pairs_leave_marks_and_forms_out() -> None:
    assert pairs_of("学位，Ａb") == {"学位", "位a", "ab"}
    assert (pairs_of("难"), pairs_of("！"), pairs_of("")) == ({"难"}, frozenset(), frozenset())


def test_likeness_is_of_the_shared_pairs() -> None:
    assert likeness(pairs_of("学位紧张"), pairs_of("学位紧张")) == 1000
    assert likeness(pairs_of("学位紧张"), pairs_of("学位不足")) == 333
    assert likeness(pairs_of("学位"), pairs_of("！")) == 0


def test_like_words_come_together_in_the_order_of_the_first() -> None:
    assert grouped([SCHOOL, DOCTOR, SCHOOL_TOO, "", ""]) == [[0, 2], [1], [3], [4]]


@pytest.mark.parametrize("seed", range(50))
def test_every_text_stands_in_one_group_and_is_like_its_first(seed: int) -> None:
    chance = random.Random(seed)
    texts = ["".join(chance.choices(LETTERS, k=chance.randrange(9))) for _ in range(chance.randrange(13))]

    groups = grouped(texts)

    assert sorted(position for group in groups for position in group) == list(range(len(texts)))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    for first, *others in groups:
        for other in others:
            assert likeness(pairs_of(texts[first]), pairs_of(texts[other])) >= ALIKE
    assert grouped(texts) == groups
