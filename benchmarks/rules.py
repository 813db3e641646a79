"""Sweep of 12 benefits over a population: our engines against OpenFisca-core, in one run, equal to the yuan.

    pip install --group bench      # openfisca-core, in an environment of its own if it quarrels with others
    python benchmarks/rules.py [--persons 1000000] [--rounds 5] [--unknown PER_CENT]
    python benchmarks/rules.py --one [--unknown PER_CENT]      # one person at a time, with reasons

All engines get columns of numbers that are ready (OpenFisca: whole numbers for levels and dates, no parameter tree, which
is generous to it). Rounds alternate between the engines; medians are shown, and the ratio of CPU seconds within each round.
``copy`` is the bound of memory: the columns that the kernel reads, copied once by one thread.
``--one`` asks for 400 persons one after the other, five times; the quickest time round is shown, CPU a person.
``--unknown`` blanks cells, which OpenFisca cannot express, so that only ours is measured. Exit 1 when results differ.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from juxian.core.facts.schema import Kind, Level, ProfileField, Scale, Schema, ValueType
from juxian.core.policy.compiled import answerer
from juxian.core.policy.document import Policy
from juxian.core.policy.engines.asked import sums_of
from juxian.core.policy.engines.columns import ColumnTotals
from juxian.core.policy.engines.fused import FusedTotals, Prepared
from juxian.core.policy.engines.inputs import Inputs
from juxian.core.policy.entitlements import Entitlements, entitlements
from juxian.core.policy.reading import read_policy
from juxian.core.policy.rowwise import Row
from juxian.core.policy.rulebook import Rulebook, rulebook
from juxian.core.policy.sweeping import checked, sweep
from juxian.core.positioned import read_yaml
from juxian.core.source import Source
from juxian.core.text import Text

HERE = Path(__file__).resolve().parent / "rules"
AS_OF = date(2025, 7, 1)
SEED = 20250701
Report = dict[str, int]  # benefit → yuan before the cap, and ``total`` after it


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--unknown", type=int, default=0, metavar="PER_CENT")
    parser.add_argument("--one", action="store_true")
    options = parser.parse_args()
    schema = vocabulary()
    policy = benchmark_policy(schema)
    if options.one:
        return one_at_a_time(policy, schema, options.unknown)
    people = make_people(options.persons, schema, options.unknown)
    print(
        f"{options.persons:,} persons, {len(people.columns)} columns, {people.estimated_size('mb'):.0f} MB, load {os.getloadavg()[0]:.1f}"
    )
    engines: dict[str, Callable[[], Report]] = {"polars": ready_engine(ColumnTotals, policy, people, schema)}
    engines["fused"] = ready_engine(FusedTotals, policy, people, schema)
    engines["copy"] = copying(policy, people, schema)
    if options.unknown == 0 and (fisca := fisca_engine(people, schema)):
        engines["OpenFisca"] = fisca
    check_against_reference(policy, people.head(300), schema)
    return measured(engines, options.persons, options.rounds)


def one_at_a_time(policy: Policy, schema: Schema, unknown: int) -> int:
    """What one person costs: the answer, everything recorded that reasons are made of, and the words of all of them."""
    rows = [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items() if value is not None}
        for row in make_people(400, schema, unknown).to_dicts()
    ]  # fmt: skip
    answer = answerer(rulebook([policy], AS_OF), schema)

    def asked(row: Row) -> Entitlements:
        return entitlements([policy], row, AS_OF, schema)

    def told(row: Row) -> object:
        return [(item.reasons, item.standing, item.missing) for item in asked(row)]

    ways: dict[str, Callable[[Row], object]] = {
        "answer": answer,
        "entitlements": asked,
        "with all reasons in words": told,
    }
    print(f"{unknown} % of the cells unknown; load {os.getloadavg()[0]:.1f}")
    print(f"{'one person, 12 benefits':36}{'CPU µs':>8}")
    for name, way in ways.items():
        rounds = []
        for _ in range(6):  # the first makes what is kept
            spent = time.process_time()
            for row in rows:
                way(row)
            rounds.append(time.process_time() - spent)
        print(f"{name:36}{min(rounds[1:]) / len(rows) * 1e6:8.1f}")
    return 0


def measured(engines: dict[str, Callable[[], Report]], persons: int, rounds: int) -> int:
    results = {name: engine() for name, engine in engines.items()}
    wall: dict[str, list[float]] = {name: [] for name in engines}
    cpu: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(rounds):
        for name, engine in engines.items():
            gc.collect()
            began, spent = time.perf_counter(), time.process_time()
            engine()
            wall[name].append(time.perf_counter() - began)
            cpu[name].append(time.process_time() - spent)
    print(f"{'engine':12}{'wall ms':>10}{'CPU ms':>10}{'ns/person':>11}{'× wall':>8}{'× CPU':>8}")
    base = "OpenFisca" if "OpenFisca" in engines else next(iter(engines))
    for name in engines:
        middle, spent = statistics.median(wall[name]), statistics.median(cpu[name])
        times = statistics.median(b / a for a, b in zip(wall[name], wall[base], strict=True))
        work = statistics.median(b / a for a, b in zip(cpu[name], cpu[base], strict=True))
        print(
            f"{name:12}{middle * 1e3:10.1f}{spent * 1e3:10.1f}{spent / persons * 1e9:11.1f}{times:8.2f}{work:8.2f}"
        )
    if "OpenFisca" not in engines:
        print("OpenFisca was not measured: pip install --group bench (and no --unknown)")
        return 0
    theirs = results["OpenFisca"]
    different = [
        (name, key) for name in ("polars", "fused") for key in theirs if results[name].get(key) != theirs[key]
    ]
    for name, key in different:
        print(f"DIFFERENT {key}: {name} {results[name].get(key)}, OpenFisca {theirs[key]}")
    print("results equal to the yuan" if not different else f"{len(different)} results differ")
    return 1 if different else 0


# --- ours --------------------------------------------------------------------------------------------------------------


def vocabulary() -> Schema:
    """Scales and fields of ``words.yaml``; the code of a level is its place."""
    words = yaml.safe_load((HERE / "words.yaml").read_text(encoding="utf-8"))
    scales = {
        code: Scale(
            code,
            Text(scale["title"]),
            {
                str(rank): Level(str(rank), Text(title), rank if scale["ordered"] else 0)
                for rank, title in enumerate(scale["levels"])
            },
            scale["ordered"],
        )
        for code, scale in words["scales"].items()
    }
    fields = {
        name: ProfileField(
            name,
            Text(field["title"]),
            ValueType(Kind(field["type"]), field.get("scale", "")),
            (),
            field.get("years_since", ""),
        )
        for name, field in words["fields"].items()
    }
    return Schema(scales, {}, fields)


def benchmark_policy(schema: Schema) -> Policy:
    policy, problems = read_policy(read_yaml(Source.read(HERE / "policy.yaml")), schema)
    if policy is None:
        raise SystemExit("\n".join(problem.render("en") for problem in problems))
    return policy


def ready_engine(
    totals: type[ColumnTotals] | type[FusedTotals], policy: Policy, people: pl.DataFrame, schema: Schema
) -> Callable[[], Report]:
    book = rulebook([policy], AS_OF)
    began, spent = time.perf_counter(), time.process_time()
    ready = totals(book, Inputs(checked(book, people, schema)))
    print(
        f"{totals.__name__}: columns and plan made ready once: {time.perf_counter() - began:.3f} s, CPU {time.process_time() - spent:.3f} s"
    )
    return lambda: reported(book, ready())


def copying(policy: Policy, people: pl.DataFrame, schema: Schema) -> Callable[[], Report]:
    """The columns of the kernel copied once; reports nothing."""
    book = rulebook([policy], AS_OF)
    inputs = Inputs(checked(book, people, schema))
    board = inputs.board(book)
    sums_of(book, board)
    columns = Prepared(board, inputs).columns
    room = [column.copy() for column in columns]

    def copy() -> Report:
        for to, column in zip(room, columns, strict=True):
            np.copyto(to, column)
        return {}

    return copy


def reported(book: Rulebook, totals: list[tuple[int, ...]]) -> Report:
    report = {benefit: sums[2] // 100 for (_, benefit), sums in zip(book.keys, totals, strict=True)}
    return {**report, "total": sum(sums[3] for sums in totals) // 100}


def check_against_reference(policy: Policy, people: pl.DataFrame, schema: Schema) -> None:
    by_columns = sweep([policy], people, AS_OF, schema)
    by_rows = sweep([policy], people, AS_OF, schema, engine="rowwise")
    by_kernel = sweep([policy], people, AS_OF, schema, engine="fused")
    assert by_columns.equals(by_rows), "the backends differ"
    assert by_kernel.equals(by_rows), "the kernel differs"


# --- people ------------------------------------------------------------------------------------------------------------


def make_people(count: int, schema: Schema, unknown: int) -> pl.DataFrame:
    """Seeded people of a working population; the same for the same count and version of polars.

    unknown: per cent of blank cells.
    """
    base = pl.int_range(count, dtype=pl.Int64)

    def uniform(salt: int) -> pl.Expr:
        return base.hash(SEED + salt).cast(pl.Float64) / 2.0**64

    def choice(salt: int, *weights: float) -> pl.Expr:
        drawn, found, reached = uniform(salt), pl.lit(len(weights) - 1, pl.Int8), sum(weights)
        for place in range(len(weights) - 2, -1, -1):
            reached -= weights[place + 1]
            found = pl.when(drawn < reached / sum(weights)).then(pl.lit(place, pl.Int8)).otherwise(found)
        return found

    def exponential(salt: int, mean: float) -> pl.Expr:
        return -mean * (1 - uniform(salt)).log()

    today = (AS_OF - date(1970, 1, 1)).days
    age = (sum((uniform(salt) for salt in range(1, 5)), pl.lit(0.0)) * 15.6 + 5.8).clip(19, 68)
    frame = pl.select(
        birth=(today - age * 365.25).cast(pl.Int32),
        degree=choice(10, 0.05, 0.17, 0.45, 0.24, 0.09),
        category=choice(11, 0.9, 0.0005, 0.0015, 0.006, 0.017, 0.03, 0.045),
        employer=choice(12, 0.62, 0.06, 0.11, 0.08, 0.08, 0.05),
        title=choice(13, 0.42, 0.2, 0.22, 0.12, 0.04),
        skill=choice(14, 0.7, 0.1, 0.08, 0.07, 0.035, 0.015),
        school=choice(15, 0.72, 0.23, 0.05),
        region=choice(16, *[1.0] * 20),
        contract=choice(17, 0.05, 0.15, 0.1, 0.4, 0.2, 0.1).replace_strict([0, 1, 2, 3, 4, 5], [0, 12, 24, 36, 60, 120], return_dtype=pl.Int16),
        homes=choice(18, 0.48, 0.4, 0.1, 0.02),
        hukou=uniform(19) < 0.55,
        fulltime=uniform(20) < 0.93,
        tenure=exponential(21, 5 * 365.25),
        study=exponential(22, 0.7),
        postdoc=uniform(23) < 0.2,
        slack=(uniform(24) * 44 - 4).cast(pl.Int32),
        got=(uniform(25) * 6).cast(pl.Int64),
        got_settle=pl.when(uniform(26) < 0.05).then(10_000_000).otherwise(0),
        rich=(exponential(27, 12_000.0) / 5).cast(pl.Int64) * 500,
        owner=uniform(28) < 0.03,
        share=choice(29, *[1.0] * 100),
    )  # fmt: skip
    frame = frame.with_columns(
        grad=(pl.col("birth") + (pl.col("degree").replace_strict([0, 1, 2, 3, 4], [18, 21, 22, 25, 29], return_dtype=pl.Float64) + pl.col("study")) * 365.25).clip(upper_bound=today).cast(pl.Int32)
    )  # fmt: skip
    frame = frame.with_columns(
        hire=pl.max_horizontal(pl.col("grad"), (today - pl.col("tenure")).cast(pl.Int32))
    )
    frame = frame.select(
        *(pl.col(name).cast(pl.Date) for name in ("birth", "hire", "grad")),
        pd_exit=pl.when((pl.col("degree") == 4) & pl.col("postdoc")).then(pl.max_horizontal(pl.col("hire") - 30, pl.lit(today - 6000))).otherwise(-25567).cast(pl.Int32).cast(pl.Date),
        **{name: pl.col(name) for name in ("degree", "category", "employer", "title", "skill", "school", "region", "contract", "homes", "hukou", "fulltime", "got_settle")},
        social=((today - pl.col("hire")) // 30 + pl.col("slack")).clip(0, 480).cast(pl.Int16),
        got_house=pl.when(pl.col("category") > 0).then(pl.col("got") * 2_000_000).otherwise(0),
        tax=(pl.col("rich") * pl.when(pl.col("category") > 0).then(8).otherwise(1)).clip(upper_bound=500_000_000),
        share=pl.when((pl.col("employer") == 0) & pl.col("owner")).then(pl.col("share") + 1).otherwise(0).cast(pl.Int8),
    )  # fmt: skip
    frame = frame.with_columns(
        _as_codes(name, schema) for name in frame.columns if schema.profile[name].type.scale
    )
    if unknown:
        blank = [
            pl.when(base.hash(SEED + 100 + place) % 100 >= unknown).then(pl.col(name)).alias(name)
            for place, name in enumerate(frame.columns)
        ]
        frame = frame.with_columns(blank)
    return frame


def _as_codes(name: str, schema: Schema) -> pl.Expr:
    codes = list(schema.scale_of(schema.profile[name].type).levels)
    return pl.col(name).cast(pl.String).cast(pl.Enum(codes))


# --- OpenFisca ---------------------------------------------------------------------------------------------------------


def fisca_engine(people: pl.DataFrame, schema: Schema) -> Callable[[], Report] | None:
    """The same benefits as an OpenFisca country package, written by hand; None when it is not installed."""
    sys.path.insert(0, str(HERE))
    try:
        import country  # needs openfisca-core, which only this benchmark uses
    except ModuleNotFoundError as error:
        print(f"OpenFisca is missing: {error}")
        return None
    columns: dict[str, Any] = {}
    for name in people.columns:
        series = people[name]
        kind = schema.profile[name].type.kind
        if kind is Kind.DATE or kind is Kind.LEVEL:
            series = series.to_physical()
        if kind is Kind.MONEY:
            series = series // 100  # whole yuan: its whole numbers have 32 bits
        columns[name] = series.to_numpy()
    return country.engine(columns)


if __name__ == "__main__":
    sys.exit(main())
