"""``juxian backup`` and ``juxian restore`` on SQLite, by real processes on real homes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from juxian.config.backup.workspace import remove_leftovers, workspace
from tests.config.sites import environment_of, juxian, set_up, started
from tests.config.templates import copy_demonstration

BIG_BYTES = 600_000_000
WRITER = """
import django; django.setup()
from datetime import date
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.actions import FactDraft, register_person
from juxian.apps.persons.models import Source
home, source = Organisation.objects.get(code="jiayuguan"), Source.objects.first()
while True:
    register_person(home=home, name="某甲", source=source,
                    facts=[FactDraft("identity", {"gender": "female"}, date(2020, 1, 1))])
    print("registered", flush=True)
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("filled")
    set_up(home)
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "home"))


def saved(home: Path, *words: str) -> Path:
    result = juxian(home, "backup", "--json", *words)
    assert result.returncode == 0, result.stderr
    return Path(json.loads(result.stdout)["file"])


def rows(database: Path, statement: str) -> list[tuple]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(statement).fetchall()


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_restored_home_is_the_one_that_was_saved(home: Path, tmp_path: Path) -> None:
    archive = saved(home, "--to", str(tmp_path / "a.backup"))
    new = tmp_path / "new"
    (new / "keys").mkdir(parents=True)
    shutil.copy(home / "keys" / "fields.key", new / "keys" / "fields.key")

    result = juxian(home, "restore", str(archive), "--home", str(new), "--json")

    assert result.returncode == 0, result.stderr
    [kept], [again] = ([*(place / "files" / "rosters").iterdir()] for place in (home, new))
    assert (kept.name, kept.read_bytes()) == (again.name, again.read_bytes())
    people = "SELECT number, name FROM persons_person ORDER BY id"
    assert rows(new / "juxian.sqlite3", people) == rows(home / "juxian.sqlite3", people) != []
    assert juxian(new, "invariants", "--all").returncode == 0
    assert archive.stat().st_mode & 0o777 == 0o600
    assert (home / "keys" / "fields.key").read_bytes() not in archive.read_bytes()


def test_a_backup_is_in_the_audit_log(home: Path, tmp_path: Path) -> None:
    result = json.loads(juxian(home, "backup", "--json").stdout)

    [(action, detail)] = rows(
        home / "juxian.sqlite3", "SELECT action, detail FROM audit_auditentry ORDER BY id DESC LIMIT 1"
    )
    assert (action, json.loads(detail)["sha256"]) == ("backups.made", result["sha256"])
    assert Path(result["file"]).parent == home / "backups"


def test_a_backup_taken_while_another_process_writes_is_of_one_moment(home: Path, tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER], env=environment_of(home), stdout=subprocess.PIPE, text=True
    )
    try:
        archives, counts = [], []
        for number in range(2):
            assert writer.stdout.readline() == "registered\n"
            archives.append(saved(home, "--to", str(tmp_path / f"{number}.backup")))
            counts.append(rows(home / "juxian.sqlite3", "SELECT count(*) FROM persons_person")[0][0])
    finally:
        writer.kill()
        writer.communicate()

    checks = [juxian(home, "restore", str(archive), "--check", "--all", "--json") for archive in archives]

    assert [check.returncode for check in checks] == [0, 0], [check.stdout for check in checks]
    assert counts[0] < counts[1]


