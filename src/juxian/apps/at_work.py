"""Changing a large table while people are at work (不停机迁移): what migrations use instead of operations that lock it.

An index is built beside the writers on PostgreSQL (``CONCURRENTLY``, which no transaction may hold: such a migration says
``atomic = False`` and holds nothing but these operations). SQLite has one writer, which waits for each index: it is sorted by
several threads, and no check of the whole database is made while the writer is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, NotSupportedError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor
from django.db.migrations.operations import AddIndex, AlterField, RemoveIndex
from django.db.models import Index, Model

from juxian.apps.gate import leave_turn

SQLITE_PIECE_KIB = 4000  # sorted by a thread of its own while the table is read on
SQLITE_THREADS = 2
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


class WidenAtWork(AlterField):
    """A column of texts that is to hold longer ones: a word of the catalogue on PostgreSQL, and nothing on SQLite, which heeds no
    lengths and for which Django would copy the table."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def _index(state: Any, name: str) -> Index:
    found: Index = state.get_index_by_name(name)
    return found


def _add(schema_editor: Any, model: type[Model], index: Index) -> None:
    if schema_editor.connection.vendor != "postgresql":
        if not _stands(schema_editor, index):
            with _quick(schema_editor):
                schema_editor.add_index(model, index)
            leave_turn()
        return
    with _patient(schema_editor):
        valid = _is_valid(schema_editor, index)
        if valid is False:
            schema_editor.remove_index(model, index, concurrently=True)
        if not valid:
            schema_editor.add_index(model, index, concurrently=True)


def _remove(schema_editor: Any, model: type[Model], index: Index) -> None:
    if schema_editor.connection.vendor != "postgresql":
        if _stands(schema_editor, index):
            schema_editor.remove_index(model, index)
            leave_turn()
        return
    with _patient(schema_editor):
        if _is_valid(schema_editor, index) is not None:
            schema_editor.remove_index(model, index, concurrently=True)


def _stands(schema_editor: Any, index: Index) -> bool:
    """Whether SQLite has the index; it makes one wholly or not at all."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = %s", [index.name])
        return cursor.fetchone() is not None


@contextmanager
def _quick(schema_editor: Any) -> Iterator[None]:
    """SQLite sorts an index in small pieces beside reading the table, and whoever wants to write waits a third less for it."""
    wanted = {"cache_size": -SQLITE_PIECE_KIB, "threads": SQLITE_THREADS}
    with schema_editor.connection.cursor() as cursor:
        before = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
        for name, value in wanted.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        try:
            yield
        finally:
            for name, value in before.items():
                cursor.execute(f"PRAGMA {name} = {value}")


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


class SchemaEditorAtWork(DatabaseSchemaEditor):
    """On SQLite a migration reads the references of those tables alone through that it has made anew.

    Django reads those of the whole database through before it commits, three seconds with a million persons, and whoever
    wants to write waits. All are read through when the migrations are done and nobody waits: ``check_references``.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.made_anew: set[str] = set()

    def _remake_table(self, model: type[Model], *args: Any, **more: Any) -> None:
        self.made_anew.add(model._meta.db_table)
        super()._remake_table(model, *args, **more)  # type: ignore[misc]  # the stubs leave it out

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        broken = self._broken() if exc_value is None else None
        failed = broken or exc_value
        super(DatabaseSchemaEditor, self).__exit__(failed and type(failed), failed, traceback)
        self.connection.enable_constraint_checking()
        if broken is not None:
            raise broken

    def _broken(self) -> IntegrityError | None:
        try:
            self.connection.check_constraints(sorted(self.made_anew))
        except IntegrityError as error:
            return error
        return None


def migrate_at_work(connection: BaseDatabaseWrapper) -> None:
    """The migrations of this connection keep nobody waiting for a check of the whole database."""
    if connection.vendor == "sqlite":
        connection.SchemaEditorClass = SchemaEditorAtWork


def check_references(connection: BaseDatabaseWrapper) -> None:
    """Every row refers to rows that are there (``IntegrityError``), as PostgreSQL knows at any time."""
    if connection.vendor == "sqlite":
        connection.check_constraints()
