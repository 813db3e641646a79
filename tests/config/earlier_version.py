"""The version before on the schema of this one (上一版程序运行新结构): its models, as migrations remember them, read and write.

What is written is rolled back. A row that the version before writes fills the columns that it knows, and no other.
"""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

SAMPLE = 3
_UNIQUE = ("23505", "UNIQUE constraint failed")  # the row is whole, only there already


def troubles(app: str, before: str) -> list[str]:
    """What the models of ``app`` as of the migration ``before`` cannot do in a database that is migrated to the end."""
    loader = MigrationLoader(connection)
    state = loader.project_state([(app, before)])
    held = loader.applied_migrations
    assert held is not None
    assert set(loader.graph.leaf_nodes()) <= set(held), "migrated to the end"
    models = [model for model in state.apps.get_models() if model._meta.app_label == app]
    return [trouble for model in models for trouble in _columns(model) + _rows(model)]


def _columns(model: type[Model]) -> list[str]:
    """Every column it knows is there; every other fills itself."""
    table, known = model._meta.db_table, {field.column for field in model._meta.local_concrete_fields}
    there = _described(table)
    missing = [f"{table}.{name} is gone" for name in sorted(known - there.keys())]
    return missing + [
        f"{table}.{name} must be filled, which the version before does not"
        for name, fills_itself in there.items()
        if name not in known and not fills_itself
    ]


def _described(table: str) -> dict[str, bool]:
    """column → whether a row may leave it out; empty where the table is gone."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute('SELECT name, "notnull", dflt_value FROM pragma_table_info(%s)', [table])
            return {name: not must or default is not None for name, must, default in cursor.fetchall()}
        cursor.execute(
            "SELECT column_name, is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES' "
            "FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s",
            [table],
        )
        return dict(cursor.fetchall())


def _rows(model: type[Model]) -> list[str]:
    """A few rows are read, written anew and written as copies."""
    found = []
    try:
        rows = list(model._default_manager.order_by("pk")[:SAMPLE])  # type: ignore[attr-defined]  # every model has one
    except DatabaseError as error:
        return [f"{model._meta.db_table} cannot be read: {error}"]
    for row in rows:
        found += _tried(row, "written as a copy", copy=True)
        if not _append_only(row):
            found += _tried(row, "written", copy=False)
    return found


def _append_only(row: Any) -> bool:
    """Whether a trigger refuses to change what stands."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
                [row._meta.db_table],
            )
        else:
            cursor.execute(
                "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass",
                [row._meta.db_table],
            )
        return bool(cursor.fetchone()[0])


def _tried(row: Any, what: str, *, copy: bool) -> list[str]:
    key, name = row.pk, row._meta.pk.name
    try:
        with transaction.atomic():
            if copy and row._meta.pk.get_internal_type().endswith("AutoField"):
                setattr(row, row._meta.pk.attname, None)
            row.save(force_insert=copy, force_update=not copy)
            transaction.set_rollback(True)
    except IntegrityError as error:
        cause = error.__cause__
        if not (copy and (getattr(cause, "sqlstate", "") == _UNIQUE[0] or _UNIQUE[1] in str(error))):
            return [f"{row._meta.db_table} {name}={key} cannot be {what}: {error}"]
    except DatabaseError as error:
        return [f"{row._meta.db_table} {name}={key} cannot be {what}: {error}"]
    finally:
        row.pk = key
    return []
