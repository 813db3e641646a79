"""The last free post of a pool, taken by eight at once, is taken by one, on both databases (并发用编)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.config.sites import started
from tests.config.templates import copy_migrated
from tests.docs.pages import ROOT

pytestmark = pytest.mark.own_databases


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_last_post_is_taken_once(tmp_path: Path, request: pytest.FixtureRequest, database: str) -> None:
    more: dict[str, Any] = {"JUXIAN_TODAY": "2022-06-01"}
    if database == "postgresql":
        address = request.getfixturevalue("new_database")()
        more |= {"JUXIAN_DATABASE_URL": address, "JUXIAN_DATABASE_POOL": "false"}
    copy_migrated(tmp_path, more.get("JUXIAN_DATABASE_URL", ""))
    process = started(tmp_path, "tests.apps.funds.seat_race", PYTHONPATH=str(ROOT), **more)
    out, err = process.communicate()
    assert process.returncode == 0, err

    found = json.loads(out.splitlines()[-1])
    assert found == {"before": 1, "taken": 1, "refused": 7, "left": 0, "held": 1, "proof": None}
