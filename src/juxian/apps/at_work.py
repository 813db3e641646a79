"""Changing a large table while people are at work (不停机迁移): what migrations use instead of operations that lock it.

An index is built beside the writers on PostgreSQL (``CONCURRENTLY``, which no transaction may hold: such a migration says
``atomic = False`` and holds nothing but these operations), and as ever on SQLite, which has one writer anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import NotSupportedError
from django.db.migrations.operations import AddIndex, RemoveIndex
from django.db.models import Index, Model

_VALID = (
    "SELECT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
    "WHERE relname = %s AND pg_table_is_visible(pg_class.oid)"
)


class AddIndexAtWork(AddIndex):
    """As ``AddIndex``; what an interrupted try has left is made anew, what is there stays."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _add(schema_editor, model, self.index)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _remove(schema_editor, model, self.index)


class RemoveIndexAtWork(RemoveIndex):
    """As ``RemoveIndex``; one that is gone already is no mistake."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _remove(
                schema_editor, model, _index(from_state.models[app_label, self.model_name_lower], self.name)
            )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            _add(schema_editor, model, _index(to_state.models[app_label, self.model_name_lower], self.name))


def _index(state: Any, name: str) -> Index:
    found: Index = state.get_index_by_name(name)
    return found


def _add(schema_editor: Any, model: type[Model], index: Index) -> None:
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.add_index(model, index)
        return
    with _patient(schema_editor):
        valid = _is_valid(schema_editor, index)
        if valid is False:
            schema_editor.remove_index(model, index, concurrently=True)
        if not valid:
            schema_editor.add_index(model, index, concurrently=True)


def _remove(schema_editor: Any, model: type[Model], index: Index) -> None:
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.remove_index(model, index)
        return
    with _patient(schema_editor):
        if _is_valid(schema_editor, index) is not None:
            schema_editor.remove_index(model, index, concurrently=True)


def _is_valid(schema_editor: Any, index: Index) -> bool | None:
    """Whether the index can be used; None where there is none."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_VALID, [index.name])
        row = cursor.fetchone()
    return bool(row[0]) if row else None


@contextmanager
def _patient(schema_editor: Any) -> Iterator[None]:
    """Building waits for every transaction that is under way, and keeps nobody waiting meanwhile: it has no limit of time."""
    connection = schema_editor.connection
    if connection.in_atomic_block:
        raise NotSupportedError(
            "an index is built beside the writers outside of any transaction: atomic = False"
        )
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        (limit,) = cursor.fetchone()
        cursor.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [limit])
