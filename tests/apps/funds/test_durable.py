"""Nobody is told that a payment is done before it lies on the disk, and nobody else waits for that (写盘顺序)."""

from __future__ import annotations

import json
from pathlib import Path

from tests.config.sites import started
from tests.config.templates import copy_migrated
from tests.docs.pages import ROOT


def test_the_disk_is_waited_for_after_the_turn_and_before_the_answer(tmp_path: Path) -> None:
    more = {"JUXIAN_SECRET_KEY": "only-for-tests-" + "0" * 40, "PYTHONPATH": str(ROOT)}
    copy_migrated(tmp_path)
    process = started(tmp_path, "tests.apps.funds.durable", **more)

    out, err = process.communicate()

    assert process.returncode == 0, err
    assert json.loads(out.splitlines()[-1]) == {
        "seen": [{"committed": 1, "gate is free": True, "log": True, "waits again": 2}],
        "after two": 1,  # what need not last is not waited for
        "after failure": 1,  # nor what was rolled back
        "kept": 2,
        "told": "the disk is full",
        "inside": [1, 1, 1],
    }
