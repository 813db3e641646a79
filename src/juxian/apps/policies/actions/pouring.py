"""Many rows at once (成批写入): COPY where the database is PostgreSQL, one statement run over all rows in SQLite."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import connection, models

from juxian.apps.policies.models import ProfileSnapshot
from juxian.apps.sealing import closed, sealed_in_profile

if TYPE_CHECKING:
    import polars

_SNAPSHOTS = "pg_temp.snapshots_poured"


def pour(model: type[models.Model], frame: polars.DataFrame) -> None:
    """Append the rows of ``frame`` to the table of ``model``; its columns are called as those of the table.

    Bytes are a Binary column. Nothing is read back; a constraint that is broken is told as always.
    """
    if frame.is_empty():
        return
    _into(_quoted(model._meta.db_table), frame)


def pour_snapshots(texts: Mapping[str, str]) -> None:
    """Keep profiles, digest → JSON text; those that are kept already stay as they are."""
    if not texts:
        return
    import polars  # loads only when somebody sweeps

    digests = sorted(texts)
    frame = polars.DataFrame({"digest": digests, "values": [_sealed(texts[digest]) for digest in digests]})
    table = _quoted(ProfileSnapshot._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(
                f'INSERT OR IGNORE INTO {table} ("digest", "values") VALUES (%s, %s)',  # noqa: S608  # our own names
                frame.rows(),
            )
            return
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {_SNAPSHOTS[8:]} (digest varchar(64), values jsonb)")
        cursor.execute(f"TRUNCATE {_SNAPSHOTS}")
        _into(_SNAPSHOTS, frame)
        cursor.execute(
            f'INSERT INTO {table} ("digest", "values") SELECT digest, values FROM {_SNAPSHOTS} '  # noqa: S608  # our own names
            "ORDER BY digest ON CONFLICT DO NOTHING"
        )


def _sealed(text: str) -> str:
    """The JSON text of a profile as its column holds it; most hold nothing that is sealed, and stay as they are."""
    if not any(f'"{name}"' in text for name in sealed_in_profile()):
        return text
    return json.dumps(closed(json.loads(text), sealed_in_profile()), ensure_ascii=False)


def _into(table: str, frame: polars.DataFrame) -> None:
    names = ", ".join(_quoted(name) for name in frame.columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(_hexed(frame).write_csv(include_header=False))
        else:
            marks = ", ".join(["%s"] * frame.width)
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", frame.rows())  # noqa: S608  # our own names


def _hexed(frame: polars.DataFrame) -> polars.DataFrame:
    """Bytes as PostgreSQL writes them."""
    import polars  # loads only when somebody sweeps

    binary = [name for name, dtype in frame.schema.items() if dtype == polars.Binary]
    return frame.with_columns(
        polars.concat_str(polars.lit("\\x"), polars.col(name).bin.encode("hex")).alias(name)
        for name in binary
    )


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
