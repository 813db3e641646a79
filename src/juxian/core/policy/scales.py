"""The order in which a scale is counted (代码表的次序)."""

from __future__ import annotations

from juxian.core.facts.schema import Scale


def ranked(scale: Scale) -> list[str]:
    """Codes of a scale, lowest first; the place in this list is the number that generated backends hold."""
    if not scale.ordered:
        return list(scale.levels)
    return sorted(scale.levels, key=lambda code: scale.levels[code].rank)
