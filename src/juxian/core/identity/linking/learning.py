"""Learning how much an agreement weighs (学习权重): m and u by Splink from the records themselves, without labels.

A large register is learnt from in part, always in DuckDB, so that every engine compares with the same weights.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from math import log2
from typing import Any

import duckdb
import polars as pl

from juxian.core.identity.linking.stores import Store
from juxian.core.identity.linking.weighing import COMPARISONS, Weights, block_sql

LEARNT_FROM = 2_000  # records: below this the weights of ``weighing`` serve
LEARNT_UP_TO = 400_000  # records: of more, a part is learnt from
BLOCK_UP_TO = 1_500_000  # pairs of one training block
TRAINING_BLOCKS = ("phone", "birth_day", "name")
RANDOM_PAIRS = 1_000_000
PULL = 0.1  # towards the stated m


def learn(store: Store, records: int, table: str = "traces") -> Weights:
    """m and u of every level: u at random, m by expectation maximisation in three blocks.

    A level that the data says nothing of keeps its stated values. Of a large register u is learnt from records drawn by
    their id, m from those of a part of the telephones, days of birth and names, so that pairs stay together.
    """
    one_of = _coprime(-(-records // LEARNT_UP_TO))
    parts = {name: _part(store, table, name) for name in TRAINING_BLOCKS}
    held = " or ".join(f"({_belongs(name, part)})" for name, part in parts.items())
    rows = f"select * from {table} where"
    return _learn_from(
        store.read(f"{rows} (id % 1000003) * 7919 % 1000003 % {one_of} = 0 order by id"),
        store.read(f"{rows} {held} order by id"),
        [f"l.{name} = r.{name} and {_belongs(f'l.{name}', part)}" for name, part in parts.items()],
        records,
    )


def _belongs(name: str, part: int) -> str:
    return f"{name} <> 0 and {name} % {part} = 0"


def _part(store: Store, table: str, name: str) -> int:
    """1 of how many values of a block is learnt from."""
    sizes = f"select count(*) as n from {table} where {name} <> 0 group by {name}"
    asked = (
        f"select coalesce(sum(n), 0)::bigint, coalesce(sum(n * (n - 1)), 0)::bigint from ({sizes}) as sizes"
    )
    records, pairs = store.read(asked).row(0)
    return _coprime(max(-(-records // LEARNT_UP_TO), -(-pairs // (2 * BLOCK_UP_TO))))


def _coprime(part: int) -> int:
    """The least number from ``part`` without a divisor of 10: days are written in tens, so that a tenth would be one day."""
    part = max(1, part)
    while part % 2 == 0 or part % 5 == 0:
        part += 1
    return part


def _learn_from(drawn: pl.DataFrame, held: pl.DataFrame, blocks: Sequence[str], records: int) -> Weights:
    """drawn: records for u. held: those for m. blocks: rules of the pairs for m, in the words of Splink."""
    from splink import DuckDBAPI, Linker  # deferred: takes a second, and only a whole run learns

    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect(":memory:", config={"threads": 1})  # the same pairs at random on every run
    connection.execute("set enable_progress_bar = false")
    try:
        settings = settings_for(records)
        for name, frame in (("drawn", drawn), ("held", held)):
            connection.register(name, frame)
            linker = Linker(DuckDBAPI(connection).register(name), settings, log_level=None)
            if name == "drawn":
                linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=1)
                settings = linker.misc.save_model_to_json()
        for block in blocks:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block, fix_u_probabilities=True
            )
        return _learnt(linker.misc.save_model_to_json(), records)
    finally:
        connection.close()


def settings_for(records: int, dialect: str = "duckdb") -> dict[str, Any]:
    """Splink settings: our comparisons as SQL over whole numbers, the same in every dialect."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "sql_dialect": dialect,
        "probability_two_random_records_match": min(0.5, 1 / max(records, 2)),
        "blocking_rules_to_generate_predictions": block_sql(),
        "comparisons": [_comparison(index) for index in range(len(COMPARISONS))],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
    }


def _comparison(index: int) -> dict[str, Any]:
    item = COMPARISONS[index]
    levels: list[dict[str, Any]] = [
        {"sql_condition": f"not {_splink(item.known)}", "label_for_charts": "unknown", "is_null_level": True}
    ]
    levels += [
        {
            "sql_condition": _splink(level.condition),
            "label_for_charts": level.name,
            "m_probability": level.m,
            "u_probability": level.u,
        }
        for level in item.levels
    ]
    m, u = item.otherwise
    levels.append(
        {"sql_condition": "ELSE", "label_for_charts": "else", "m_probability": m, "u_probability": u}
    )
    return {"output_column_name": item.name, "comparison_levels": levels}


def _splink(condition: Any) -> str:
    """Splink names the two sides by a suffix."""
    return re.sub(r"([lr])\.([a-z_0-9]+)", r"\2_\1", condition.sql("l.", "r."))


def _learnt(model: dict[str, Any], records: int) -> Weights:
    """m is drawn a tenth of the way to the stated one, so that what was never seen is unlikely and not impossible."""
    stated = {item.name: {level.name: (level.m, level.u) for level in item.levels} for item in COMPARISONS}
    for item in COMPARISONS:
        stated[item.name]["else"] = item.otherwise
    parameters: dict[str, dict[str, tuple[float, float]]] = {}
    for found in model["comparisons"]:
        name = found["output_column_name"]
        parameters[name] = {}
        for level in found["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            usual_m, usual_u = stated[name][level["label_for_charts"]]
            m, u = level.get("m_probability", usual_m), level.get("u_probability") or usual_u
            parameters[name][level["label_for_charts"]] = (
                (1 - PULL) * float(m) + PULL * usual_m,
                max(float(u), usual_u * PULL),
            )
    return Weights(log2(1 / max(records, 2)), parameters)
