"""Payments are killed at every statement and never torn, doubled or lost, on both databases (逐条语句中断)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.config.sites import started
from tests.config.templates import copy_migrated
from tests.docs.pages import ROOT

pytestmark = pytest.mark.own_databases

MORE = os.environ.get("JUXIAN_TEST_CRASHES", "")  # cycles, about 230 kills each


def crashed(home: Path, cycles: int, **more: str) -> dict[str, Any]:
    """The counts of ``tests/apps/funds/crash.py``."""
    more = {"JUXIAN_SECRET_KEY": "only-for-tests-" + "0" * 40, "PYTHONPATH": str(ROOT)} | more
    copy_migrated(home, more.get("JUXIAN_DATABASE_URL", ""))
    process = started(home, "tests.apps.funds.crash", MORE or str(cycles), **more)
    out, err = process.communicate()
    assert process.returncode == 0, err
    counts: dict[str, Any] = json.loads(out.splitlines()[-1])
    print(json.dumps(counts))  # noqa: T201  # pytest -s shows the counts
    return counts


def judge(counts: dict[str, Any], least: int) -> None:
    assert {name: counts[name] for name in ("torn", "double", "lost", "drift", "proof")} == {
        "torn": 0,
        "double": 0,
        "lost": 0,
        "drift": 0,
        "proof": None,
    }
    assert counts["control"] > 0, "the negative control must be seen"
    assert counts["total"] >= least


def test_kills_on_sqlite(tmp_path: Path) -> None:
    judge(crashed(tmp_path, 2), least=350)


def test_kills_on_postgresql(tmp_path: Path, new_database: Any) -> None:
    address = new_database()
    judge(crashed(tmp_path, 1, JUXIAN_DATABASE_URL=address, JUXIAN_DATABASE_POOL="false"), least=150)
