"""Every engine gives the very lines of the reference evaluator (与逐人求值一致)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl
from hypothesis import strategies as st

from juxian.core.facts.schema import Schema
from juxian.core.policy.document import Policy
from juxian.core.policy.sweeping import sweep
from tests.core.policy.words import DAY, SCHEMA, full_rows, rows

people = st.lists(rows, min_size=1, max_size=8) | st.lists(full_rows, min_size=1, max_size=8)


def assert_equal_sweeps(
    policies: Iterable[Policy],
    frame: pl.DataFrame,
    engine: str,
    day: date = DAY,
    schema: Schema = SCHEMA,
    server: Any = None,
) -> None:
    policies = list(policies)
    by_rows = sweep(policies, frame, day, schema, engine="rowwise")
    by_engine = sweep(policies, frame, day, schema, engine=engine, server=server)

    assert by_engine.to_dicts() == by_rows.to_dicts()
    assert by_engine.schema == by_rows.schema
