"""Migrations keep what they do not make: tried on a filled database, back and forth, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.config.templates import copy_migrated

ROOT = Path(__file__).parents[2]


def went(home: Path, url: str = "") -> dict[str, object]:
    copy_migrated(home, url)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("JUXIAN_")}
    environment = {
        "JUXIAN_HOME": str(home),
        "JUXIAN_DEMO": "1",
        "JUXIAN_DATABASE_URL": url,
        "JUXIAN_DATABASE_POOL": "false",
        "DJANGO_SETTINGS_MODULE": "juxian.config.settings",
    }
    result = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.config.back_and_forth"],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    told: dict[str, object] = json.loads(result.stdout)
    return told


def unharmed(told: dict[str, object]) -> None:
    apps = told["apps"]
    assert isinstance(apps, dict)
    assert {name.partition(".")[0] for name in apps} >= {"audit", "accounts", "persons", "funds", "services"}
    assert {name: went["different"] for name, went in apps.items() if went["different"]} == {}
    assert told["audit"]
    assert told["rows"] > 20_000  # type: ignore[operator]


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    return went(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="module")
def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]
) -> dict[str, object]:
    return went(tmp_path_factory.mktemp("postgresql"), new_database())


def works(told: dict[str, object]) -> None:
    """The models of the migration before the last of each app read and write in the schema of this version."""
    earlier = told["earlier"]
    assert isinstance(earlier, dict)
    assert {name.partition(".")[0] for name in earlier} >= {
        "audit",
        "accounts",
        "persons",
        "funds",
        "services",
    }
    assert {name: troubles for name, troubles in earlier.items() if troubles} == {}


def test_every_app_goes_back_by_one_and_forth_with_its_rows(on_sqlite: dict[str, object]) -> None:
    unharmed(on_sqlite)


def test_the_same_on_postgresql(on_postgresql: dict[str, object]) -> None:
    unharmed(on_postgresql)


def test_the_version_before_works_on_the_new_schema(on_sqlite: dict[str, object]) -> None:
    works(on_sqlite)


def test_the_version_before_works_on_the_new_schema_of_postgresql(on_postgresql: dict[str, object]) -> None:
    works(on_postgresql)
