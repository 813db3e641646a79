"""Persons for any rulebook: values at and around what its rules ask for, some of them missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl

from juxian.core.facts.schema import Kind, Schema
from juxian.core.policy.nodes import RECEIVED, Day, Node, Number, TextIs, walk
from juxian.core.policy.rulebook import Rulebook

DAYS = [
    date(1960, 2, 29),
    date(1984, 2, 29),
    date(1990, 7, 1),
    date(2000, 2, 29),
    date(2015, 1, 1),
    date(2019, 12, 31),
]


def people_of(book: Rulebook, schema: Schema, count: int, seed: int = 7) -> list[dict[str, Any]]:
    """``count`` rows over the fields that the rulebook reads; every third lacks nothing."""
    chance = Random(seed)
    nodes = [node for root in _roots(book) for node in walk(root)]
    numbers = sorted(
        {n.value + step for n in nodes if isinstance(n, Number) for step in (-1, 0, 1) if n.value + step >= 0}
        | {0, 1}
    )
    days = DAYS + [n.value + timedelta(days=step) for n in nodes if isinstance(n, Day) for step in (-1, 0)]
    texts = sorted({text for n in nodes if isinstance(n, TextIs) for text in n.values} | {"somewhere else"})
    names = sorted({name for item in book.items for name in (*item.once, *item.deducted, item.benefit.id)})

    def value(name: str) -> Any:
        kind = schema.profile[name].type.kind
        if kind in (Kind.LEVEL, Kind.LEVELS):
            codes = sorted(schema.scale_of(schema.profile[name].type).levels)
            return (
                chance.choice(codes)
                if kind is Kind.LEVEL
                else sorted(chance.sample(codes, chance.randint(0, min(3, len(codes)))))
            )
        if kind is Kind.AMOUNTS:
            return (
                {key: chance.choice(numbers) for key in chance.sample(names, min(2, len(names)))}
                if chance.random() < 0.4
                else {}
            )
        small = [number for number in numbers if number <= 10**5]
        return {
            Kind.BOOLEAN: lambda: chance.random() < 0.6,
            Kind.DATE: lambda: chance.choice([*days, book.as_of - timedelta(days=chance.randint(0, 9000))]).isoformat(),
            Kind.MONEY: lambda: chance.choice([*numbers, 123_456_789_012]),
            Kind.INTEGER: lambda: chance.choice(small),
            Kind.MONTHS: lambda: chance.choice(small),
            Kind.TEXT: lambda: chance.choice(texts),
            Kind.ORGANISATION: lambda: chance.choice(texts),
        }[kind]()  # fmt: skip

    fields = book.fields
    return [
        {name: value(name) for name in fields if place % 3 == 0 or chance.random() < 0.85}
        for place in range(count)
    ]


def _roots(book: Rulebook) -> Iterator[Node]:
    for item in book.items:
        yield item.in_force
        for expression in (item.benefit.who, *(row.when for row in item.benefit.table.rows)):
            if expression is not None:
                yield expression.clause
        yield from (row.give.term for row in item.benefit.table.rows if row.give is not None)


def population_of(rows: list[dict[str, Any]], book: Rulebook, schema: Schema) -> pl.DataFrame:
    """The rows as a population file would hold them."""
    columns = []
    for name in book.fields:
        values = [row.get(name) for row in rows]
        kind = schema.profile[name].type.kind
        if name == RECEIVED:
            keys = sorted({key for value in values if value for key in value}) or ["nothing"]
            made = [None if value is None else {key: value.get(key) for key in keys} for value in values]
            columns.append(pl.Series(name, made, dtype=pl.Struct(dict.fromkeys(keys, pl.Int64))))
        elif kind is Kind.DATE:
            columns.append(pl.Series(name, [v and date.fromisoformat(v) for v in values], dtype=pl.Date))
        else:
            columns.append(pl.Series(name, values, dtype=_DTYPES.get(kind, pl.Int64)))
    return pl.DataFrame(columns)


_DTYPES = {
    Kind.LEVEL: pl.String, Kind.LEVELS: pl.List(pl.String), Kind.BOOLEAN: pl.Boolean, Kind.TEXT: pl.String, Kind.ORGANISATION: pl.String,
}  # fmt: skip
