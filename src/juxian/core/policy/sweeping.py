"""Everybody's entitlements at once (政策找人): checked columns in, one line for each person and benefit out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl

from juxian.core.facts.schema import Schema
from juxian.core.policy.decisions import decide
from juxian.core.policy.document import Policy
from juxian.core.policy.entitlements import judged
from juxian.core.policy.nodes import Received, ReceivedAmount, walk
from juxian.core.policy.population import Population, canonical_rows, population
from juxian.core.policy.rulebook import Rulebook, rulebook
from juxian.core.policy.stages import VERDICTS, Final, Plan, plan_of
from juxian.core.source import Problem, Rejected, errors_in

ENGINES = ("polars", "rowwise")
CHUNK_ROWS = 32_768  # rows that travel together: some sixty columns of them stay in the processor's cache


def sweep(
    policies: Iterable[Policy], frame: pl.DataFrame, as_of: date, schema: Schema, engine: str = "polars"
) -> pl.DataFrame:
    """One line for each person and benefit: person, policy, benefit, verdict, amount_fen, benefits in their order.

    frame: see ``population``. amount_fen (Int64, fen) is 0 for no and null while undecided. engine: polars, or rowwise
    for the reference evaluator. Raises ``Rejected`` when a column is wrong, ``ValueError`` for another engine.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {ENGINES}, not {engine!r}")
    book = rulebook(policies, as_of)
    people = _people(book, frame, schema)
    if errors_in(people.problems):
        raise Rejected(errors_in(people.problems))
    if engine == "rowwise":
        return _rowwise(book, frame, people, schema)
    plan = plan_of(book, people.certain, schema)
    finals = plan.finals
    columns = [
        column
        for k, final in enumerate(finals)
        for column in (final.verdict.alias(f"v{k}"), final.amount.alias(f"a{k}"))
    ]
    wide = _collected(plan.over(people.frame).select("person", *columns))
    return _long(wide, finals)


def reach(policies: Iterable[Policy], frame: pl.DataFrame, as_of: date, schema: Schema) -> pl.DataFrame:
    """How many and how much: policy, benefit, yes, unknown (persons), offered_fen, amount_fen (sums over yes).

    offered_fen adds up each benefit before the caps of its policy, amount_fen what counts after them. Raises ``Rejected``
    when a column is wrong.
    """
    book = rulebook(policies, as_of)
    people = _people(book, frame, schema)
    if errors_in(people.problems):
        raise Rejected(errors_in(people.problems))
    return reach_of(plan_of(book, people.certain, schema), people)


def reach_of(plan: Plan, people: Population) -> pl.DataFrame:
    """``reach`` by a plan over columns that are ready."""
    finals = plan.finals
    sums = []
    for k, final in enumerate(finals):
        sums += [final.yes.sum().alias(f"y{k}"), final.unknown.sum().alias(f"q{k}")]
        sums += [final.offered.sum().alias(f"o{k}"), final.amount.sum().alias(f"a{k}")]
    row = _collected(plan.over(people.frame).select(sums)).row(0, named=True) if sums else {}
    return pl.DataFrame(
        [
            (final.policy, final.benefit, row[f"y{k}"], row[f"q{k}"], row[f"o{k}"], row[f"a{k}"])
            for k, final in enumerate(finals)
        ],
        schema={
            "policy": pl.String, "benefit": pl.String, "yes": pl.Int64, "unknown": pl.Int64, "offered_fen": pl.Int64,
            "amount_fen": pl.Int64,
        },
        orient="row",
    )  # fmt: skip


def _collected(lazy: pl.LazyFrame) -> pl.DataFrame:
    with pl.Config(streaming_chunk_size=CHUNK_ROWS):
        return lazy.collect(engine="streaming")


def population_problems(
    policies: Iterable[Policy], frame: pl.DataFrame, as_of: date, schema: Schema
) -> tuple[Problem, ...]:
    """What is wrong with a frame, columns that are missing among it (as warnings)."""
    return _people(rulebook(policies, as_of), frame, schema).problems


def _people(book: Rulebook, frame: pl.DataFrame, schema: Schema) -> Population:
    return population(frame, book.fields, _names_received(book), schema)


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


# --- results ------------------------------------------------------------------------------------------------------------


def _long(wide: pl.DataFrame, finals: Sequence[Final]) -> pl.DataFrame:
    parts = [
        wide.select(
            "person",
            pl.lit(final.policy).alias("policy"),
            pl.lit(final.benefit).alias("benefit"),
            pl.col(f"v{k}").alias("verdict"),
            pl.col(f"a{k}").alias("amount_fen"),
        )
        for k, final in enumerate(finals)
    ]
    if not parts:
        return _nothing(wide["person"])
    return pl.concat(parts)


def _nothing(person: pl.Series) -> pl.DataFrame:
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "person": person.dtype,
        "policy": pl.String,
        "benefit": pl.String,
        "verdict": VERDICTS,
        "amount_fen": pl.Int64,
    }
    return pl.DataFrame(schema=schema)


def _rowwise(book: Rulebook, frame: pl.DataFrame, people: Population, schema: Schema) -> pl.DataFrame:
    """The reference: ``decisions.decide`` for each row."""
    keys = book.keys
    found: dict[tuple[str, str], tuple[list[str], list[int | None]]] = {key: ([], []) for key in keys}
    for row in canonical_rows(frame, book.fields, schema):
        decisions = decide(book, row, schema)
        for key, places in keys.items():
            verdict, amount, _ = judged([decisions[place] for place in places])
            found[key][0].append(verdict.value)
            found[key][1].append(amount)
    person = people.frame["person"]
    parts = [
        pl.DataFrame(
            {
                "person": person,
                "policy": pl.Series([policy], dtype=pl.String).new_from_index(0, person.len()),
                "benefit": pl.Series([benefit], dtype=pl.String).new_from_index(0, person.len()),
                "verdict": pl.Series(verdicts, dtype=VERDICTS),
                "amount_fen": pl.Series(amounts, dtype=pl.Int64),
            }
        )
        for (policy, benefit), (verdicts, amounts) in found.items()
    ]
    return pl.concat(parts) if parts else _nothing(person)
