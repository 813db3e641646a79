"""Clusters of a whole register (大批聚类): what no veto can touch is joined at once, the rest as ``clusters`` does it.

Records that hang together by joins are a component. Where nothing in a component speaks against anything else, every
join of it stands; only the others are walked join by join, a few thousand at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import polars as pl

from juxian.core.identity.linking.clusters import (
    ALSO,
    FRAME,
    NEVER_TWO,
    SELDOM_TWO,
    Clusters,
    Join,
    cluster,
)
from juxian.core.identity.linking.conditions import Side
from juxian.core.identity.linking.stores import Store

AT_ONCE = 50_000  # records whose traces are held at one time


def components_of(ends: pl.DataFrame) -> pl.DataFrame:
    """``id`` and ``root``, the smallest record that can be reached, of every record that is joined.

    ends: ``left`` and ``right`` of joins. Each record takes the smallest root of its neighbours until none changes.
    """
    count = ends.height
    ids, places = np.unique(
        np.concatenate([ends["left"].to_numpy(), ends["right"].to_numpy()]), return_inverse=True
    )
    left, right = places[:count], places[count:]
    roots = np.arange(len(ids))
    while True:
        smaller = np.minimum(roots[left], roots[right])
        lowered = roots.copy()
        for end in (left, right):
            np.minimum.at(lowered, end, smaller)
            np.minimum.at(lowered, roots[end], smaller)
        while (lowered[lowered] != lowered).any():
            lowered = lowered[lowered]
        if (lowered == roots).all():
            return pl.DataFrame({"id": ids, "root": ids[roots]}, schema=FRAME)
        roots = lowered


def cluster_all(
    store: Store,
    ends: pl.DataFrame,
    joins_of: Callable[[pl.DataFrame], Sequence[Join]],
    must: Sequence[tuple[int, int]] = (),
    cannot: Sequence[tuple[int, int]] = (),
    table: str = "traces",
    at_once: int = AT_ONCE,
) -> Clusters:
    """As ``clusters.cluster`` for the records of a table. joins_of: the joins whose left record is in a frame of ids."""
    decided = pl.DataFrame(must, schema={"left": pl.Int64, "right": pl.Int64}, orient="row")
    members = components_of(pl.concat([ends.select("left", "right"), decided]))
    store.keep("members", members)
    doubtful = _doubtful(store, table, members, cannot)
    store.drop("members")
    walked = members.join(doubtful, on="root", how="semi").sort("root", "id")
    parts = [members.join(doubtful, on="root", how="anti")]
    refused: list[Join] = []
    for part in _parts(walked, at_once):
        inside = set(part["id"].to_list())
        found = cluster(
            sides(store, inside, table),
            joins_of(part.select("id")),
            [pair for pair in must if pair[0] in inside],
            [pair for pair in cannot if not inside.isdisjoint(pair)],
        )
        parts.append(found.frame)
        refused += found.refused
    return Clusters(pl.concat(parts), refused)


def _parts(walked: pl.DataFrame, at_once: int) -> Iterator[pl.DataFrame]:
    """Whole components, about ``at_once`` records together."""
    roots = walked["root"].to_numpy()
    start = 0
    while start < len(roots):
        last = roots[min(start + at_once, len(roots)) - 1]
        end = int(np.searchsorted(roots, last, side="right"))
        yield walked.slice(start, end - start)
        start = end


def _doubtful(
    store: Store, table: str, members: pl.DataFrame, cannot: Sequence[tuple[int, int]]
) -> pl.DataFrame:
    """``root`` of the components in which a veto may have a say."""
    names = (*NEVER_TWO, *SELDOM_TWO)
    least = ", ".join(f"min({_known(name, 'least')}) as least_{name}" for name in names)
    most = ", ".join(f"max({_known(name, 'greatest')}) as most_{name}" for name in names)
    differ = " or ".join(f"least_{name} <> most_{name}" for name in names)
    torn = store.read(
        f"select root from (select m.root, {least}, {most} from members m join {table} t on t.id = m.id "
        f"group by m.root) as ranges where {differ}"
    )
    listed = store.read(
        f"select distinct root from (select m.root, t.sheet from members m join {table} t on t.id = m.id "
        "where t.sheet <> 0 group by m.root, t.sheet having count(*) > 1) as twice"
    )
    barred = members.filter(pl.col("id").is_in([record for pair in cannot for record in pair]))
    return pl.concat([torn, listed, barred.select("root")]).unique()


def _known(name: str, which: str) -> str:
    """A value of a record, null when unknown; of two of a kind the least or the greatest."""
    if name not in ALSO:
        return f"nullif(t.{name}, 0)"
    one, also = f"nullif(t.{name}, 0)", f"nullif(t.{ALSO[name]}, 0)"
    return f"coalesce({which}({one}, {also}), {one}, {also})"


def sides(store: Store, wanted: Iterable[int], table: str = "traces") -> dict[int, Side]:
    """The marked traces of some records."""
    store.keep("wanted", pl.DataFrame({"id": list(wanted)}, schema={"id": pl.Int64}))
    found = store.read(f"select t.* from {table} t join wanted w on w.id = t.id")
    store.drop("wanted")
    return {row["id"]: row for row in found.iter_rows(named=True)}
