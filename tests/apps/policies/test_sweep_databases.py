"""What a run writes at once is the same on SQLite and on PostgreSQL, also when it is interrupted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.config.templates import copy_migrated
from tests.postgresql import new_database

pytestmark = pytest.mark.own_databases

__all__ = ["new_database"]
ROOT = Path(__file__).parents[3]


def swept(home: Path, url: str = "") -> dict[str, object]:
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
        [sys.executable, "-W", "error", "-m", "tests.apps.policies.swept"],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    told: dict[str, object] = json.loads(result.stdout)
    return told


def test_both_databases_hold_the_same(tmp_path: Path, new_database: Callable[[], str]) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()

    here, there = swept(tmp_path / "one"), swept(tmp_path / "two", new_database())

    assert here == there
    assert (here["half"], here["exact"]) == (5, True)
    assert here["rows"]
    assert here["refused"]
