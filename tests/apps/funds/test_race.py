"""One instalment and sixteen clients, one budget and eight clerks, on both databases (并发)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.config.sites import started
from tests.config.templates import copy_migrated
from tests.docs.pages import ROOT

pytestmark = pytest.mark.own_databases

EXPECTED = {"drafted": 1, "settled": 1, "entries": 1, "passed": 500, "left": 0, "proof": None}


def raced(home: Path, **more: str) -> dict[str, Any]:
    more = {"JUXIAN_SECRET_KEY": "only-for-tests-" + "0" * 40, "PYTHONPATH": str(ROOT)} | more
    copy_migrated(home, more.get("JUXIAN_DATABASE_URL", ""))
    process = started(home, "tests.apps.funds.race", **more)
    out, err = process.communicate()
    assert process.returncode == 0, err
    counts: dict[str, Any] = json.loads(out.splitlines()[-1])
    return counts


def judge(counts: dict[str, Any]) -> None:
    control = counts.pop("control")
    assert counts == EXPECTED
    assert control < 0, "the negative control must overspend"


def test_clerks_at_once_on_sqlite(tmp_path: Path) -> None:
    judge(raced(tmp_path))


def test_clerks_at_once_on_postgresql(tmp_path: Path, new_database: Any) -> None:
    judge(raced(tmp_path, JUXIAN_DATABASE_URL=new_database(), JUXIAN_DATABASE_POOL="false"))
