"""Everybody's entitlements at once (政策找人): checked columns in, one line for each person and benefit out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from juxian.core.facts.schema import Schema
from juxian.core.policy.document import Policy
from juxian.core.policy.engines import columns, fused, rows
from juxian.core.policy.engines.inputs import Inputs
from juxian.core.policy.entitlements import Verdict
from juxian.core.policy.nodes import Received, ReceivedAmount, walk
from juxian.core.policy.population import Faults, Population, population, strange_columns
from juxian.core.policy.rulebook import Rulebook, rulebook
from juxian.core.source import Problem, Rejected, errors_in

if TYPE_CHECKING:
    from juxian.core.policy.engines.databases import Server

DATABASES = ("duckdb", "postgresql", "spark")
ENGINES = ("polars", "fused", *DATABASES, "rowwise")
VERDICTS = pl.Enum([verdict.value for verdict in Verdict])
RESULT: dict[str, pl.DataType] = {
    "policy": pl.String(), "benefit": pl.String(), "verdict": VERDICTS, "amount_fen": pl.Int64(), "failed": pl.Int64(),
}  # fmt: skip


def sweep(
    policies: Iterable[Policy],
    frame: pl.DataFrame,
    as_of: date,
    schema: Schema,
    engine: str = "polars",
    server: Server | None = None,
) -> pl.DataFrame:
    """One line for each person and benefit: person, policy, benefit, verdict, amount_fen, failed, benefits in their order.

    frame: see ``population``. amount_fen (Int64, fen) is 0 for no and null while undecided; failed (Int64) has a bit for
    each clause that is not met, see ``clauses``. engine: one of ``ENGINES``; rowwise is the reference evaluator. server: what
    postgresql asks. Raises ``Rejected`` when a column is wrong, ``ValueError`` for another engine, ``NoKernel`` where an
    engine lacks what it needs.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {ENGINES}, not {engine!r}")
    book = rulebook(policies, as_of)
    return swept(book, frame, checked(book, frame, schema), engine, server)


def swept(
    book: Rulebook,
    frame: pl.DataFrame,
    people: Population,
    engine: str,
    server: Server | None = None,
) -> pl.DataFrame:
    """The lines of ``sweep`` for a frame that was checked; people: the same, prepared."""
    if engine == "rowwise":
        wide = rows.rows(book, frame, people)
    elif engine in DATABASES:
        from juxian.core.policy.engines import databases  # sqlglot loads only when a database is asked

        wide = databases.rows(book, frame, people.schema, engine, server)
    else:
        wide = (fused if engine == "fused" else columns).rows(book, Inputs(people))
    return long(people.frame["person"], list(book.keys), wide)


def versions_of(policies: Iterable[Policy], frame: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Under which version (``since``) each person falls: one Date column for each policy, by id, in the order of ``frame``.

    Null where no version is in force for the person, and where the day that picks it is not recorded.
    """
    return frame.select(_version(policy, frame, as_of).alias(policy.id) for policy in policies)


def _version(policy: Policy, frame: pl.DataFrame, as_of: date) -> pl.Expr:
    found = pl.repeat(None, pl.len(), dtype=pl.Date)
    for version in policy.versions:
        if not version.applies_by:
            day = pl.lit(as_of)
        elif version.applies_by not in frame.columns:
            continue
        else:
            day = pl.col(version.applies_by)
            day = day.str.to_date(strict=False) if frame.schema[version.applies_by] == pl.String else day
        within = day >= pl.lit(version.since)
        within = within if version.until is None else within & (day < pl.lit(version.until))
        found = pl.when(within).then(pl.lit(version.since)).otherwise(found)
    return found


def reach(
    policies: Iterable[Policy], frame: pl.DataFrame, as_of: date, schema: Schema, engine: str = "polars"
) -> pl.DataFrame:
    """How many and how much: policy, benefit, yes, unknown (persons), offered_fen, amount_fen (sums over yes).

    offered_fen adds up each benefit before the caps of its policy, amount_fen what counts after them. engine: polars or
    fused. Raises ``Rejected`` when a column is wrong, ``NoKernel`` as ``sweep``.
    """
    book = rulebook(policies, as_of)
    inputs = Inputs(checked(book, frame, schema))
    totals = (fused.FusedTotals if engine == "fused" else columns.ColumnTotals)(book, inputs)
    return pl.DataFrame(
        [(*key, *sums) for key, sums in zip(book.keys, totals(), strict=True)],
        schema={
            "policy": pl.String, "benefit": pl.String, "yes": pl.Int64, "unknown": pl.Int64, "offered_fen": pl.Int64,
            "amount_fen": pl.Int64,
        },
        orient="row",
    )  # fmt: skip


def population_problems(
    policies: Iterable[Policy], frame: pl.DataFrame, as_of: date, schema: Schema
) -> tuple[Problem, ...]:
    """What is wrong with a frame, columns that are missing or cannot be read among it (as warnings)."""
    return (*prepared(rulebook(policies, as_of), frame, schema).problems, *strange_columns(frame, schema))


def checked(book: Rulebook, frame: pl.DataFrame, schema: Schema) -> Population:
    """The columns that a rulebook reads; raises ``Rejected`` when one is wrong."""
    people = prepared(book, frame, schema)
    if errors_in(people.problems):
        raise Rejected(errors_in(people.problems))
    return people


def prepared(book: Rulebook, frame: pl.DataFrame, schema: Schema, faults: Faults | None = None) -> Population:
    return population(frame, book.fields, _names_received(book), schema, faults)


def long(person: pl.Series, keys: Sequence[tuple[str, str]], wide: pl.DataFrame) -> pl.DataFrame:
    """The lines of ``sweep`` from the columns ``v a f`` of every benefit."""
    parts = [
        pl.DataFrame({"person": person}).with_columns(
            pl.lit(policy).alias("policy"),
            pl.lit(benefit).alias("benefit"),
            wide[f"v{k}"].cast(pl.UInt8).cat.to(VERDICTS).alias("verdict"),
            wide[f"a{k}"].alias("amount_fen"),
            wide[f"f{k}"].alias("failed"),
        )
        for k, (policy, benefit) in enumerate(keys)
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema={"person": person.dtype, **RESULT})


def _names_received(book: Rulebook) -> list[str]:
    """Names of benefits whose earlier receipt some rule asks for."""
    found: dict[str, None] = {}
    expressions = [
        expression.clause
        for item in book.items
        for expression in (item.benefit.who, *(row.when for row in item.benefit.table.rows))
        if expression is not None
    ]
    expressions += [c.cap.unless.clause for c in book.ceilings if c.cap.unless is not None]
    terms = [row.give.term for item in book.items for row in item.benefit.table.rows if row.give is not None]
    for node in (part for root in (*expressions, *terms) for part in walk(root)):
        if isinstance(node, Received | ReceivedAmount):
            found.update(dict.fromkeys(book.benefit_words.get(node.benefit, (node.benefit,))))
    for item in book.items:
        found.update(dict.fromkeys((*item.once, *item.deducted)))
    return list(found)
