"""Linking many records with Splink on DuckDB (批量比对): train, score, judge, cluster; step by step, each bounded.

Splink learns m and u and scores the blocked pairs; signs and clusters are ours. The same settings run on Spark, since
they compare whole numbers only (``settings_for(dialect="spark")``).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import log2
from pathlib import Path
from typing import Any

import duckdb

from juxian.core.identity.linking.clusters import Clusters, Join, cluster
from juxian.core.identity.linking.corpus import mark_corpus
from juxian.core.identity.linking.judging import ASKED_WEIGHT, AUTOMATIC_WEIGHT, Judgement, Zone, judge
from juxian.core.identity.linking.signs import mask_sql, names_in
from juxian.core.identity.linking.traces import COLUMNS, Trace
from juxian.core.identity.linking.weighing import COMPARISONS, Weights, block_sql, weight_sql

LEARNT_FROM = 2_000  # records: below this the weights of ``weighing`` serve
TRAINING_BLOCKS = ("phone", "birth_day", "name")
RANDOM_PAIRS = 1_000_000
PULL = 0.1  # towards the stated m
# signs by which somebody is known in spite of another telephone
_KNOWN_MOVED = tuple(
    map(
        frozenset,
        (
            ("rare", "birth_day"),
            ("rare", "birth_month", "employer"),
            ("birth_day", "employer", "school"),
            ("other_script", "birth_day", "employer"),
        ),
    )
)
_OF_MOVED = frozenset(("listed_once", "rare_name", "employer_and_school"))
_PROVING = frozenset(("number_and_name", "document_and_name"))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that were compared; left is the smaller. signs: a mask, see ``signs.names_in``."""

    left: int
    right: int
    weight: float
    signs: int
    zone: Zone
    evidence: str


def join_of(pair: Pair) -> Join:
    """An automatic pair as the clusters take it."""
    signs = names_in(pair.signs)
    moved = pair.evidence in _OF_MOVED and any(known <= signs for known in _KNOWN_MOVED)
    return Join(pair.left, pair.right, pair.weight, pair.evidence in _PROVING, moved)


@dataclass
class Linkage:
    """pairs: asked and automatic ones. clusters: of the automatic zone and of what people decided."""

    pairs: list[Pair] = field(default_factory=list)
    clusters: Clusters = field(default_factory=Clusters)
    weights: Weights = field(default_factory=Weights)
    compared: int = 0


@dataclass(frozen=True)
class Limits:
    """Of DuckDB: memory before it spills to ``directory``, and threads."""

    memory: str = "4GB"
    threads: int = 2
    directory: Path | None = None


