"""What a migration may not do to a table that people work on (迁移的锁): read off the operations, for every migration there is.

The rules are those of baseline 10.5: no lock longer than 2 s on 1,000,000 rows, and the version before runs on the new schema.
A table that the same migration makes is empty and nobody's yet; everything is allowed on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations import operations as ops
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

from juxian.apps.at_work import AddIndexAtWork, RemoveIndexAtWork

INDEX_AT_WORK = "an index of a table in use is built by AddIndexAtWork, dropped by RemoveIndexAtWork"
NO_TRANSACTION = "AddIndexAtWork needs atomic = False"
NOT_AGAIN = "with atomic = False only what can be begun again: indexes at work and RunPython in batches"
DATA = "rows are changed in batches, each in its transaction: RunPython with atomic = False"
CONSTRAINT = "a constraint reads the whole table under a lock"
NOT_NULL = "the version before does not fill the column: null=True, or db_default"
FOREIGN_INDEX = "a foreign key with an index builds it under a lock: db_index=False, and AddIndexAtWork"
REWRITE = "a change of the column's type, null or uniqueness reads or rewrites the table under a lock"
CONTRACT = "the version before still uses it: expand now, contract a version later"
UNKNOWN = "an operation that nobody has thought about"

CHECKED = (
    DatabaseWrapper.data_type_check_constraints
)  # kinds of fields whose column comes with a constraint, such as "not below zero"
AT_WORK = (AddIndexAtWork, RemoveIndexAtWork)
_HARMLESS = (ops.CreateModel, ops.AlterModelOptions, ops.AlterModelManagers, ops.AlterModelTableComment)
_CONTRACTS = (ops.RemoveField, ops.RenameField, ops.RenameModel, ops.DeleteModel, ops.AlterModelTable)
_CONSTRAINTS = (ops.AddConstraint, ops.AlterUniqueTogether, ops.AlterIndexTogether)


@dataclass(frozen=True, order=True)
class Finding:
    migration: str
    rule: str
    what: str


def findings(plan: list[Migration]) -> Iterator[Finding]:
    """Everything in the migrations of our apps that keeps people waiting, or breaks the version before."""
    state = ProjectState()
    for migration in plan:
        ours = apps.get_app_config(migration.app_label).name.startswith("juxian.")
        new = {op.name_lower for op in migration.operations if isinstance(op, ops.CreateModel)}
        for operation in migration.operations:
            if ours:
                name = f"{migration.app_label}.{migration.name}"
                for rule in _rules(operation, migration, new, state):
                    yield Finding(name, rule, operation.describe())
            operation.state_forwards(migration.app_label, state)


def _rules(operation: Any, migration: Migration, new: set[str], state: ProjectState) -> Iterator[str]:
    at_work = isinstance(operation, AT_WORK)
    if at_work and migration.atomic:
        yield NO_TRANSACTION
    if not migration.atomic and not (at_work or isinstance(operation, ops.RunPython)):
        yield NOT_AGAIN
    if isinstance(operation, (ops.RunPython, ops.RunSQL)):
        if migration.atomic:
            yield DATA
        return
    table = getattr(operation, "model_name_lower", None) or getattr(operation, "name_lower", "")
    if at_work or table in new or isinstance(operation, _HARMLESS):
        return
    yield from _rules_of_schema(operation, migration.app_label, state)


def _rules_of_schema(operation: Any, app: str, state: ProjectState) -> Iterator[str]:
    if isinstance(operation, (ops.AddIndex, ops.RemoveIndex)):
        yield INDEX_AT_WORK
    elif isinstance(operation, _CONTRACTS):
        yield CONTRACT
    elif isinstance(operation, _CONSTRAINTS):
        yield CONSTRAINT
    elif isinstance(operation, ops.AddField):
        yield from _rules_of_field(operation.field)
    elif isinstance(operation, ops.AlterField):
        before = state.models[app, operation.model_name_lower].fields[operation.name]
        if not _stays(before, operation.field):
            yield REWRITE
    elif not isinstance(operation, ops.RemoveConstraint):
        yield UNKNOWN


def _rules_of_field(field: Any) -> Iterator[str]:
    if field.many_to_many:
        return
    if not (field.null or field.has_db_default()):
        yield NOT_NULL
    if field.unique or field.get_internal_type() in CHECKED:
        yield CONSTRAINT
    elif field.db_index:
        yield FOREIGN_INDEX


def _stays(before: Any, after: Any) -> bool:
    """Whether the column is the same, or holds more than it did."""
    wider = isinstance(after, models.CharField) and (before.max_length or 0) <= (after.max_length or 0)
    looser = after.null and not before.null  # is dropped from the catalogue
    index_gone = before.db_index and not after.db_index
    ignored = set(after.non_db_attrs) | {"related_name", "limit_choices_to", "default"}
    ignored |= {"max_length"} if wider else set()
    ignored |= {"null"} if looser else set()
    ignored |= {"db_index"} if index_gone else set()
    return _described(before, ignored) == _described(after, ignored)


def _described(field: Any, ignored: set[str]) -> tuple[Any, ...]:
    _name, path, args, options = field.deconstruct()
    return path, args, {key: value for key, value in options.items() if key not in ignored}
