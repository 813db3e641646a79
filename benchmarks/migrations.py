"""Migrations on large tables: how long each takes, and how long it keeps people waiting.

    .venv/bin/python benchmarks/migrations.py --url postgresql://root@127.0.0.1:5432/EMPTY [--rows 1000000] [--only persons]
    .venv/bin/python benchmarks/migrations.py --home DIRECTORY          # SQLite

A demonstration is multiplied in the database until its large tables hold ``--rows`` rows each; every app is taken back to the
migration named in SINCE and brought forth again, one migration at a time, each in a process of its own (its peak memory is
told). Meanwhile somebody else wants to write, read and change a row by chance of every large table, over and over, and the
longest time that each of these had to wait is told: that is what people notice of a lock. On SQLite, which has one writer for
everything, "write" is the wait for it. Migrations that seal go back for ``--seconds``, so that there is something to seal, and are
killed once on their way forth.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# app → the migration that it is taken back to; those after it change tables that are large in a register of many years
SINCE = {
    "persons": "0003",
    "policies": "0007",
    "funds": "0006",
    "corrections": "0001",
    "housing": "0006",
    "services": "0012",
}
# what is multiplied, parents first: a copy refers to the same copy of its parents
TABLES = (
    "persons_person", "persons_identitydocument", "persons_profile", "persons_fact",
    "policies_profilesnapshot", "services_case", "services_caseeffect", "funds_grant", "corrections_correction",
    "housing_application",
)  # fmt: skip
KEYS = {"persons_profile": "person_id", "policies_profilesnapshot": "digest"}  # others: id
APART = 100_000_000  # between the keys of two copies
PAUSE_SECONDS = 0.02


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="", help="an empty database of PostgreSQL; SQLite when left out")
    parser.add_argument("--home", type=Path, help="directory to keep; a temporary one when left out")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="*", default=sorted(SINCE))
    parser.add_argument("--filled", action="store_true", help="the database is filled already")
    parser.add_argument("--fill", action="store_true", help="fill the database, measure nothing")
    parser.add_argument(
        "--seconds", type=float, default=60, help="how long rows are opened before they are sealed again"
    )
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    home = given.home or Path(tempfile.mkdtemp(prefix="juxian-migrations-"))
    os.environ |= {
        "JUXIAN_HOME": str(home),
        "JUXIAN_DATABASE_URL": given.url,
        "JUXIAN_DATABASE_POOL": "false",
        "JUXIAN_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "juxian.config.settings",
    }
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    if given.step:
        step(*given.step)
        return
    if not given.filled:
        fill(given.rows)
    if given.fill:
        return
    counts = sizes()
    print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores; rows: " + ", ".join(f"{name} {count:,}" for name, count in counts.items()), flush=True)  # fmt: skip
    print(
        "| migration | s | MB | read waits ms | write waits ms | row waits ms | |\n|---|---|---|---|---|---|---|"
    )
    for app in given.only:
        for line in app_lines(app, given.seconds):
            print(line, flush=True)


def fill(rows: int) -> None:
    from django.core.management import call_command
    from tests.config.back_and_forth import fill as demonstrate

    call_command("migrate", verbosity=0)
    demonstrate()
    copies: dict[str, int] = {}
    for table in TABLES:
        began = time.monotonic()
        multiply(table, rows, copies)
        print(f"{table} filled in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def sizes() -> dict[str, int]:
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # names of TABLES
            found[table] = cursor.fetchone()[0]
    return found


def multiply(table: str, rows: int, copies: dict[str, int]) -> None:
    """Copies of the rows of a table, with keys and whatever is unique changed alike in all tables."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # names of TABLES
        (held,) = cursor.fetchone()
        if not held:
            copies[table] = 1
            return
        described = connection.introspection.get_table_description(cursor, table)
        constraints = connection.introspection.get_constraints(cursor, table)
        unique = {
            name
            for found in constraints.values()
            if found["unique"] or found["primary_key"]
            for name in found["columns"]
            if name
        }
        parents = {
            found["columns"][0]
            for found in constraints.values()
            if found["foreign_key"] and found["foreign_key"][0] in TABLES
            if table.startswith("persons_") or found["columns"][0] in unique
        }
        columns = {column.name: _changed(connection.vendor, column, unique, parents) for column in described}
        names, values = ", ".join(f'"{name}"' for name in columns), ", ".join(columns.values())
        wanted = -(-rows // held)
        parents_of = {
            found["foreign_key"][0]
            for found in constraints.values()
            if found["foreign_key"] and found["columns"][0] in parents
        }
        copies[table] = min([wanted, *(copies[parent] for parent in parents_of - {table})])
        cursor.execute(f'CREATE TEMPORARY TABLE original AS SELECT * FROM "{table}"')  # noqa: S608  # names of TABLES
        for copy in range(1, copies[table]):
            chosen = values.replace("$copy", str(copy))
            cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT {chosen} FROM original')  # noqa: S608  # names of TABLES
        cursor.execute("DROP TABLE original")


def _changed(vendor: str, column: Any, unique: set[str], parents: set[str]) -> str:
    """The expression of one column in a copy."""
    name = f'"{column.name}"'
    if column.name == "id" or column.name in parents:
        return f"{name} + CAST($copy AS bigint) * {APART}"
    if column.name not in unique or column.name.endswith("_id"):
        return name
    from django.db import connection

    kind = connection.introspection.get_field_type(column.type_code, column)
    if kind in ("CharField", "TextField"):
        if vendor == "sqlite":
            return f"{name} || '-$copy'"
        return f"left(md5({name} || '-$copy'), {min(column.display_size or 32, 32)})"
    if kind == "BinaryField":
        return f"{name} || '\\x01$copy'" if vendor == "sqlite" else f"{name} || convert_to('-$copy', 'UTF8')"
    if kind == "UUIDField":
        return "hex(randomblob(16))" if vendor == "sqlite" else "gen_random_uuid()"
    return name


# one migration


def step(app: str, name: str, way: str) -> None:
    """One migration back or forth in this process, without those of other apps that stand on it; tells seconds and peak memory."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    from juxian.apps.at_work import migrate_at_work

    migrate_at_work(connection)
    loader = MigrationLoader(connection)
    migration, state = loader.graph.nodes[app, name], loader.project_state((app, name), at_end=False)
    began = time.monotonic()
    with connection.schema_editor(atomic=migration.atomic) as editor:
        (migration.unapply if way == "back" else migration.apply)(state, editor)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": time.monotonic() - began, "megabytes": used}))


def app_lines(app: str, seconds: float) -> Iterator[str]:
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    names = sorted(name for label, name in loader.disk_migrations if label == app)
    later = [name for name in names if name > SINCE[app] + "~"]
    for name in reversed(later):
        stopped(app, name, "back", seconds if "sealed" in name else 3600)
    for name in later:
        yield measured(app, name, seconds)


def measured(app: str, name: str, seconds: float) -> str:
    """A migration that seals is killed once, half way, and begun again."""
    note = (
        "killed half way and begun again"
        if "sealed" in name and stopped(app, name, "forth", seconds / 2)
        else ""
    )
    waits = Waits()
    threads = [threading.Thread(target=probe, args=(waits,), daemon=True) for probe in probes()]
    for thread in threads:
        thread.start()
    done = subprocess.run(_command(app, name, "forth"), check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(done.stdout.splitlines()[-1])
    waits.over.set()
    for thread in threads:
        thread.join()
    longest = " | ".join(f"{waits.longest.get(kind, 0) * 1000:.0f}" for kind in ("read", "write", "row"))
    return f"| {app} {name} | {told['seconds']:.1f} | {told['megabytes']:.0f} | {longest} | {note} |"


def stopped(app: str, name: str, way: str, seconds: float) -> bool:
    """Run a step for so long at most; whether it had to be killed."""
    process = subprocess.Popen(_command(app, name, way), stdout=subprocess.DEVNULL)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    if process.returncode:
        raise RuntimeError(f"{app} {name} {way}")
    return False


def _command(app: str, name: str, way: str) -> list[str]:
    where = ["--home", os.environ["JUXIAN_HOME"], "--url", os.environ["JUXIAN_DATABASE_URL"]]
    return [sys.executable, str(Path(__file__)), *where, "--step", app, name, way]


# what others notice


@dataclass
class Waits:
    """The longest wait of each kind, in seconds."""

    longest: dict[str, float] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def note(self, kind: str, began: float) -> None:
        waited = time.monotonic() - began
        self.longest[kind] = max(self.longest.get(kind, 0), waited)


def probes() -> list[Any]:
    if not os.environ["JUXIAN_DATABASE_URL"]:
        return [_writer_of_sqlite, _reader_of_sqlite]
    return [_writers, _readers, _changers]


def _readers(waits: Waits) -> None:
    _each(waits, "read", "SELECT {key} FROM {table} LIMIT 1")


def _writers(waits: Waits) -> None:
    _each(
        waits, "write", "LOCK TABLE {table} IN ROW EXCLUSIVE MODE"
    )  # what every INSERT, UPDATE and DELETE needs first


def _changers(waits: Waits) -> None:
    _each(
        waits, "row", "SELECT {key} FROM {table} WHERE {key} >= {by_chance} ORDER BY {key} LIMIT 1 FOR UPDATE"
    )


def _each(waits: Waits, kind: str, statement: str) -> None:
    import psycopg

    chance = random.Random(3)
    with psycopg.connect(os.environ["JUXIAN_DATABASE_URL"]) as link:
        while not waits.over.is_set():
            for table in TABLES:
                began = time.monotonic()
                key = KEYS.get(table, "id")
                by_chance = (
                    f"'{chance.randbytes(4).hex()}'" if key == "digest" else chance.randrange(APART * 50)
                )
                link.execute(statement.format(table=table, key=key, by_chance=by_chance))  # type: ignore[arg-type]  # names of ours
                link.rollback()
                waits.note(kind, began)
            time.sleep(PAUSE_SECONDS)


def _writer_of_sqlite(waits: Waits) -> None:
    _of_sqlite(waits, "write", "BEGIN IMMEDIATE")


def _reader_of_sqlite(waits: Waits) -> None:
    _of_sqlite(waits, "read", "BEGIN")


def _of_sqlite(waits: Waits, kind: str, begin: str) -> None:
    import sqlite3

    link = sqlite3.connect(
        Path(os.environ["JUXIAN_HOME"]) / "juxian.sqlite3", timeout=3600, isolation_level=None
    )
    while not waits.over.is_set():
        began = time.monotonic()
        link.execute(begin)
        link.execute("SELECT id FROM persons_person LIMIT 1").fetchone()
        link.execute("ROLLBACK")
        waits.note(kind, began)
        time.sleep(PAUSE_SECONDS)
    link.close()


if __name__ == "__main__":
    main()
