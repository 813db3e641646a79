"""400 applicants for 100 flats at the same moment: exactly 100 offers, acceptances and leases, on both databases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.config.sites import started
from tests.config.templates import copy_migrated
from tests.docs.pages import ROOT

pytestmark = pytest.mark.own_databases

ONE_HUNDRED = {"done": 100, "refused": 300}


def raced(home: Path, **more: str) -> dict[str, Any]:
    more = {"JUXIAN_SECRET_KEY": "only-for-tests-" + "0" * 40} | more
    copy_migrated(home, more.get("JUXIAN_DATABASE_URL", ""))
    race = started(home, "tests.apps.housing.race", PYTHONPATH=str(ROOT), **more)
    out, err = race.communicate()
    assert race.returncode == 0, err
    return json.loads(out)


EXPECTED = {
    "offered": ONE_HUNDRED,
    "accepted": ONE_HUNDRED,
    "signed": ONE_HUNDRED,
    "leases": 100,
    "flats": 100,
}


def test_no_flat_is_given_twice_on_sqlite(tmp_path: Path) -> None:
    assert raced(tmp_path) == EXPECTED


def test_no_flat_is_given_twice_on_postgresql(tmp_path: Path, new_database: Any) -> None:
    assert raced(tmp_path, JUXIAN_DATABASE_URL=new_database(), JUXIAN_DATABASE_POOL="false") == EXPECTED
