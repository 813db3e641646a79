"""Linking many records (批量比对): mark, learn, block, score, judge, cluster; step by step, each bounded.

Signs, weights and blocks are statements over whole numbers, the same in every store; Splink learns m and u.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import polars as pl

from juxian.core.identity.linking.clusters import Clusters, Join
from juxian.core.identity.linking.components import cluster_all, sides
from juxian.core.identity.linking.conditions import Side
from juxian.core.identity.linking.corpus import mark_corpus
from juxian.core.identity.linking.judging import ASKED_WEIGHT, AUTOMATIC_WEIGHT, CLASSES, Zone, judge
from juxian.core.identity.linking.learning import LEARNT_FROM, learn
from juxian.core.identity.linking.signs import mask_sql, names_in
from juxian.core.identity.linking.stores import DuckStore, Store
from juxian.core.identity.linking.traces import COLUMNS, Trace
from juxian.core.identity.linking.weighing import Weights, block_sql, weight_sql

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
    moved = pair.evidence in _OF_MOVED and _knows_moved(pair.signs)
    return Join(pair.left, pair.right, pair.weight, pair.evidence in _PROVING, moved)


@lru_cache(maxsize=10_000)
def _knows_moved(signs: int) -> bool:
    return any(known <= names_in(signs) for known in _KNOWN_MOVED)


_SCORED: dict[str, pl.DataType | type[pl.DataType]] = {
    "left": pl.Int64,
    "right": pl.Int64,
    "weight": pl.Float64,
    "signs": pl.Int64,
}
_ZONES = pl.Enum([zone.value for zone in Zone])
_EVIDENCE = pl.Enum([item.name for item in CLASSES])
_JUDGED: dict[str, pl.DataType | type[pl.DataType]] = {"zone": _ZONES, "evidence": _EVIDENCE}


@dataclass(frozen=True)
class Pairs:
    """Pairs in columns: those of ``Pair``; each read as a ``Pair``, in order of left and right."""

    frame: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_SCORED | _JUDGED))

    def __len__(self) -> int:
        return self.frame.height

    def __iter__(self) -> Iterator[Pair]:
        for left, right, weight, signs, zone, evidence in self.frame.iter_rows():
            yield Pair(left, right, weight, signs, Zone(zone), evidence)

    def automatic(self) -> Pairs:
        return Pairs(self.frame.filter(pl.col("zone") == Zone.AUTOMATIC.value))


@dataclass(frozen=True)
class Linkage:
    """pairs: asked and automatic ones. clusters: of the automatic zone and of what people decided."""

    pairs: Pairs = field(default_factory=Pairs)
    clusters: Clusters = field(default_factory=Clusters)
    weights: Weights = field(default_factory=Weights)
    compared: int = 0


class Linking:
    """One run. Records are added in chunks, then ``link`` is called once. store: DuckDB unless said otherwise."""

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or DuckStore()
        self.records = 0
        self.add(())

    def add(self, records: Iterable[tuple[int, Trace]]) -> None:
        """records: (id, trace); ids are whole numbers of the caller, each once."""
        self.add_values((key, *trace.values()) for key, trace in records)

    def add_values(self, rows: Iterable[tuple[int, ...]]) -> None:
        """As ``add``, each row an id and the values in the order of ``COLUMNS``."""
        found = pl.DataFrame(list(rows), schema=dict.fromkeys(_GIVEN, pl.Int64), orient="row")
        self.store.append("given", found)

    def add_files(self, pattern: str | Path) -> None:
        """As ``add``, from Parquet files with the columns ``id`` and ``COLUMNS``."""
        self.store.append_files("given", str(pattern), _GIVEN)

    def link(
        self,
        *,
        weights: Weights | None = None,
        must: Sequence[tuple[int, int]] = (),
        cannot: Sequence[tuple[int, int]] = (),
    ) -> Linkage:
        """weights: learnt before; None learns them, when there are records enough."""
        self.records = count(self.store, "given")
        mark_corpus(self.store, "given")
        found = weights or (learn(self.store, self.records) if self.records >= LEARNT_FROM else Weights())
        compared = block(self.store)
        pairs = score(self.store, found, compared)
        return Linkage(pairs, self._cluster(pairs.automatic(), must, cannot), found, compared)

    def _cluster(
        self, pairs: Pairs, must: Sequence[tuple[int, int]], cannot: Sequence[tuple[int, int]]
    ) -> Clusters:
        def joins_of(ids: pl.DataFrame) -> list[Join]:
            inside = pairs.frame.join(ids, left_on="left", right_on="id", how="semi")
            return [join_of(pair) for pair in Pairs(inside)]

        return cluster_all(self.store, pairs.frame, joins_of, must, cannot)

    def sides(self, wanted: Iterable[int]) -> dict[int, Side]:
        """The marked traces of some records."""
        return sides(self.store, wanted)


def block(store: Store) -> int:
    """Make ``once``: every pair that meets a block, left the smaller; returns their number."""
    parts = []
    for number, rule in enumerate(block_sql()):
        parts.append(f"block_{number}")
        store.make(
            parts[-1],
            "select least(l.id, r.id) as l, greatest(l.id, r.id) as r from traces l join traces r "
            f"on {rule} and l.id {'<>' if '_also' in rule or 'turned' in rule else '<'} r.id",
        )
    store.make(
        "once",
        "select distinct l, r from ("
        + " union all ".join(f"select l, r from {part}" for part in parts)
        + ") as met",
    )
    store.drop(*parts)
    return count(store, "once")


def score(store: Store, weights: Weights, compared: int) -> Pairs:
    """Weigh, sign and judge the pairs of ``once``, which is dropped; those that stay apart are left out.

    Pairs are taken by ranges of the left record, about ``part_pairs`` at a time.
    """
    found = [
        _judged(
            store.read(
                f"select o.l, o.r, {weight_sql(weights)} as weight, {mask_sql()} as signs "
                f"from (select l, r from once where l >= {low} and l < {high}) as o "
                "join traces l on l.id = o.l join traces r on r.id = o.r"
            )
        )
        for low, high in _ranges(store, compared)
    ]
    store.drop("once")
    return Pairs(pl.concat([Pairs().frame, *found]).sort("left", "right"))


def _ranges(store: Store, compared: int) -> list[tuple[int, int]]:
    """Of left records, each with about as many pairs as the others."""
    if not compared:
        return []
    parts = -(-compared // store.part_pairs)
    shares = [f"approx_quantile(l, {part / parts!r})" for part in range(1, parts)]
    bounds = store.read(f"select {', '.join(['min(l)', *shares, 'max(l) + 1'])} from once").row(0)
    return list(pairwise(sorted({int(bound) for bound in bounds})))


def _judged(scored: pl.DataFrame) -> pl.DataFrame:
    """A judgement depends on signs and weight alone, so it is made once for each kind of pair."""
    kind = {
        "signs": pl.col("signs"),
        "enough": (pl.col("weight") >= ASKED_WEIGHT).cast(pl.Int8) + (pl.col("weight") >= AUTOMATIC_WEIGHT),
    }
    kinds = scored.select(**kind).unique()
    judged = [judge(names_in(signs), _OF_KIND[enough]) for signs, enough in kinds.iter_rows()]
    kinds = kinds.with_columns(
        pl.Series("zone", [item.zone.value for item in judged], dtype=_ZONES),
        pl.Series("evidence", [item.evidence for item in judged], dtype=_EVIDENCE),
    ).filter(pl.col("zone") != Zone.APART.value)
    found = scored.with_columns(**kind).join(kinds, on=["signs", "enough"])
    return found.select(pl.col("l").alias("left"), pl.col("r").alias("right"), "weight", "signs", *_JUDGED)


_OF_KIND = (ASKED_WEIGHT - 1, ASKED_WEIGHT, AUTOMATIC_WEIGHT)  # a weight of each
_GIVEN = ("id", *COLUMNS)


def count(store: Store, table: str) -> int:
    return int(store.read(f"select count(*) from {table}").item())