class Linking:
    """One run. Records are added in chunks, then ``link`` is called once."""

    def __init__(self, limits: Limits = Limits()) -> None:  # frozen
        self.connection = duckdb.connect(":memory:")
        self.connection.execute(f"set memory_limit = '{limits.memory}'")
        self.connection.execute(f"set threads = {limits.threads}")
        self.connection.execute("set preserve_insertion_order = false")
        if limits.directory:
            self.connection.execute(f"set temp_directory = '{limits.directory}'")
        columns = ", ".join(f"{name} bigint" for name in COLUMNS)
        self.connection.execute(f"create table given (id bigint, {columns})")
        self.records = 0

    def add(self, records: Iterable[tuple[int, Trace]]) -> None:
        """records: (id, trace); ids are whole numbers of the caller, each once."""
        self.add_values((key, *trace.values()) for key, trace in records)

    def add_values(self, rows: Iterable[tuple[int, ...]]) -> None:
        """As ``add``, each row an id and the values in the order of ``COLUMNS``."""
        import polars as pl  # deferred: a form that checks one person needs no data frame

        found = pl.DataFrame(list(rows), schema=dict.fromkeys(("id", *COLUMNS), pl.Int64), orient="row")
        self.connection.register("chunk", found)
        self.connection.execute("insert into given select * from chunk")
        self.connection.unregister("chunk")
        self.records += len(found)

    def link(
        self,
        *,
        weights: Weights | None = None,
        must: Sequence[tuple[int, int]] = (),
        cannot: Sequence[tuple[int, int]] = (),
    ) -> Linkage:
        """weights: learnt before; None learns them, when there are records enough."""
        mark_corpus(self.connection, "given")
        self.connection.execute("drop table given")
        found = weights or (learn(self.connection) if self.records >= LEARNT_FROM else Weights())
        compared = self._score(found)
        pairs = self._judged()
        clusters = self._cluster(pairs, must, cannot)
        return Linkage(pairs, clusters, found, compared)

    def _score(self, weights: Weights) -> int:
        """Block, score and sign in one table; a pair that meets several blocks is compared once."""
        self.connection.execute("create or replace table blocked (l bigint, r bigint)")
        for rule in block_sql():
            self.connection.execute(
                f"insert into blocked select l.id, r.id from traces l join traces r on {rule} where l.id < r.id"
                if "_also" not in rule and "turned" not in rule
                else "insert into blocked select least(l.id, r.id), greatest(l.id, r.id) "
                f"from traces l join traces r on {rule} where l.id <> r.id"
            )
        self.connection.execute("create or replace table once as select distinct l, r from blocked")
        self.connection.execute("drop table blocked")
        compared = self.connection.execute("select count(*) from once").fetchall()[0][0]
        self.connection.execute(
            f"create or replace table scored as select l.id as l_id, r.id as r_id, {weight_sql(weights)} as weight, "
            f"{mask_sql()} as signs from once o join traces l on l.id = o.l join traces r on r.id = o.r"
        )
        self.connection.execute("drop table once")
        return int(compared)

    def _judged(self) -> list[Pair]:
        """A judgement depends on signs and weight alone, so it is made once for each kind of pair."""
        known: dict[tuple[int, bool, bool], Judgement] = {}
        pairs: list[Pair] = []
        for left, right, weight, signs in _rows(
            self.connection, "select l_id, r_id, weight, signs from scored"
        ):
            key = (signs, weight >= AUTOMATIC_WEIGHT, weight >= ASKED_WEIGHT)
            found = known.get(key)
            if found is None:
                found = known[key] = judge(names_in(signs), weight)
            if found.zone is not Zone.APART:
                pairs.append(Pair(left, right, weight, signs, found.zone, found.evidence))
        return pairs

    def _cluster(
        self, pairs: Sequence[Pair], must: Sequence[tuple[int, int]], cannot: Sequence[tuple[int, int]]
    ) -> Clusters:
        joins = [join_of(pair) for pair in pairs if pair.zone is Zone.AUTOMATIC]
        wanted = {item for join in joins for item in (join.left, join.right)} | {
            item for pair in must for item in pair
        }
        return cluster(self.sides(wanted), joins, must, cannot)

    def sides(self, wanted: Iterable[int]) -> dict[int, dict[str, int]]:
        """The marked traces of some records."""
        import polars as pl  # deferred, as above

        self.connection.register("wanted", pl.DataFrame({"id": list(wanted)}, schema={"id": pl.Int64}))
        rows = self.connection.execute("select t.* from traces t join wanted w on w.id = t.id").fetchall()
        names = [item[0] for item in self.connection.description]
        self.connection.unregister("wanted")
        return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, size: int = 100_000
) -> Iterator[tuple[Any, ...]]:
    """All of a result, in chunks; an unfinished result would block the connection."""
    result = connection.execute(query)
    while chunk := result.fetchmany(size):
        yield from chunk


def learn(connection: duckdb.DuckDBPyConnection, table: str = "traces") -> Weights:
    """m and u of every level from the records themselves, without labels: u at random, m by expectation maximisation.

    A level that the data says nothing of keeps its stated values.
    """
    from splink import DuckDBAPI, Linker  # deferred: takes a second, and only a whole run learns

    logging.getLogger("splink").setLevel(logging.ERROR)
    records = connection.execute(f"select count(*) from {table}").fetchall()[0][0]
    api = DuckDBAPI(connection)
    linker = Linker(api.register(table), settings_for(records), log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=1)
    for block in TRAINING_BLOCKS:
        linker.training.estimate_parameters_using_expectation_maximisation(
            f"l.{block} = r.{block} and l.{block} <> 0", fix_u_probabilities=True
        )
    return _learnt(linker.misc.save_model_to_json(), records)


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
