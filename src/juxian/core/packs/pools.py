"""``pools.yaml``: the talent pools of a place (人才库), each with a condition in the rule language or none (手工入库)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from juxian.core.facts.schema import Schema
from juxian.core.indicators import Measure
from juxian.core.packs.conditions import read_condition
from juxian.core.packs.reading import Part, unique
from juxian.core.text import Text


@dataclass(frozen=True, slots=True)
class PoolEntry:
    """A pool as its file gives it. condition: text of the rule language, empty for hand-picked members alone."""

    id: str
    title: Text
    condition: str
    description: Text


def read_pools(whole: Part, schema: Schema, parents: Mapping[str, PoolEntry]) -> dict[str, PoolEntry]:
    """Those of the parent, replaced by id; ``offered: false`` leaves one out."""
    if not whole.keys((), ("pools",)):
        return dict(parents)
    read = [(part, _entry(part, schema)) for part in whole.get("pools").items()]
    own = unique(read, lambda entry: entry.id)
    left_out = {entry.id for part, entry in read if not part.get("offered").boolean(default=True)}
    return {key: entry for key, entry in {**parents, **own}.items() if key not in left_out}


def _entry(part: Part, schema: Schema) -> PoolEntry:
    offered = part.get("offered").boolean(default=True)
    part.keys(("pool", "title") if offered else ("pool",), ("title", "condition", "description", "offered"))
    read_condition(part.get("condition"), Measure.PERSONS, "", schema, counted=True)
    return PoolEntry(
        part.get("pool").code(),
        part.get("title").title(),
        part.get("condition").text(),
        part.get("description").title(),
    )
