"""The reference evaluator for everybody, one person after another (逐人求值)."""

from __future__ import annotations

import polars as pl

from juxian.core.policy.decisions import decide, failed_of
from juxian.core.policy.engines.asked import NO, UNKNOWN, YES
from juxian.core.policy.entitlements import Verdict, judged, shown_of
from juxian.core.policy.population import Population, canonical_rows
from juxian.core.policy.rulebook import Rulebook

_CODES = {Verdict.YES: YES, Verdict.NO: NO, Verdict.UNKNOWN: UNKNOWN}


def rows(book: Rulebook, frame: pl.DataFrame, people: Population) -> pl.DataFrame:
    """``v{k}`` verdict, ``a{k}`` amount, ``f{k}`` failed clauses of the k-th benefit. frame: the population as it came."""
    found: list[list[tuple[int, int | None, int]]] = [[] for _ in book.keys]
    at = book.situation(people.schema)
    for row in canonical_rows(frame, book.fields, people.schema):
        decisions = decide(book, row, people.schema)
        for column, places in zip(found, book.keys.values(), strict=True):
            own = [decisions[place] for place in places]
            verdict, amount, _ = judged(own)
            failed = failed_of(shown_of(own), row, at) if verdict is Verdict.NO else 0
            column.append((_CODES[verdict], amount, failed))
    columns = {}
    for k, column in enumerate(found):
        columns[f"v{k}"] = pl.Series([one[0] for one in column], dtype=pl.Int8)
        columns[f"a{k}"] = pl.Series([one[1] for one in column], dtype=pl.Int64)
        columns[f"f{k}"] = pl.Series([one[2] for one in column], dtype=pl.Int64)
    return pl.DataFrame(columns)
