"""Everybody at once by a database (按数据库求值): DuckDB in this process, a PostgreSQL server, or Spark.

The population goes in as the relation that ``sql`` reads, in a temporary table; nothing of it stays behind.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from juxian.core.facts.schema import Kind, Schema
from juxian.core.policy.engines.building import NoKernel
from juxian.core.policy.engines.columns import decided
from juxian.core.policy.engines.sql import PEOPLE, ROW, Statement, statements
from juxian.core.policy.rulebook import Rulebook
from juxian.core.text import Text


class Server(Protocol):
    """A connection of psycopg to PostgreSQL; whoever asks opens and closes it."""

    def cursor(self) -> Any: ...


_DTYPES: dict[Kind, pl.DataType] = {
    Kind.INTEGER: pl.Int64(), Kind.MONEY: pl.Int64(), Kind.MONTHS: pl.Int64(), Kind.DATE: pl.Date(), Kind.BOOLEAN: pl.Boolean(),
    Kind.LEVELS: pl.List(pl.String()),
}  # fmt: skip
_POSTGRES = {pl.Int64(): "bigint", pl.Date(): "date", pl.Boolean(): "boolean", pl.List(pl.String()): "text[]"}


def rows(
    book: Rulebook, frame: pl.DataFrame, schema: Schema, engine: str, server: Server | None = None
) -> pl.DataFrame:
    """``v{k}`` verdict, ``a{k}`` amount (null while undecided), ``f{k}`` failed clauses of the k-th line.

    frame: the population as it came, checked. engine: duckdb, postgresql or spark. server: what postgresql
    asks. Raises ``NoKernel`` where what it needs is not installed.
    """
    if not book.keys:
        return pl.DataFrame()
    people = relation(book, frame, schema)
    match engine:
        case "duckdb":
            found = _duckdb(people, statements(book, schema, "duckdb"))
        case "postgresql":
            found = _postgresql(people, statements(book, schema, "postgres"), server)
        case _:
            found = _spark(people, statements(book, schema, "spark"))
    wide = pl.concat([part.sort(ROW).drop(ROW) for part in found], how="horizontal")
    return wide.with_columns(
        pl.col("^v.*$").cast(pl.Int8), decided(pl.col("^a.*$").cast(pl.Int64)), pl.col("^f.*$").cast(pl.Int64)
    )


def relation(book: Rulebook, frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The columns of ``people``; see ``sql``."""
    columns = [pl.Series(ROW, range(frame.height), dtype=pl.Int64)]
    for name in book.fields:
        kind = schema.profile[name].type.kind
        dtype = _DTYPES.get(kind, pl.String())
        if name not in frame.columns:
            columns.append(pl.Series(name, [None], dtype=dtype).new_from_index(0, frame.height))
        elif isinstance(frame.schema[name], pl.Struct):
            known = pl.col(name).is_not_null()
            columns.append(
                frame.select(pl.when(known).then(pl.col(name).struct.json_encode()).alias(name)).to_series()
            )
        elif kind is Kind.DATE and frame.schema[name] == pl.String:
            columns.append(frame[name].str.to_date("%Y-%m-%d"))
        else:
            columns.append(frame[name].cast(dtype))
    return pl.DataFrame(columns)


def _duckdb(people: pl.DataFrame, asked: list[Statement]) -> list[pl.DataFrame]:
    import duckdb  # deferred: only this engine needs it

    with duckdb.connect(config={"threads": 2}) as connection:
        connection.register(PEOPLE, people.to_arrow())
        return [connection.sql(one.text).pl() for one in asked]


def _postgresql(people: pl.DataFrame, asked: list[Statement], server: Server | None) -> list[pl.DataFrame]:
    if server is None:
        raise NoKernel(Text("没有给出 PostgreSQL 服务器", "no server of PostgreSQL was given"))
    with server.cursor() as cursor:
        shape = ", ".join(f'"{name}" {_POSTGRES.get(dtype, "text")}' for name, dtype in people.schema.items())
        cursor.execute(f'CREATE TEMPORARY TABLE "{PEOPLE}" ({shape}) ON COMMIT DROP')
        arrays = [_as_array(name) for name, dtype in people.schema.items() if isinstance(dtype, pl.List)]
        with cursor.copy(f"COPY \"{PEOPLE}\" FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
            for part in people.with_columns(arrays).iter_slices(50_000):
                copy.write(part.write_csv(include_header=False, null_value="\\N", quote_style="non_numeric"))
        cursor.execute(f'ANALYZE "{PEOPLE}"')
        return [_copied(cursor, one) for one in asked]


def _as_array(name: str) -> pl.Expr:
    """A set of codes in the words of PostgreSQL: ``{"a","b"}``."""
    quoted = pl.element().str.replace_all(r'(["\\])', r"\$1")
    codes = pl.col(name).list.eval(pl.lit('"') + quoted + pl.lit('"'))
    return (pl.lit("{") + codes.list.join(",") + pl.lit("}")).alias(name)


def _copied(cursor: Any, one: Statement) -> pl.DataFrame:
    with cursor.copy(f"COPY ({one.text}) TO STDOUT (FORMAT csv)") as copy:
        read = b"".join(copy)
    names = (ROW, *one.names)
    if not read:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.Int64))
    return pl.read_csv(read, has_header=False, new_columns=names, schema_overrides=[pl.Int64] * len(names))


def _spark(people: pl.DataFrame, asked: list[Statement]) -> list[pl.DataFrame]:
    try:
        from pyspark.sql import SparkSession  # deferred: an extra
    except ModuleNotFoundError as error:
        raise NoKernel(
            Text(
                "没有安装 Spark：pip install juxian[spark]",
                "Spark is not installed: pip install juxian[spark]",
            )
        ) from error
    session = SparkSession.builder.appName("juxian").config("spark.ui.enabled", "false").getOrCreate()
    with tempfile.TemporaryDirectory(prefix="juxian-spark-") as name:
        people.write_parquet(Path(name) / "people.parquet")
        session.read.parquet(f"{name}/people.parquet").createOrReplaceTempView(PEOPLE)
        found = []
        for place, one in enumerate(asked):
            session.sql(one.text).write.parquet(f"{name}/{place}")
            found.append(pl.read_parquet(f"{name}/{place}/*.parquet"))
        session.catalog.dropTempView(PEOPLE)
        return found
