"""Where many records are compared (比对的数据库): tables made of one another by statements over whole numbers.

The statements are written once, for DuckDB; ``spark`` runs them in another dialect.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl

from juxian.core.text import Text


class Store(Protocol):
    """Named tables. part_pairs: pairs scored in one statement, a bound on its memory."""

    part_pairs: int

    def make(self, table: str, select: str) -> None:
        """A table from a statement, written out; replaces one of that name."""

    def keep(self, table: str, frame: pl.DataFrame) -> None:
        """A small table from a frame; replaces one of that name."""

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Rows to a table, which is made when there is none."""

    def append_files(self, table: str, pattern: str, columns: tuple[str, ...]) -> None:
        """As ``append``, from Parquet files."""

    def read(self, select: str) -> pl.DataFrame: ...

    def drop(self, *tables: str) -> None: ...

    def close(self) -> None:
        """Give up all tables."""


class EngineMissing(Exception):
    """What an engine needs is not installed. ``words`` say what."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True)
class Limits:
    """Of DuckDB: memory before it spills to ``directory``, and threads."""

    memory: str = "4GB"
    threads: int = 2
    directory: Path | None = None


class DuckStore:
    """DuckDB in this process and in memory."""

    part_pairs = 1_000_000

    def __init__(self, limits: Limits = Limits()) -> None:  # frozen
        self.connection = duckdb.connect(":memory:")
        self.connection.execute(f"set memory_limit = '{limits.memory}'")
        self.connection.execute(f"set threads = {limits.threads}")
        self.connection.execute("set preserve_insertion_order = false")
        self.connection.execute("set enable_progress_bar = false")
        if limits.directory:
            self.connection.execute(f"set temp_directory = '{limits.directory}'")

    def make(self, table: str, select: str) -> None:
        self.connection.execute(f"create or replace table {table} as {select}")

    def keep(self, table: str, frame: pl.DataFrame) -> None:
        with self._registered(frame) as name:
            self.make(table, f"select * from {name}")

    def append(self, table: str, frame: pl.DataFrame) -> None:
        with self._registered(frame) as name:
            self._insert(table, f"select * from {name}")

    def append_files(self, table: str, pattern: str, columns: tuple[str, ...]) -> None:
        self._insert(table, f"select {', '.join(columns)} from read_parquet('{pattern}')")

    def _insert(self, table: str, select: str) -> None:
        self.connection.execute(f"create table if not exists {table} as {select} limit 0")
        self.connection.execute(f"insert into {table} {select}")

    @contextmanager
    def _registered(self, frame: pl.DataFrame) -> Iterator[str]:
        self.connection.register("registered", frame)
        try:
            yield "registered"
        finally:
            self.connection.unregister("registered")

    def read(self, select: str) -> pl.DataFrame:
        found: pl.DataFrame = self.connection.sql(select).pl()
        return found

    def drop(self, *tables: str) -> None:
        for table in tables:
            self.connection.execute(f"drop table {table}")

    def close(self) -> None:
        self.connection.close()