def test_a_killed_backup_leaves_no_archive(home: Path, tmp_path: Path) -> None:
    big = home / "files" / "big"
    with big.open("wb") as file:
        file.truncate(BIG_BYTES)
    os.utime(big, (0, 0))
    to = tmp_path / "out"
    to.mkdir()
    process = started(home, "juxian.config.cli", "backup", "--to", str(to / "a.backup"))
    deadline = time.monotonic() + 60
    while not any(made.stat().st_size for made in to.glob(".juxian-partial-*/archive")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert [name for name in left_in(to) if not name.startswith(".juxian-partial-")] == []

    big.unlink()
    saved(home, "--to", str(to / "a.backup"))
    assert left_in(to) == ["a.backup"]


def test_a_failed_backup_leaves_nothing(home: Path, tmp_path: Path) -> None:
    (home / "juxian.sqlite3").write_bytes(b"no database at all " * 1000)
    to = tmp_path / "out"
    to.mkdir()

    result = juxian(home, "backup", "--to", str(to / "a.backup"))

    assert (result.returncode, "B115" in result.stderr) == (1, True)
    assert left_in(to) == []


@pytest.mark.parametrize("limit_bytes", [40_000, 400_000])
def test_a_full_disk_leaves_nothing(home: Path, tmp_path: Path, limit_bytes: int) -> None:
    archive = saved(home)
    to = tmp_path / "out"
    to.mkdir()
    limited = ["bash", "-c", f'ulimit -f {limit_bytes // 1024}; exec "$@"', "-"]

    for words in (["backup", "--to", str(to / "a.backup")], ["restore", str(archive), "--home", str(to)]):
        result = subprocess.run(
            [*limited, sys.executable, "-m", "juxian.config.cli", *words],
            env=environment_of(home),
            capture_output=True,
            text=True,
            check=False,
        )

        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        assert left_in(to) == []


def test_the_place_of_a_backup_under_way_is_left_alone(tmp_path: Path) -> None:
    with workspace(tmp_path) as living:
        remove_leftovers(tmp_path)

        assert left_in(tmp_path) == [living.name]

    assert left_in(tmp_path) == []


def test_an_archive_is_not_overwritten(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a.backup").write_bytes(b"kept")

    result = juxian(home, "backup", "--to", str(tmp_path / "a.backup"))

    assert (result.returncode, "B106" in result.stderr) == (1, True)
    assert (tmp_path / "a.backup").read_bytes() == b"kept"


def test_a_home_that_was_never_set_up_is_not_saved(tmp_path: Path) -> None:
    result = juxian(tmp_path / "empty", "backup")

    assert (result.returncode, "B107" in result.stderr) == (1, True)


def test_a_changed_byte_is_found_and_nothing_is_put_in_place(home: Path, tmp_path: Path) -> None:
    archive = saved(home, "--to", str(tmp_path / "a.backup"))
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)

    check = juxian(home, "restore", str(archive), "--check")
    restore = juxian(home, "restore", str(archive), "--home", str(tmp_path / "new"))

    assert (check.returncode, "B102" in check.stderr) == (1, True)
    assert (restore.returncode, "B102" in restore.stderr) == (1, True)
    assert not (tmp_path / "new").exists()


def test_a_home_that_holds_data_is_not_restored_into(home: Path, tmp_path: Path) -> None:
    archive = saved(home, "--to", str(tmp_path / "a.backup"))
    before = (home / "juxian.sqlite3").read_bytes()

    result = juxian(home, "restore", str(archive))

    assert (result.returncode, "B110" in result.stderr) == (1, True)
    assert (home / "juxian.sqlite3").read_bytes() == before


def test_another_key_is_refused(home: Path, tmp_path: Path) -> None:
    archive = saved(home, "--to", str(tmp_path / "a.backup"))
    (tmp_path / "other.key").write_text("another key, long enough to be one " * 2)

    for words in (["--home", str(tmp_path / "new")], ["--check"]):
        result = juxian(home, "restore", str(archive), "--key", str(tmp_path / "other.key"), *words)
        assert (result.returncode, "B112" in result.stderr) == (1, True)

    assert not (tmp_path / "new").exists()


def test_data_restored_without_its_key_waits_for_it(home: Path, tmp_path: Path) -> None:
    archive = saved(home, "--to", str(tmp_path / "a.backup"))
    new = tmp_path / "new"
    restored = juxian(home, "restore", str(archive), "--home", str(new), "--lang", "en")
    assert restored.returncode == 0
    assert "the seal was not checked" in restored.stderr

    without = juxian(new, "invariants")
    shutil.copy(home / "keys" / "fields.key", new / "keys" / "fields.key")
    with_key = juxian(new, "invariants")

    assert (without.returncode, "B111" in without.stderr) == (1, True)
    assert with_key.returncode == 0, with_key.stdout


def test_a_check_without_the_key_opens_nothing_sealed(home: Path, tmp_path: Path) -> None:
    archive = saved(home, "--to", str(tmp_path / "a.backup"))

    result = juxian(tmp_path / "elsewhere", "restore", str(archive), "--check", "--json")

    found = json.loads(result.stdout)
    assert (result.returncode, found["key_tried"], found["checks"]["sealed"]) == (0, False, 0)
    assert found["seal_checked"] is False
    assert not (tmp_path / "elsewhere").exists()


def test_a_check_names_a_violation_that_was_saved(home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home / "juxian.sqlite3")) as connection:
        connection.execute("UPDATE persons_profile SET gender = 'other'")
        connection.commit()
    archive = saved(home, "--to", str(tmp_path / "a.backup"))

    result = juxian(home, "restore", str(archive), "--check", "--lang", "en")

    assert result.returncode == 1
    assert "JY00000001: the profile is not what the facts give (gender)" in result.stdout


def test_a_file_being_handed_in_is_not_saved_but_an_old_one_is(home: Path, tmp_path: Path) -> None:
    for name in ("new", "old"):
        (home / "files" / "rosters" / name).write_bytes(b"x")
    os.utime(home / "files" / "rosters" / "old", (0, 0))
    archive = saved(home, "--to", str(tmp_path / "a.backup"))

    with zipfile.ZipFile(archive) as container:
        names = {Path(name).name for name in container.namelist()}

    assert ("old" in names, "new" in names) == (True, False)


def test_the_small_demonstration_comes_back_equal(tmp_path: Path) -> None:
    home = tmp_path / "home"
    copy_demonstration(home)
    archive = saved(home)

    check = juxian(home, "restore", str(archive), "--check", "--json")
    restored = juxian(home, "restore", str(archive), "--home", str(tmp_path / "new"))

    found = json.loads(check.stdout)
    assert (check.returncode, found["difference"], restored.returncode) == (0, None, 0)
    assert found["tables"]["persons_person"] >= 3000
    with closing(sqlite3.connect(tmp_path / "new" / "juxian.sqlite3")) as new:
        known = set(new.iterdump())
    with closing(sqlite3.connect(home / "juxian.sqlite3")) as old:
        # the one row that was written after the archive: that it was made
        extra = [line for line in old.iterdump() if line not in known]
    assert all("backups.made" in line or "sqlite_sequence" in line for line in extra)
    assert len(extra) <= 2
