"""What another text would change for a population (测算): reach, budget by year, gains and losses by group.

Everything is counted over persons and summed in fen. A group of fewer than ``SMALLEST`` persons is not shown by itself; what such
groups hold goes to the remainder, so that nobody is told by subtraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from juxian.core.facts.schema import Schema
from juxian.core.policy.comparing import REST
from juxian.core.policy.document import Policy
from juxian.core.policy.entitlements import payments_of
from juxian.core.policy.sweeping import sweep

SMALLEST = 5
GROUPED_BY = ("talent_level", "employer", "degree")
AGE_FIELD = "birth_date"
AGE_STEP = 10
YEARS = 6  # of the budget; what falls due later is added to the last


def simulate(
    now: Sequence[Policy], then: Sequence[Policy], frame: pl.DataFrame, as_of: date, schema: Schema
) -> dict[str, Any]:
    """``then`` against ``now`` over ``frame``, as plain data.

    benefits: [{policy, benefit, before, after: {yes, unknown, amount_fen}, gains, losses, gain_fen, loss_fen}] of those that
    change; total: the same over persons; years: [{year, before_fen, after_fen}]; groups: {field: [{key, persons, gains, losses,
    gain_fen, loss_fen}]} over persons who gain or lose. gains and losses count persons, the fen are sums of differences.
    """
    if "person" not in frame.columns:
        frame = frame.with_row_index("person", offset=1).with_columns(pl.col("person").cast(pl.Int64))
    before, after = (
        _amounts(policies, frame, as_of, schema, name) for policies, name in ((now, "b"), (then, "a"))
    )
    both = before.join(after, on=["person", "policy", "benefit"], how="full", coalesce=True).with_columns(
        pl.col("fen_b", "fen_a").fill_null(0), pl.col("yes_b", "yes_a", "open_b", "open_a").fill_null(False)
    )
    changed = both.filter(
        (pl.col("fen_b") != pl.col("fen_a")) | (pl.col("yes_b") != pl.col("yes_a")) | (pl.col("open_b") != pl.col("open_a"))
    )  # fmt: skip
    touched = changed.select("policy", "benefit").unique(maintain_order=True).sort("policy", "benefit")
    persons = _per_person(changed)
    return {
        "persons": frame.height,
        "benefits": [_benefit(both, changed, *key) for key in touched.iter_rows()],
        "total": {
            **_moved(persons),
            **{side: int(both[f"fen_{side[0]}"].sum()) for side in ("before", "after")},
        },
        "years": _years(now, then, before, after, as_of),
        "groups": _groups(persons, frame, as_of),
    }


def _amounts(
    policies: Sequence[Policy], frame: pl.DataFrame, as_of: date, schema: Schema, side: str
) -> pl.DataFrame:
    found = sweep(policies, frame, as_of, schema)
    return found.filter(pl.col("verdict") != "no").select(
        "person",
        "policy",
        "benefit",
        pl.col("amount_fen").fill_null(0).alias(f"fen_{side}"),
        (pl.col("verdict") == "yes").alias(f"yes_{side}"),
        (pl.col("verdict") == "unknown").alias(f"open_{side}"),
    )


def _benefit(both: pl.DataFrame, changed: pl.DataFrame, policy: str, benefit: str) -> dict[str, Any]:
    own = both.filter((pl.col("policy") == policy) & (pl.col("benefit") == benefit))
    moved = changed.filter((pl.col("policy") == policy) & (pl.col("benefit") == benefit))
    sides = {
        side: {
            "yes": int(own[f"yes_{side[0]}"].sum()),
            "unknown": int(own[f"open_{side[0]}"].sum()),
            "amount_fen": int(own[f"fen_{side[0]}"].sum()),
        }
        for side in ("before", "after")
    }
    return {"policy": policy, "benefit": benefit, **sides, **_moved(_per_person(moved))}


def _per_person(changed: pl.DataFrame) -> pl.DataFrame:
    """person, difference in fen, and how many benefits are got or lost, undecided ones left out."""
    difference = pl.col("fen_a") - pl.col("fen_b")
    entitled = pl.col("yes_a").cast(pl.Int8) - pl.col("yes_b").cast(pl.Int8)
    return changed.group_by("person").agg(difference.sum().alias("fen"), entitled.sum().alias("count"))


def _moved(persons: pl.DataFrame) -> dict[str, int]:
    gains = (pl.col("fen") > 0) | ((pl.col("fen") == 0) & (pl.col("count") > 0))
    losses = (pl.col("fen") < 0) | ((pl.col("fen") == 0) & (pl.col("count") < 0))
    counted = persons.select(
        gains=gains.sum(),
        losses=losses.sum(),
        gain_fen=pl.when(pl.col("fen") > 0).then("fen").otherwise(0).sum(),
        loss_fen=-pl.when(pl.col("fen") < 0).then("fen").otherwise(0).sum(),
    )
    return {name: int(counted[name][0] or 0) for name in counted.columns}


def _years(
    now: Sequence[Policy], then: Sequence[Policy], before: pl.DataFrame, after: pl.DataFrame, as_of: date
) -> list[dict[str, int]]:
    """What falls due in each year from ``as_of``, were everything granted on that day."""
    sums = [
        _due(policies, frame, side, as_of)
        for policies, frame, side in ((now, before, "b"), (then, after, "a"))
    ]
    return [
        {"year": as_of.year + offset, "before_fen": sums[0][offset], "after_fen": sums[1][offset]}
        for offset in range(YEARS)
    ]


def _due(policies: Sequence[Policy], found: pl.DataFrame, side: str, as_of: date) -> list[int]:
    benefits = {
        (policy.id, benefit.id): benefit for policy in policies for benefit in policy.benefits.values()
    }
    counted = found.filter(pl.col(f"yes_{side}")).group_by("policy", "benefit", f"fen_{side}").len()
    due = [0] * YEARS
    for policy, benefit, amount, persons in counted.iter_rows():
        paid = benefits[policy, benefit]
        days = ((pay, day) for pay in paid.pays for day in pay.due_days(as_of))
        for payment, (pay, day) in zip(payments_of(paid, amount), days, strict=False):
            later = day.year - as_of.year if pay.days else payment.after_months // 12
            due[min(later, YEARS - 1)] += payment.amount_fen * persons
    return due


def _groups(persons: pl.DataFrame, frame: pl.DataFrame, as_of: date) -> dict[str, list[dict[str, Any]]]:
    known = [name for name in GROUPED_BY if name in frame.columns]
    columns = [pl.col(name).cast(pl.String).fill_null(REST) for name in known]
    if AGE_FIELD in frame.columns:
        columns.append(_age_band(as_of).alias("age"))
    joined = persons.join(frame.select("person", *columns), on="person", how="left")
    return {name: _grouped(joined, name) for name in joined.columns[3:]}


def _age_band(as_of: date) -> pl.Expr:
    """First year of the band of ten, as text."""
    born = pl.col(AGE_FIELD).cast(pl.String).str.to_date("%Y-%m-%d", strict=False)
    before = (born.dt.month() > as_of.month) | (
        (born.dt.month() == as_of.month) & (born.dt.day() > as_of.day)
    )
    age = as_of.year - born.dt.year() - before.cast(pl.Int32)
    return (age // AGE_STEP * AGE_STEP).cast(pl.String).fill_null(REST)


def _grouped(persons: pl.DataFrame, name: str) -> list[dict[str, Any]]:
    """The groups with enough persons, the largest first, then the remainder where it has enough itself."""
    parts = {str(key[0]): part for key, part in persons.group_by(name)}
    large = {key: part for key, part in parts.items() if part.height >= SMALLEST and key != REST}
    rest = [part for key, part in parts.items() if key not in large]
    if rest and sum(part.height for part in rest) < SMALLEST and large:
        smallest = min(large, key=lambda key: (large[key].height, key))
        rest.append(large.pop(smallest))
    shown = sorted(large.items(), key=lambda item: (-item[1].height, item[0]))
    if rest and sum(part.height for part in rest) >= SMALLEST:
        shown.append((REST, pl.concat(rest)))
    return [{"key": key, "persons": part.height, **_moved(part)} for key, part in shown]
