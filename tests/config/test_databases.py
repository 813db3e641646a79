"""What the databases are really set to, asked of them (数据库设置)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from django.db import connection
from django.db.utils import ConnectionHandler

from juxian.config.settings import _database


@pytest.mark.django_db
def test_sqlite_waits_for_the_disk_and_keeps_foreign_keys(tmp_path: Path) -> None:
    options: dict[str, Any] = _database("") | {"NAME": tmp_path / "x.sqlite3"}
    found = ConnectionHandler({"default": options})["default"]
    with found.cursor() as cursor:
        told = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    found.close()

    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 20_000}
    assert options["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.django_db
def test_postgresql_waits_for_the_disk() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL; the suite runs on it as well")
    with connection.cursor() as cursor:
        told = {}
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            told[name] = cursor.fetchone()[0]

    assert told == {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@pytest.mark.parametrize(
    ("key", "more", "starts"),
    [
        ("short", {}, False),
        ("a" * 80, {}, False),
        ("django-insecure-" + "0123456789abcdef" * 4, {}, False),
        ("0123456789abcdefghij" * 3, {}, True),
        ("short", {"JUXIAN_DEMO": "1"}, True),
        ("", {}, True),
    ],
)
def test_a_weak_key_is_refused_at_the_start(
    tmp_path: Path, key: str, more: dict[str, str], starts: bool
) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUXIAN_")}
    environment = kept | {"JUXIAN_HOME": str(tmp_path), "JUXIAN_SECRET_KEY": key} | more
    command = [sys.executable, "-c", "from juxian.config.environment import Environment; Environment()"]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode == 0) == starts
    if not starts:
        assert "JUXIAN_SECRET_KEY" in done.stderr
        assert key not in done.stderr or key == "short"
    assert current.SECRET_KEY
