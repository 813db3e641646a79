"""Which files below ``files/`` the register knows (存放的文件)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db.models import FileField

from juxian.apps.files.models import StoredFile
from juxian.apps.files.queries import FOLDER as ATTACHMENTS
from juxian.apps.imports.actions.filing import FOLDER
from juxian.apps.imports.models import Batch
from juxian.config.backup.census import Ask

SETTLED_SECONDS = 3600  # a file is written before its row is committed: a younger one may still get its row


@dataclass(frozen=True, slots=True)
class Column:
    """A column of names; folder: what they are relative to, below ``files/``."""

    table: str
    name: str
    folder: str = ""


def columns() -> Iterator[Column]:
    """Every column that names a stored file."""
    yield Column(Batch._meta.db_table, "stored_name", f"{FOLDER}/")
    yield Column(StoredFile._meta.db_table, "stored_name", f"{ATTACHMENTS}/")
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField) and field.column:
                yield Column(model._meta.db_table, field.column)


def known_files(ask: Ask, present: Collection[tuple[str, str]]) -> set[str]:
    """Names of stored files, relative to ``files/``, as the database gives them.

    present: (table, column) of the database, which may be that of an earlier version.
    """
    found: set[str] = set()
    for column in columns():
        if (column.table, column.name) not in present:
            continue
        rows = ask(f'SELECT "{column.name}" FROM "{column.table}"')  # noqa: S608  # names of our own models
        found |= {f"{column.folder}{name}" for (name,) in rows if name}
    return found


def present_files(folder: Path) -> dict[str, float]:
    """Files that lie below ``folder``: relative name → seconds since 1970 of the last change."""
    found: dict[str, float] = {}
    for path in folder.rglob("*"):
        try:
            if path.is_file() and not path.is_symlink():
                found[path.relative_to(folder).as_posix()] = path.stat().st_mtime
        except FileNotFoundError:  # removed meanwhile
            continue
    return found
