"""Columns of many rows, each row with values of its own, by one prepared statement (批量更新)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def update_rows(
    model: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]], *, by: str = "id"
) -> None:
    """Set the fields ``names``; each of ``rows`` holds their values and then that of ``by``.

    ``bulk_update`` writes a condition for each value into one long statement, which costs several times as much.
    """
    if not rows:
        return
    fields = [_column_of(model, name) for name in (*names, by)]
    columns = [connection.ops.quote_name(str(field.column)) for field in fields]
    *changed, key = columns
    table = connection.ops.quote_name(model._meta.db_table)
    setting = ", ".join(f"{column} = %s" for column in changed)
    prepare = [field.get_db_prep_save for field in fields]
    prepared = [
        [ready(value, connection=connection) for ready, value in zip(prepare, row, strict=True)]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {setting} WHERE {key} = %s", prepared)  # noqa: S608  # names of our own


def save_rows(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write the fields ``names`` of instances of one model."""
    if rows:
        attributes = [_column_of(type(rows[0]), name).attname for name in (*names, "id")]
        values = [[getattr(row, attribute) for attribute in attributes] for row in rows]
        update_rows(type(rows[0]), names, values)


def _column_of(model: type[Model], name: str) -> Field[Any, Any]:
    """The field of one column; a relation from elsewhere has none."""
    field = model._meta.get_field(name)
    if not isinstance(field, Field):
        raise TypeError(f"{model.__name__}.{name} is no column")
    return field
