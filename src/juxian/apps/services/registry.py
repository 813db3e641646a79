"""What a decision does is carried out by the app that it concerns (办理结果登记).

In ``AppConfig.ready``: ``effect("grant", apply)``; ``effect("hand_over", apply, target="housing")`` for one target alone.
``apply(call)`` runs inside the transaction of the decision, once for each key; it returns what it made, in a word, and
raises ``EffectRefused`` when it cannot be done now: the decision stands, the effect waits and is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from juxian.core.text import Text


@dataclass(frozen=True, slots=True)
class EffectCall:
    """case: a ``services.Case``. key: unique among all cases, ``<number>:<version>:<action>:<n>``, fit to be a business key.

    target: benefit, fact kind, part of the product, service, act upon the card. values: canonical.
    """

    case: Any
    key: str
    kind: str
    target: str
    values: Mapping[str, Any]
    since: date
    until: date | None = None


class EffectRefused(Exception):
    """It cannot be done now, e.g. the budget is spent; ``reason`` is for the office."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.zh)
        self.reason = reason


Apply = Callable[[EffectCall], str]
_applies: dict[tuple[str, str], Apply] = {}


def effect(kind: str, apply: Apply, *, target: str = "") -> None:
    """kind: a word of core.services.definition.EffectKind."""
    _applies[kind, target] = apply


def apply_of(kind: str, target: str) -> Apply | None:
    """What carries out this effect, or None while nobody does."""
    return _applies.get((kind, target)) or _applies.get((kind, ""))
