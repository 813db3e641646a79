"""Self-check of a draw before publication (均匀性自查): did success depend on the day of entry, the id, the position?

A lottery of 2012 was voided because nine winners of ten came from the first two days. Groups of entries that should have
equal chances are compared by chi-square; a small ``p`` is a reason to look, never a reason to draw again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

FEWEST_EXPECTED = 5  # groups of fewer expected successes are put together, as usual for chi-square


@dataclass(frozen=True)
class Uniformity:
    """chi_square with ``degrees`` of freedom; p: how often chance alone gives as much (None: too few to say).

    groups: name → (successes, entries).
    """

    chi_square: float
    degrees: int
    p: float | None
    groups: Mapping[str, tuple[int, int]]


def uniformity(group_of: Mapping[str, str], successful: Collection[str]) -> Uniformity:
    """Compare the share of success between groups. group_of: entry → group, e.g. its day of entry."""
    entries, winners = Counter(group_of.values()), Counter(group_of[entry] for entry in successful)
    share = sum(winners.values()) / len(group_of) if group_of else 0.0
    cells = _joined([(winners[name], entries[name]) for name in sorted(entries)], share)
    groups = {name: (winners[name], entries[name]) for name in sorted(entries)}
    if len(cells) < 2 or not 0 < share < 1:
        return Uniformity(0.0, 0, None, groups)
    total = sum((won - count * share) ** 2 / (count * share * (1 - share)) for won, count in cells)
    return Uniformity(total, len(cells) - 1, _upper_tail(total, len(cells) - 1), groups)


def by_position(entries: Sequence[str], parts: int = 10) -> dict[str, str]:
    """Group entries by the part of the list they stand in: ``00``, ``01``…"""
    return {entry: f"{place * parts // len(entries):02}" for place, entry in enumerate(entries)}


def _joined(cells: Sequence[tuple[int, int]], share: float) -> list[tuple[int, int]]:
    """Neighbouring groups put together until each expects enough successes and failures."""
    found: list[tuple[int, int]] = []
    won = count = 0
    for more_won, more in cells:
        won, count = won + more_won, count + more
        if count * min(share, 1 - share) >= FEWEST_EXPECTED:
            found.append((won, count))
            won = count = 0
    if count and found:
        found[-1] = (found[-1][0] + won, found[-1][1] + count)
    return found


def _upper_tail(chi_square: float, degrees: int) -> float:
    """P(X ≥ chi_square), Wilson and Hilferty's cube-root approximation: within 0.01 from two degrees on."""
    spread = 2 / (9 * degrees)
    return 1 - NormalDist().cdf(((chi_square / degrees) ** (1 / 3) - (1 - spread)) / sqrt(spread))
