"""``needs.yaml``: words that mean the same when people say what they need (诉求的同义词), with cases that hold them.

K711 a word in two groups · K712 a group of fewer than two words, or a word of one character · K713 a case that does not hold.
"""

from __future__ import annotations

from juxian.core.packs.reading import Part
from juxian.core.services.likeness import ALIKE, NO_SYNONYMS, Synonyms, likeness, plain


def read_needs(whole: Part, parent: Synonyms = NO_SYNONYMS) -> Synonyms:
    """Those of the parent and the pack's own; a group that shares a word with one of the parent's takes its place."""
    if not whole.keys((), ("synonyms", "cases")):
        return parent
    own: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for part in whole.get("synonyms").items():
        words = tuple(plain(word.text()) for word in part.items())
        if len(words) < 2 or any(len(word) < 2 for word in words):
            part.refuse(
                "K712",
                "一组至少两个词，每个词至少两个字",
                "a group has at least two words of at least two characters",
            )
        elif seen & set(words) or len(set(words)) < len(words):
            part.refuse("K711", "这个词已在另一组", "one of the words stands in a group already")
        else:
            own.append(words)
        seen |= set(words)
    found = Synonyms((*(group for group in parent.groups if not seen & set(group)), *own))
    _hold(whole.get("cases"), found)
    return found


def _hold(cases: Part, synonyms: Synonyms) -> None:
    """``alike``: the two are of one group; ``apart``: they are not."""
    if not cases.present or not cases.keys((), ("alike", "apart")):
        return
    for word, expected in (("alike", True), ("apart", False)):
        for part in cases.get(word).items():
            texts = [item.text() for item in part.items()]
            score = likeness(*(synonyms.pairs_of(text) for text in texts)) if len(texts) == 2 else -1
            if score < 0 or (score >= ALIKE) is not expected:
                part.refuse(
                    "K713",
                    f"应为{'同组' if expected else '不同组'}，相近程度 {score}‰",
                    f"expected {word}; they are {score} per mille alike",
                )
