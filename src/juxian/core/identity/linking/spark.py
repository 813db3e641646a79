"""Linking on Spark (大规模比对), the extra ``spark``: the statements of DuckDB in its dialect, the same pairs and weights."""

from __future__ import annotations

import os
import shutil
import tempfile
from glob import glob
from pathlib import Path
from typing import Any

import polars as pl
import sqlglot

from juxian.core.identity.linking.stores import EngineMissing
from juxian.core.text import Text


class SparkStore:
    """Tables are Parquet files below a directory of their own, which cuts the lineage that Spark would follow again and again.

    directory: seen under one path by this process and by all workers of the session. session: of Spark; as the
    configuration of Spark says, local when it says nothing.
    """

    part_pairs = 20_000_000

    def __init__(self, directory: Path | None = None, session: Any = None) -> None:
        self.session = session or _session()
        self.directory = Path(tempfile.mkdtemp(prefix="juxian-spark-", dir=directory))
        self.shown: set[str] = set()

    def make(self, table: str, select: str) -> None:
        self._written(table, select)
        self._show(table)

    def keep(self, table: str, frame: pl.DataFrame) -> None:
        self.drop(table)
        self.append(table, frame)

    def append(self, table: str, frame: pl.DataFrame) -> None:
        place = self.directory / table
        place.mkdir(exist_ok=True)
        frame.write_parquet(place / f"{len(list(place.iterdir())):06d}.parquet")
        self._show(table)

    def append_files(self, table: str, pattern: str, columns: tuple[str, ...]) -> None:
        place = self.directory / table
        found = self.session.read.parquet(*sorted(glob(pattern))).select(*columns)  # noqa: PTH207  # an absolute pattern, which Path.glob refuses
        found.write.mode("append").parquet(str(place))
        self._show(table)

    def read(self, select: str) -> pl.DataFrame:
        self._written("_read", select)
        found = pl.read_parquet(self.directory / "_read" / "*.parquet")
        self.drop("_read")
        return found

    def drop(self, *tables: str) -> None:
        for table in tables:
            self.session.catalog.dropTempView(table)
            self.shown.discard(table)
            shutil.rmtree(self.directory / table, ignore_errors=True)

    def close(self) -> None:
        """Forget the tables; the session goes on."""
        self.drop(*self.shown)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _show(self, table: str) -> None:
        self.session.read.parquet(str(self.directory / table)).createOrReplaceTempView(table)
        self.shown.add(table)

    def _written(self, table: str, select: str) -> None:
        statement = sqlglot.transpile(select, read="duckdb", write="spark")[0]
        self.session.sql(statement).write.mode("overwrite").parquet(str(self.directory / table))


def _session() -> Any:
    try:
        from pyspark.sql import SparkSession  # deferred: an extra
    except ModuleNotFoundError as error:
        raise EngineMissing(
            Text(
                "没有安装 Spark：pip install juxian[spark]",
                "Spark is not installed: pip install juxian[spark]",
            )
        ) from error
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise EngineMissing(Text("Spark 需要 Java 17", "Spark needs Java 17"))
    return SparkSession.builder.appName("juxian").config("spark.ui.enabled", "false").getOrCreate()
