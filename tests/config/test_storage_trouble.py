"""A locked, full, read-only or missing store, made for real under the real server (存储故障).

Reading goes on, writing is told with 503 or 507, nothing is half written, and service returns by itself.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from juxian.apps.audit.actions import _CHAIN_LOCK
from tests import rosters
from tests.config.gateway import Gateway
from tests.config.serving import PATIENCE_SECONDS, PERSONS, Answer, Clerk, served, token_and_clerk
from tests.config.sites import environment_of, juxian, set_up

SHORT = {"JUXIAN_DATABASE_WAIT_SECONDS": "0.5"}
LONG_AGO = "120"  # seconds since the session was noted: every page that is read has something to note
NAMES = (f"测试{one}{two}" for one in "甲乙丙丁戊己庚辛" for two in "零一二三四五六七八九")
PEOPLE = [(name, at) for at, name in enumerate(NAMES)]
READ = (PERSONS, "/desk/cases/", "/desk/", "/healthz")
PASSING, NO_ROOM = 503, 507


def person(name: str, at: int) -> dict[str, str]:
    return {
        "name": name,
        "document_kind": "resident_id",
        "document_number": rosters.resident_id("19800315", at + 1, "620201"),
        "phone": f"139{at:08d}",
        "employer": "jyg-first-hospital",
        "position": "医师",
        "hired_on": "2020-01-01",
        "source": "本人到窗口登记",
        "evidence": "身份证",
        "confirmed": "on",
    }


def registered(clerk: Clerk, at: int) -> Answer:
    return clerk.post(f"{PERSONS}new/", person(*PEOPLE[at]))


def handed_in(clerk: Clerk, organisation: int) -> Answer:
    """A roster that was not handed in before."""
    fields = {"organisation": str(organisation), "as_of": "2022-12-15"}
    return clerk.post("/desk/imports/new/", fields, ("file", "名册.xlsx", rosters.names_of_all_kinds().data))


def reads(clerk: Clerk) -> set[int]:
    return {clerk.get(path).status for path in READ}


def told(answer: Answer, status: int, words: str) -> None:
    assert answer.status == status
    assert words in answer.text
    assert "您的操作没有保存" in answer.text
    assert "Traceback" not in answer.text


def counts(database: Path) -> dict[str, int]:
    """Rows of every table but those that a request notes in passing."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reading:
        tables = [name for (name,) in reading.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: reading.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
    reading.close()
    return {name: number for name, number in found.items() if not name.startswith("sqlite_")}


def is_sound(home: Path, clerk_persons: list[int]) -> None:
    """Exactly the acknowledged persons, each with its entry; the database and its invariants are whole."""
    with sqlite3.connect(f"file:{home / 'juxian.sqlite3'}?mode=ro", uri=True) as reading:
        names = {
            name for (name,) in reading.execute("SELECT name FROM persons_person WHERE name LIKE '测试__'")
        }
        (entries,) = reading.execute(
            "SELECT count(*) FROM audit_auditentry WHERE action = 'persons.registered'"
        ).fetchone()
        assert reading.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    reading.close()
    assert names == {PEOPLE[at][0] for at in clerk_persons}
    assert entries == len(clerk_persons)
    result = juxian(home, "invariants")
    assert result.returncode == 0, (result.stdout, result.stderr)


def hospital(database: Path) -> int:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reading:
        ((found,),) = reading.execute(
            "SELECT id FROM organisations_organisation WHERE code = 'jyg-first-hospital'"
        ).fetchall()
    reading.close()
    return int(found)


def files_of(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in (home / "files").rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A home with a place, three persons and a clerk; (home, token, session)."""
    home = tmp_path_factory.mktemp("storage") / "home"
    set_up(home)
    return (home, *token_and_clerk(home, LONG_AGO))


@pytest.fixture
def site(filled: tuple[Path, str, str], tmp_path: Path) -> tuple[Path, str, str]:
    """A copy of it."""
    home, token, session = filled
    subprocess.run(["cp", "-a", str(home), str(tmp_path / "home")], check=True)
    return tmp_path / "home", token, session


# locked


def test_reading_goes_on_while_another_holds_sqlite_and_writing_returns_by_itself(
    site: tuple[Path, str, str],
) -> None:
    home, token, session = site
    database = home / "juxian.sqlite3"
    with served(home, **SHORT) as (port, _server):
        clerk = Clerk(port, session)
        other = sqlite3.connect(database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        before = counts(database)

        assert reads(clerk) == {200}
        refused = registered(clerk, 0)
        asked = clerk.get("/api/v1/policies", Authorization=f"Bearer {token}")

        told(refused, PASSING, "系统正忙")
        assert refused.headers["Retry-After"] == "5"
        assert asked.status == PASSING
        assert json.loads(asked.text)["error"]["code"] == "unavailable"
        assert counts(database) == before
        other.execute("ROLLBACK")
        other.close()
        assert registered(clerk, 0).status == 303
        assert reads(clerk) == {200}
    is_sound(home, [0])


def test_a_record_is_not_shown_without_the_entry_that_it_was(site: tuple[Path, str, str]) -> None:
    """Who opened whose record is written down; where that cannot be written, nobody reads, at the second try either."""
    home, _token, session = site
    with served(home, **SHORT) as (port, _server):
        clerk = Clerk(port, session)
        page = registered(clerk, 0).headers["Location"]
        other = sqlite3.connect(home / "juxian.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        first, second = clerk.get(page), clerk.get(page)

        assert [first.status, second.status] == [PASSING, PASSING]
        other.execute("ROLLBACK")
        assert clerk.get(page).status == 200
        ((entries,),) = other.execute(
            "SELECT count(*) FROM audit_auditentry WHERE action = 'persons.record_opened'"
        ).fetchall()
        other.close()
        assert entries == 1


def test_all_who_wait_at_the_gate_are_refused_when_the_first_is(site: tuple[Path, str, str]) -> None:
    """Not one after the other, each with the whole time of its own."""
    home, _token, _session = site
    wait, writers = 1.5, 5
    other = sqlite3.connect(home / "juxian.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    code = (
        "import django, sys, time; django.setup()\n"
        "from django.db import OperationalError, connection\n"
        "from juxian.apps.gate import writing\n"
        "connection.ensure_connection()\n"
        "print('ready', flush=True); sys.stdin.readline(); began = time.monotonic()\n"
        "try:\n    with writing(): pass\n"
        "except OperationalError as error: print(error, time.monotonic() - began, sep='|')\n"
    )
    waiting = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env=environment_of(home, JUXIAN_DATABASE_WAIT_SECONDS=str(wait)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _number in range(writers)
    ]  # fmt: skip
    for one in waiting:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"

    for one in waiting:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate()[0].strip().split("|") for one in waiting]

    other.close()
    assert {words for words, _seconds in said} == {"database is locked"}
    assert max(float(seconds) for _words, seconds in said) < wait * writers / 2


# full


def test_a_database_that_may_not_grow_is_told_and_goes_on_when_there_is_room(
    site: tuple[Path, str, str],
) -> None:
    """SQLITE_FULL of the engine itself, on every machine: the limit of pages stands where the end of the disk would."""
    home, _token, session = site
    database = home / "juxian.sqlite3"
    with sqlite3.connect(database, isolation_level=None) as other:
        other.execute("CREATE TABLE ballast (bytes BLOB)")
        other.execute("INSERT INTO ballast VALUES (zeroblob(400000))")
        (pages,) = other.execute("PRAGMA page_count").fetchone()
    other.close()
    small = {"DJANGO_SETTINGS_MODULE": "tests.config.small_settings", "TEST_PAGES": str(pages + 4)}
    with served(home, **SHORT, **small, PYTHONPATH=".") as (port, _server):
        clerk = Clerk(port, session)
        done = _until_full(clerk)
        before = counts(database)

        refused = registered(clerk, len(done))
        uploaded = handed_in(clerk, hospital(database))

        told(refused, NO_ROOM, "存储空间已满")
        assert uploaded.status == NO_ROOM
        assert reads(clerk) == {200}
        assert counts(database) == before
        with sqlite3.connect(database, isolation_level=None) as other:
            other.execute("DROP TABLE ballast")  # room is made
        other.close()
        assert registered(clerk, len(done)).status == 303
    is_sound(home, [*done, len(done)])


def _until_full(clerk: Clerk) -> list[int]:
    """Register one after the other until there is no room; who was acknowledged."""
    for at in range(len(PEOPLE)):
        answer = registered(clerk, at)
        if answer.status != 303:
            told(answer, NO_ROOM, "存储空间已满")
            return list(range(at))
    raise AssertionError("the store is never full")


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """A file system of its own of ``size`` bytes, which is really full when it is."""
    place.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("making a small file system needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path, leave: int = 0) -> Path:
    """Ballast until the file system takes no more, then ``leave`` bytes of room."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 65536):
                pass
        except OSError:
            pass
        file.truncate(max(0, file.tell() - leave))
    return ballast


def test_a_disk_that_is_full_is_told_and_goes_on_when_there_is_room(site: tuple[Path, str, str]) -> None:
    home, _token, session = site
    used = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    with small_disk(home.parent / "disk", used + 4 * 1024 * 1024) as disk:
        subprocess.run(["cp", "-a", f"{home}/.", str(disk)], check=True)
        with served(disk, **SHORT) as (port, _server):
            clerk = Clerk(port, session)
            assert reads(clerk) == {200}
            ballast = fill(disk, leave=100_000)
            done = _until_full(clerk)
            before, files = counts(disk / "juxian.sqlite3"), files_of(disk)

            uploaded = handed_in(clerk, hospital(disk / "juxian.sqlite3"))

            told(uploaded, NO_ROOM, "存储空间已满")
            assert reads(clerk) == {200}
            assert counts(disk / "juxian.sqlite3") == before
            assert files_of(disk) == files
            assert not json.loads(clerk.get("/readyz").text)["ready"]
            ballast.unlink()
            assert registered(clerk, len(done)).status == 303
        subprocess.run(["cp", "-a", f"{disk}/.", str(home)], check=True)
    is_sound(home, [*done, len(done)])


# files


def test_a_disk_that_refuses_to_write_is_told_and_leaves_nothing(site: tuple[Path, str, str]) -> None:
    """The system refuses the bytes of database and files, on every machine (a limit of a file's size that is passed)."""
    home, _token, session = site
    with served(home, **SHORT) as (port, server):
        clerk = Clerk(port, session)
        organisation, files = hospital(home / "juxian.sqlite3"), files_of(home)
        assert registered(clerk, 0).status == 303
        before = counts(home / "juxian.sqlite3")
        with largest_file(server.pid, 1000):
            uploaded = handed_in(clerk, organisation)
            written = registered(clerk, 1)
            assert reads(clerk) == {200}

        told(uploaded, NO_ROOM, "存储空间已满")
        told(written, PASSING, "系统正忙")
        assert files_of(home) == files
        assert counts(home / "juxian.sqlite3") == before
        assert registered(clerk, 1).status == 303
    is_sound(home, [0, 1])


@contextmanager
def largest_file(group: int, size: int) -> Iterator[None]:
    """No process of the group writes past ``size`` bytes of a file."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "-g", str(group)], check=True, capture_output=True, text=True
    )
    processes = [int(word) for word in listed.stdout.split()]
    assert len(processes) >= 2, "the server and its worker"
    _soft, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    for process in processes:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        for process in processes:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (most, most))


def test_files_on_a_full_disk_of_their_own_leave_the_database_at_work(site: tuple[Path, str, str]) -> None:
    home, _token, session = site
    with small_disk(home / "files", 256 * 1024) as disk, served(home, **SHORT) as (port, _server):
        clerk = Clerk(port, session)
        organisation = hospital(home / "juxian.sqlite3")
        ballast = fill(disk)
        before = counts(home / "juxian.sqlite3")

        uploaded = handed_in(clerk, organisation)

        told(uploaded, NO_ROOM, "存储空间已满")
        assert files_of(home) == {"files/ballast"}
        assert counts(home / "juxian.sqlite3") == before
        assert registered(clerk, 0).status == 303
        ballast.unlink()
        assert handed_in(clerk, organisation).status != NO_ROOM


# PostgreSQL


@pytest.fixture(scope="module")
def on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]
) -> tuple[Path, str, str, str]:
    """(home, token, session, address of the database)."""
    home, url = tmp_path_factory.mktemp("storage") / "home", new_database()
    more = {"JUXIAN_DATABASE_URL": url, "JUXIAN_DATABASE_POOL": "false"}
    set_up(home, **more)
    return (home, *token_and_clerk(home, LONG_AGO, **more), url)


def persons_of(other: psycopg.Connection[tuple[int]]) -> int:
    found = other.execute("SELECT count(*) FROM persons_person").fetchone()
    assert found is not None
    return found[0]


def until(clerk: Clerk, path: str, status: int) -> None:
    """Ask until the answer is ``status``; nothing else tells that a connection has been made anew."""
    deadline, found = time.monotonic() + PATIENCE_SECONDS, 0
    while found != status:
        assert time.monotonic() < deadline, found
        found = clerk.get(path).status


@pytest.mark.parametrize(
    "statement",
    [
        "LOCK TABLE persons_person IN EXCLUSIVE MODE",
        "SELECT * FROM persons_numberseries FOR UPDATE",
        f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK})",
    ],
    ids=["table", "row", "turn"],
)
def test_reading_goes_on_while_another_holds_postgresql(
    on_postgresql: tuple[Path, str, str, str], statement: str
) -> None:
    home, _token, session, url = on_postgresql
    with (
        served(home, **SHORT, JUXIAN_DATABASE_URL=url) as (port, _server),
        psycopg.connect(url) as other,
    ):
        clerk, at = Clerk(port, session), persons_of(other)
        other.execute(statement)

        assert reads(clerk) == {200}
        refused = registered(clerk, at)

        told(refused, PASSING, "系统正忙")
        other.rollback()
        assert persons_of(other) == at
        other.rollback()
        assert registered(clerk, at).status == 303
        assert persons_of(other) == at + 1
    verified(home, url)


def test_connections_that_the_server_ends_are_made_anew(on_postgresql: tuple[Path, str, str, str]) -> None:
    home, _token, session, url = on_postgresql
    with (
        served(home, **SHORT, JUXIAN_DATABASE_URL=url) as (port, _server),
        psycopg.connect(url, autocommit=True) as other,
    ):
        clerk, at = Clerk(port, session), persons_of(other)
        assert reads(clerk) == {200}
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

        answers = {clerk.get(PERSONS).status for _time in range(10)}

        assert answers <= {200, PASSING}
        until(clerk, PERSONS, 200)
        assert registered(clerk, at).status == 303
        assert persons_of(other) == at + 1


def test_a_server_that_is_gone_is_told_and_found_again(on_postgresql: tuple[Path, str, str, str]) -> None:
    home, token, session, url = on_postgresql
    parts = urlsplit(url)
    way = Gateway((parts.hostname or "127.0.0.1", parts.port or 5432))
    through = url.replace(f":{parts.port}/", f":{way.port}/")
    try:
        with served(home, **SHORT, JUXIAN_DATABASE_URL=through) as (port, _server):
            clerk = Clerk(port, session)
            with psycopg.connect(url) as other:
                at = persons_of(other)
            assert reads(clerk) == {200}
            way.cut()

            read, refused = clerk.get(PERSONS), registered(clerk, at)
            asked = clerk.get("/api/v1/policies", Authorization=f"Bearer {token}")

            told(read, PASSING, "系统正忙")
            told(refused, PASSING, "系统正忙")
            assert asked.status == PASSING
            assert json.loads(asked.text)["error"]["code"] == "unavailable"
            way.mend()
            until(clerk, PERSONS, 200)
            assert registered(clerk, at).status == 303
            with psycopg.connect(url) as other:
                assert persons_of(other) == at + 1
    finally:
        way.cut()
    verified(home, url)


def verified(home: Path, url: str) -> None:
    result = juxian(home, "audit", "verify", JUXIAN_DATABASE_URL=url, JUXIAN_DATABASE_POOL="false")
    assert result.returncode == 0, (result.stdout, result.stderr)
