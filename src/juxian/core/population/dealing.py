"""Values for many persons at once (批量取值): each way of drawing as one small rule."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from juxian.core.money import split_by_share
from juxian.core.population.draws import PART_FEN, Choose, Counts, Draw, Each, Fixed, Own, Range, Split


def deal(draw: Draw, number: int, rng: Random) -> list[Any]:
    """``number`` values; ``Own`` gives the draw itself, to be looked up with the person.

    Each: in turn, in the order of the persons, so that two fields dealt alike go together.
    """
    match draw:
        case Fixed(value):
            return [value] * number
        case Choose(options, weights):
            return rng.choices(options, weights, k=number)
        case Each(values):
            return [values[index % len(values)] for index in range(number)]
        case Counts(values, numbers):
            dealt = [value for value, times in zip(values, numbers, strict=True) for _ in range(times)]
            rng.shuffle(dealt)
            return dealt
        case Split(total_fen):
            return split_evenly_varied(total_fen, number, rng)
        case Range(low, high):
            return [rng.randint(low, high) for _ in range(number)]
        case Own():
            return [draw] * number


def split_evenly_varied(total_fen: int, number: int, rng: Random) -> list[int]:
    """``number`` parts of whole hundreds of yuan, each at least one hundred, that add up to ``total_fen``.

    Raises ValueError when the total has fewer hundreds than parts.
    """
    if not number:
        return []
    spare = total_fen // PART_FEN - number
    if spare < 0:
        raise ValueError(f"{total_fen} fen cannot be split into {number} parts of 100 yuan")
    parts = split_by_share(spare, [rng.randint(4, 12) for _ in range(number)])
    return [(part + 1) * PART_FEN for part in parts]


def some_of(number: int, share: int, rng: Random) -> set[int]:
    """Exactly ``share`` per cent of ``range(number)``, rounded half up."""
    wanted = (number * share + 50) // 100
    return set(range(number)) if wanted == number else set(rng.sample(range(number), wanted))


def take_least_taken(taken: Sequence[int], number: int, rng: Random) -> list[int]:
    """``number`` indices, those taken least often first and by chance among equals, in rising order.

    taken: how often each person has been taken before, so that cohorts of one pool overlap as little as they can.
    """
    ranked = sorted((times, rng.random(), index) for index, times in enumerate(taken))
    return sorted(index for _, _, index in ranked[:number])
