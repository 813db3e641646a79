"""Which texts speak of the same (相近的诉求): by the pairs of characters that they share.

A text is the set of its pairs of neighbouring letters, digits and Han characters (二元组), full-width forms and capitals made
alike. Two texts are as alike as twice the pairs they share is of the pairs they have (Dice), in thousandths. Texts are taken in
their order; each joins the group whose first text it is most like, the earlier group where two are equal, or begins a group of
its own below ``ALIKE``. The same texts in the same order always give the same groups. Words that mean the same and share no
characters are found where the pack names them (``Synonyms``): each stands for the first of its group.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

ALIKE = 300  # thousandths; below, two texts are not of one group
LONGEST = 500  # characters that are looked at


@dataclass(frozen=True)
class Synonyms:
    """Groups of plain words that mean the same (同义词)."""

    groups: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def _first(self) -> dict[str, str]:
        return {word: group[0] for group in self.groups for word in group}

    @cached_property
    def _words(self) -> re.Pattern[str] | None:
        longest_first = sorted(self._first, key=lambda word: (-len(word), word))
        return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def pairs_of(self, text: str) -> frozenset[str]:
        """As ``pairs_of``, each word in place of those that mean the same; a longer word goes before a shorter one."""
        letters = plain(text)
        return _pairs(
            self._words.sub(lambda found: self._first[found[0]], letters) if self._words else letters
        )


NO_SYNONYMS = Synonyms()


def plain(text: str) -> str:
    """Letters, digits and Han characters alone, forms and capitals made alike."""
    normal = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return "".join(char for char in normal if char.isalnum())


def pairs_of(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters; one character alone stands for itself."""
    return _pairs(plain(text))


def _pairs(letters: str) -> frozenset[str]:
    if len(letters) == 1:
        return frozenset(letters)
    return frozenset(letters[place : place + 2] for place in range(len(letters) - 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> int:
    """0 to 1000; 0 where one has no pair."""
    return _dice(len(one & other), len(one), len(other))


def grouped(texts: Sequence[str], alike: int = ALIKE, synonyms: Synonyms = NO_SYNONYMS) -> list[list[int]]:
    """Positions of ``texts``, by group, in the order in which the groups began. Texts without a letter form no group."""
    sets = [synonyms.pairs_of(text) for text in texts]
    groups: list[list[int]] = []
    led_by: dict[str, list[int]] = defaultdict(list)  # pair → groups whose first text has it
    for position, pairs in enumerate(sets):
        shared = Counter(group for pair in pairs for group in led_by.get(pair, ()))
        scores = {
            group: _dice(number, len(pairs), len(sets[groups[group][0]])) for group, number in shared.items()
        }
        best = min(scores, key=lambda group: (-scores[group], group), default=None)
        if best is not None and scores[best] >= alike:
            groups[best].append(position)
            continue
        if pairs:
            for pair in pairs:
                led_by[pair].append(len(groups))
        groups.append([position])
    return groups


def _dice(shared: int, one: int, other: int) -> int:
    return 2000 * shared // (one + other) if one and other else 0
