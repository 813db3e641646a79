"""Archives go when they have been kept long enough (备份保存期)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from juxian.config.backup.pruning import begun, too_old
from tests.config.sites import juxian, set_up

MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def archive(folder: Path, moment: datetime) -> Path:
    path = folder / f"juxian-{moment:%Y%m%dT%H%M%SZ}.backup"
    path.write_bytes(b"")
    return path


def test_what_is_older_goes_and_nothing_else(tmp_path: Path) -> None:
    old = [archive(tmp_path, MOMENT - timedelta(days=days)) for days in (90, 31)]
    archive(tmp_path, MOMENT - timedelta(days=30))
    archive(tmp_path, MOMENT)
    for name in ("juxian-20200101T000000Z.backup.part", "other-20200101T000000Z.backup", "notes.txt"):
        (tmp_path / name).write_text("")

    assert too_old(tmp_path, MOMENT, 30) == old
    assert begun(old[0]) == MOMENT - timedelta(days=90)


def test_the_newest_stays_however_old(tmp_path: Path) -> None:
    archive(tmp_path, MOMENT - timedelta(days=900))

    assert too_old(tmp_path, MOMENT, 30) == []


def test_a_name_of_another_kind_has_no_beginning(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="notes"):
        begun(tmp_path / "notes.txt")


def test_the_command_removes_and_says_so(tmp_path: Path) -> None:
    home, kept = tmp_path / "home", tmp_path / "kept"
    set_up(home)
    kept.mkdir()
    old = archive(kept, datetime(2020, 1, 1, tzinfo=UTC))

    refused = juxian(home, "backup", "--to", str(kept), "--keep-days", "0")
    assert (refused.returncode, old.exists()) == (2, True)
    failed = juxian(home, "backup", "--to", str(old), "--keep-days", "30")
    assert (failed.returncode, old.exists()) == (1, True)
    done = juxian(home, "backup", "--to", str(kept), "--keep-days", "30", "--json")

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["removed"] == [old.name]
    assert [path.name for path in kept.iterdir()] == [Path(told["file"]).name]
