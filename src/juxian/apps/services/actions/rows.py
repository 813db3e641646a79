"""Many rows by one prepared statement each, without an object for a row or a condition for a value (批量写入)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Model

# what every driver takes as it is; all else is prepared by its field
_PLAIN = (models.BooleanField, models.IntegerField, models.CharField, models.TextField, models.ForeignKey)
Rows = Sequence[Sequence[Any]]


def update_rows(model: type[Model], names: Sequence[str], rows: Rows, *, by: str = "id") -> None:
    """Set the fields ``names``; each of ``rows`` holds their values and then that of ``by``.

    ``bulk_update`` writes a condition for each value into one long statement, which costs several times as much.
    """
    *changed, key = _columns(model, (*names, by))
    setting = ", ".join(f"{column} = %s" for column in changed)
    _many(model, f"UPDATE {_table(model)} SET {setting} WHERE {key} = %s", (*names, by), rows)  # noqa: S608  # our own names


def insert_rows(model: type[Model], names: Sequence[str], rows: Rows) -> None:
    """Add rows; ``names``: every field but the id."""
    columns, places = ", ".join(_columns(model, names)), ", ".join(["%s"] * len(names))
    _many(model, f"INSERT INTO {_table(model)} ({columns}) VALUES ({places})", names, rows)  # noqa: S608  # our own names


def save_rows(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write the fields ``names`` of instances of one model."""
    if rows:
        attributes = [_field(type(rows[0]), name).attname for name in (*names, "id")]
        values = [[getattr(row, attribute) for attribute in attributes] for row in rows]
        update_rows(type(rows[0]), names, values)


def _many(model: type[Model], statement: str, names: Sequence[str], rows: Rows) -> None:
    if not rows:
        return
    prepared = [
        _prepared(model, name, values) for name, values in zip(names, zip(*rows, strict=True), strict=True)
    ]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.executemany(statement, list(zip(*prepared, strict=True)))


def _prepared(model: type[Model], name: str, values: Sequence[Any]) -> Iterable[Any]:
    field, connection = _field(model, name), connections[DEFAULT_DB_ALIAS]
    if isinstance(field, _PLAIN):
        return values
    prepare: Callable[..., Any] = field.get_db_prep_save
    # few differ: days, moments, and what is said of many cases in one object
    if isinstance(field, models.JSONField):
        objects = {id(value): value for value in values}
        said = {key: prepare(value, connection=connection) for key, value in objects.items()}
        return [said[id(value)] for value in values]
    known = {value: prepare(value, connection=connection) for value in set(values)}
    return [known[value] for value in values]


def _columns(model: type[Model], names: Sequence[str]) -> list[str]:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    return [quote(str(_field(model, name).column)) for name in names]


def _field(model: type[Model], name: str) -> models.Field[Any, Any]:
    found = model._meta.get_field(name)
    if not isinstance(found, models.Field):
        raise TypeError(f"{name} is no column of {model.__name__}")
    return found


def _table(model: type[Model]) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(model._meta.db_table)
