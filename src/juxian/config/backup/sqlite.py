"""Copying a SQLite database while others write to it (SQLite)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from juxian.config.backup.census import Ask, Census, take_census

BUSY_SECONDS = 20


def copy_while_running(database: Path, to: Path) -> None:
    """Write the state of one moment to ``to``: a single step of the backup API is one read transaction.

    Writers go on meanwhile; what they commit after the beginning is not in the copy.
    """
    with (
        closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as source,
        closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target, pages=-1)


@contextmanager
def reading(database: Path) -> Iterator[Ask]:
    """Run statements on a copy that nobody else opens; leaves no files beside it."""
    with closing(sqlite3.connect(f"{database.as_uri()}?immutable=1", uri=True)) as connection:
        yield lambda statement: connection.execute(statement).fetchall()


def columns_of(ask: Ask) -> set[tuple[str, str]]:
    """(table, column) of everything that stands in a database."""
    rows = ask(
        "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c"
        " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite#_%' ESCAPE '#'"
    )
    return {(table, column) for table, column in rows}


def census_of(ask: Ask) -> Census:
    """Count the tables of a SQLite database."""
    return take_census(ask, {table for table, _column in columns_of(ask)})


def damage_of(ask: Ask) -> str:
    """What SQLite itself finds broken in a database; empty when nothing."""
    said = ask("PRAGMA quick_check(1)")[0][0]
    return "" if said == "ok" else str(said)
