"""What the databases are really set to, asked of them (数据库设置)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as current
from django.db.utils import ConnectionHandler

from juxian.config.durability import SERVER_SETTINGS, told
from juxian.config.settings import _database
from tests.postgresql import administered


@pytest.mark.django_db
def test_sqlite_waits_for_the_disk_and_keeps_foreign_keys(tmp_path: Path) -> None:
    options: dict[str, Any] = _database("") | {"NAME": tmp_path / "x.sqlite3"}
    found = ConnectionHandler({"default": options})["default"]
    with found.cursor() as cursor:
        told = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        }
    found.close()

    assert told == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 20_000,
        "recursive_triggers": 1,
    }
    assert options["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.django_db
def test_postgresql_waits_for_the_disk_whatever_the_server_says(new_database: Callable[[], str]) -> None:
    address = new_database()
    name = address.rsplit("/", 1)[1]
    administered("ALTER DATABASE {} SET synchronous_commit = off", name)
    options: dict[str, Any] = _database(address)
    options["OPTIONS"]["pool"] = False  # of one connection
    found = ConnectionHandler({"default": options})["default"]
    with found.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        told = cursor.fetchone()[0]
    found.close()

    assert told == "on"


def test_a_server_that_does_not_write_through_is_named_on_upgrading(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    address = new_database()
    with psycopg.connect(address) as server:
        off = {name for name in SERVER_SETTINGS if server.execute(f"SHOW {name}").fetchone() == ("off",)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUXIAN_")}
    environment = kept | {"JUXIAN_HOME": str(tmp_path), "JUXIAN_DATABASE_URL": address}

    done = subprocess.run(
        [sys.executable, "-m", "juxian.config.cli", "--lang", "en", "upgrade"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    named = {name for name in SERVER_SETTINGS if f"PostgreSQL has {name} off" in done.stderr}
    assert named == off - {"synchronous_commit"}  # each connection asks for that itself


@pytest.mark.parametrize("off", SERVER_SETTINGS)
def test_each_setting_that_loses_confirmed_work_is_named(off: str) -> None:
    settings = dict.fromkeys(SERVER_SETTINGS, "on") | {off: "off"}

    assert [off in words.en and off in words.zh for words in told(settings)] == [True]
    assert told(settings | {off: "remote_apply"}) == []


def test_what_a_command_writes_is_of_its_account_alone(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUXIAN_")}
    home = tmp_path / "home"

    subprocess.run(
        [sys.executable, "-m", "juxian.config.cli", "upgrade"],
        env=kept | {"JUXIAN_HOME": str(home)},
        capture_output=True,
        check=True,
    )

    kept_files = [path for path in (home, *home.rglob("*")) if home / "static" not in path.parents]
    modes = {path: path.stat().st_mode & 0o077 for path in kept_files}
    assert home / "juxian.sqlite3" in modes
    assert {path: mode for path, mode in modes.items() if mode} == {}


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
