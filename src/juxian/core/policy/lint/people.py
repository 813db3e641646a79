"""The smallest person who shows a finding (最小见证人)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Row = Mapping[str, Any]


def smallest(row: Row, shows: Callable[[Row], bool]) -> dict[str, Any] | None:
    """``row`` without the facts that it shows the finding without; None when it does not show it at all."""
    if not shows(row):
        return None
    kept = dict(row)
    for name in list(kept):
        fewer = {key: value for key, value in kept.items() if key != name}
        if shows(fewer):
            kept = fewer
    return kept
