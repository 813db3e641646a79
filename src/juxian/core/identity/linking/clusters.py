"""From pairs to persons (聚类): pairs are joined strongest first, and a veto looks at the whole cluster.

A row without a number must not join two records with different numbers, so what is known of every member counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from juxian.core.identity.linking.conditions import Side

# two different values in one cluster forbid the join; the second group only where no number is shared
NEVER_TWO = (
    "number",
    "first15",
    "region6",
    "region4",
    "tail4",
    "birth_day",
    "birth_month",
    "birth_year",
    "gender",
)
SELDOM_TWO = ("email", "phone", "passport")
ALSO = {"email": "email_also", "phone": "phone_also"}
FRAME = {"id": pl.Int64, "root": pl.Int64}


@dataclass(frozen=True, slots=True)
class Join:
    """Two records to be joined. proved: by one document number or a person's decision.

    moved: the evidence holds for somebody who has changed the telephone, so another one is no veto.
    """

    left: int
    right: int
    weight: float
    proved: bool = False
    moved: bool = False


@dataclass(frozen=True)
class Clusters:
    """Result. frame: ``id`` and ``root``, the smallest record of its cluster. refused: joins that a veto stopped."""

    frame: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FRAME))
    refused: list[Join] = field(default_factory=list)

    @property
    def root_of(self) -> dict[int, int]:
        return dict(self.frame.iter_rows())

    def groups(self) -> list[list[int]]:
        """Clusters of two records and more, each in order."""
        joined = self.frame.sort("id").group_by("root").agg("id").filter(pl.col("id").list.len() > 1)
        return sorted(joined["id"].to_list())


@dataclass(slots=True)
class _Group:
    members: list[int]
    values: dict[str, set[int]]
    sheets: dict[int, set[int]]
    barred: set[int]


def cluster(
    records: Mapping[int, Side],
    joins: Sequence[Join],
    must: Iterable[tuple[int, int]] = (),
    cannot: Iterable[tuple[int, int]] = (),
) -> Clusters:
    """must: pairs that a person found to be one; they are joined first and no veto stops them but a ``cannot``.

    cannot: pairs that a person found to be two; never in one cluster, whatever lies between them.
    records: at least those named in joins and must. The order of the input changes nothing.
    """
    work = _Work(records, cannot)
    for left, right in sorted(must):
        work.join(Join(left, right, float("inf"), proved=True), decided=True)
    for join in sorted(joins, key=lambda item: (-item.weight, item.left, item.right)):
        work.join(join)
    roots = {record: work.find(record) for record in work.parent}
    smallest: dict[int, int] = {}
    for record, root in roots.items():
        smallest[root] = min(smallest.get(root, record), record)
    found = [(record, smallest[root]) for record, root in roots.items()]
    return Clusters(pl.DataFrame(found, schema=FRAME, orient="row"), work.refused)


class _Work:
    def __init__(self, records: Mapping[int, Side], cannot: Iterable[tuple[int, int]]) -> None:
        self.records = records
        self.parent: dict[int, int] = {}
        self.groups: dict[int, _Group] = {}
        self.refused: list[Join] = []
        self.barred: dict[int, set[int]] = {}
        for left, right in cannot:
            self.barred.setdefault(left, set()).add(right)
            self.barred.setdefault(right, set()).add(left)

    def find(self, record: int) -> int:
        root = record
        while self.parent[root] != root:
            root = self.parent[root]
        while self.parent[record] != root:
            self.parent[record], record = root, self.parent[record]
        return root

    def join(self, join: Join, *, decided: bool = False) -> None:
        left, right = self._root(join.left), self._root(join.right)
        if left == right:
            return
        ours, theirs = self.groups[left], self.groups[right]
        if not ours.barred.isdisjoint(theirs.members) or (not decided and _vetoed(ours, theirs, join)):
            self.refused.append(join)
            return
        if len(ours.members) < len(theirs.members):
            left, right, ours, theirs = right, left, theirs, ours
        self.parent[right] = left
        ours.members += theirs.members
        ours.barred |= theirs.barred
        for name, values in theirs.values.items():
            ours.values.setdefault(name, set()).update(values)
        for sheet, numbers in theirs.sheets.items():
            ours.sheets.setdefault(sheet, set()).update(numbers)
        del self.groups[right]

    def _root(self, record: int) -> int:
        if record not in self.parent:
            self.parent[record] = record
            self.groups[record] = self._alone(record)
        return self.find(record)

    def _alone(self, record: int) -> _Group:
        known = self.records[record]
        values = {name: {known[name]} for name in (*NEVER_TWO, *SELDOM_TWO) if known[name]}
        for name, also in ALSO.items():
            if known[also]:
                values.setdefault(name, set()).add(known[also])
        sheets = {known["sheet"]: {known["number"]}} if known["sheet"] else {}
        return _Group([record], values, sheets, set(self.barred.get(record, ())))


def _vetoed(ours: _Group, theirs: _Group, join: Join) -> bool:
    if any(_two(ours, theirs, name) for name in NEVER_TWO):
        return True
    if join.proved:
        return False
    if ours.sheets.keys() & theirs.sheets.keys():
        return True
    seldom = [name for name in SELDOM_TWO if not (join.moved and name == "phone")]
    return any(_apart(ours, theirs, name) for name in seldom) and not _in_common(ours, theirs)


def _two(ours: _Group, theirs: _Group, name: str) -> bool:
    return len(ours.values.get(name, set()) | theirs.values.get(name, set())) > max(
        1, len(ours.values.get(name, ())), len(theirs.values.get(name, ()))
    )


def _apart(ours: _Group, theirs: _Group, name: str) -> bool:
    mine, other = ours.values.get(name), theirs.values.get(name)
    return bool(mine and other and mine.isdisjoint(other))


def _in_common(ours: _Group, theirs: _Group) -> bool:
    """Something else that few share holds the two together in spite of another telephone or e-mail."""
    names = ("number", "first15", "tail4", "phone", "email", "passport")
    return any(not ours.values.get(name, set()).isdisjoint(theirs.values.get(name, ())) for name in names)
