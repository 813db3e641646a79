"""Many rows as one parameter (成批读写), the same on SQLite and PostgreSQL.

Ten thousand rows are one statement, not ten thousand: on a server every round trip counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection

Columns = Mapping[str, str]  # name → type as PostgreSQL knows it
Rows = Sequence[Sequence[Any]]


def table_of(columns: Columns, rows: Rows) -> tuple[str, list[Any]]:
    """A query that gives these rows, and its parameters. Values: whole numbers, texts, days, None."""
    if connection.vendor == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        lists = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
        return f"SELECT * FROM unnest({arrays}) AS given({', '.join(columns)})", lists  # noqa: S608  # our own names
    parts = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(columns))
    spelled = json.dumps([[_plain(value) for value in row] for row in rows], ensure_ascii=False)
    return f"SELECT {parts} FROM json_each(%s)", [spelled]  # noqa: S608  # our own names


def ask(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement; none for one that gives none."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def among(column: str, values: Iterable[str | int]) -> tuple[str, list[Any]]:
    """The condition that ``column`` is one of any number of values."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)", [list(values)]
    return f"{column} IN (SELECT value FROM json_each(%s))", [json.dumps(list(values))]  # noqa: S608  # our own name


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
