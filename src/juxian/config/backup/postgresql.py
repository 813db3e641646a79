"""Saving and restoring a PostgreSQL database through its own tools (PostgreSQL)."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from juxian.config.backup.census import Ask, Census, take_census
from juxian.config.backup.problems import refusal
from juxian.core.text import Text

COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns"
    " JOIN information_schema.tables USING (table_schema, table_name)"
    " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
)


def program(name: str) -> str:
    """The path of ``pg_dump`` or ``pg_restore``; raises ``Rejected`` where it is not installed."""
    found = shutil.which(name)
    if found is None:
        hint = Text(
            "安装 PostgreSQL 客户端，例如 apt-get install postgresql-client",
            "install the client of PostgreSQL, for instance apt-get install postgresql-client",
        )
        raise refusal(
            "B201",
            f"没有安装 {name}，不能保存或恢复 PostgreSQL 数据库。",
            f"{name} is not installed; a PostgreSQL database cannot be saved or restored without it.",
            hint,
        )
    return found


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection]:
    """A connection; raises ``Rejected`` where there is none."""
    try:
        connection = psycopg.connect(url)
    except psycopg.OperationalError as error:
        raise refusal(
            "B202", f"不能连接数据库：{error}", f"the database cannot be reached: {error}"
        ) from error
    with connection:
        yield connection


@contextmanager
def one_moment(url: str) -> Iterator[tuple[Ask, str]]:
    """Statements that all see the same moment, and the name under which ``dump`` sees it too."""
    with connected(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None  # noqa: S101  # the function always gives one row
        yield asking(connection), row[0]


def asking(connection: psycopg.Connection) -> Ask:
    """Run statements on an open connection."""
    return lambda statement: connection.execute(statement.encode()).fetchall()


def columns_of(ask: Ask) -> set[tuple[str, str]]:
    """(table, column) of everything that stands in a database."""
    return {(table, column) for table, column in ask(COLUMNS)}


def census_of(ask: Ask) -> Census:
    """Count the tables of a PostgreSQL database."""
    return take_census(ask, {table for table, _column in columns_of(ask)})


def dump(url: str, snapshot: str, to: Path) -> None:
    """Write the moment ``snapshot`` in the custom format; raises ``Rejected`` with the words of ``pg_dump``."""
    options = ["--format=custom", "--compress=1", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    _run("pg_dump", url, [*options, f"--file={to}"])


def restore_dump(url: str, dumped: Path) -> None:
    """Fill an empty database, all or nothing; raises ``Rejected`` when it is not empty or ``pg_restore`` refuses."""
    with connected(url) as connection:
        tables = {table for table, _column in columns_of(asking(connection))}
    if tables:
        raise refusal(
            "B203",
            f"要恢复到的数据库不是空的，已有 {len(tables)} 张表。",
            f"the database to restore into is not empty: it holds {len(tables)} tables.",
        )
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run("pg_restore", url, [*options, str(dumped)])


@contextmanager
def throw_away_database(url: str) -> Iterator[str]:
    """The address of a new, empty database on the same server; it goes at the end."""
    name = f"juxian_check_{secrets.token_hex(6)}"
    _administer(url, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        _administer(url, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _administer(url: str, statement: sql.Composed) -> None:
    with connected(url) as connection:
        connection.autocommit = True
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            hint = Text(
                "授权（ALTER ROLE … CREATEDB），或在另一台服务器上核验",
                "grant it (ALTER ROLE … CREATEDB), or check on another server",
            )
            raise refusal(
                "B204",
                "该数据库账号不能建立核验用的临时数据库。",
                "the account may not create the temporary database that a check needs.",
                hint,
            ) from error


def _run(name: str, url: str, options: list[str]) -> None:
    """Run a tool of PostgreSQL; the password goes through the environment, where no list of processes shows it."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    command = [program(name), f"--dbname={make_conninfo(**parts)}", "--no-password", *options]  # type: ignore[arg-type]  # their values are text or numbers
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        said = result.stderr.strip().splitlines()
        words = said[0] if said else str(result.returncode)
        raise refusal("B205", f"{name} 没有成功：{words}", f"{name} failed: {words}")
