"""Traces of small made-up worlds (测试用比对特征)."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from juxian.core.identity.linking.signs import side
from juxian.core.identity.linking.traces import COLUMNS, Known, Trace, Tracer

TRACER = Tracer(b"k" * 32)
BIRTH = date(1985, 7, 1)


def known(name: str = "张雨欣", **values: Any) -> Known:
    return Known(name, **values)


def seen(*args: Any, **values: Any) -> dict[str, int]:
    """A trace as the conditions read it; ``marks`` of the corpus by name."""
    marks = {name: values.pop(name) for name in ("rare", "homonym") if name in values}
    return {**side(TRACER.trace(known(*args, **values))), **marks}


def traces() -> st.SearchStrategy[Trace]:
    """Few values, so that agreements happen."""
    return st.builds(Trace, **{name: st.sampled_from((0, 0, 1, 2)) for name in COLUMNS})
