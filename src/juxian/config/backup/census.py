"""What of a database is counted, and how two counts are compared (清点)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from juxian.core.text import Text

AUDIT = "audit_auditentry"
MIGRATIONS = "django_migrations"
Ask = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Census:
    """tables: name → rows. migrations: ``app.name`` of the applied ones, sorted. audit_head: digest of the last entry."""

    tables: dict[str, int]
    migrations: list[str]
    audit_entries: int
    audit_head: str


def take_census(ask: Ask, tables: Iterable[str]) -> Census:
    """Count everything of one moment. ask: runs a statement and gives its rows, all in one transaction."""
    # names come from the catalogue of the database itself
    counts = {name: ask(f'SELECT count(*) FROM "{name}"')[0][0] for name in sorted(tables)}  # noqa: S608  # tables of our own
    migrations = ask(f"SELECT app, name FROM {MIGRATIONS}") if MIGRATIONS in counts else []  # noqa: S608  # tables of our own
    head = ask(f"SELECT digest FROM {AUDIT} ORDER BY id DESC LIMIT 1") if AUDIT in counts else []  # noqa: S608  # tables of our own
    return Census(
        tables=counts,
        migrations=sorted(f"{app}.{name}" for app, name in migrations),
        audit_entries=counts.get(AUDIT, 0),
        audit_head=head[0][0] if head else "",
    )


def difference(expected: Census, found: Census) -> Text | None:
    """The first thing in which two counts differ, said; None when they are equal."""
    for name in sorted(expected.tables.keys() | found.tables.keys()):
        was, is_ = expected.tables.get(name), found.tables.get(name)
        if was != is_:
            return Text(
                f"表 {name}：备份时 {_rows(was, '没有')}，恢复后 {_rows(is_, '没有')}",
                f"table {name}: rows when saved {_rows(was, 'none')}, restored {_rows(is_, 'none')}",
            )
    for name in sorted(set(expected.migrations) ^ set(found.migrations)):
        return Text(f"数据库迁移 {name} 只在一边", f"migration {name} is on one side only")
    if expected.audit_head != found.audit_head:
        return Text(
            f"审计日志末条摘要不同：{expected.audit_head[:16]} 与 {found.audit_head[:16]}",
            f"last digest of the audit log differs: {expected.audit_head[:16]} and {found.audit_head[:16]}",
        )
    return None


def _rows(count: int | None, no_table: str) -> str:
    return no_table if count is None else str(count)
