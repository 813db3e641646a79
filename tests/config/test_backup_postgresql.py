"""``juxian backup`` and ``juxian restore`` on PostgreSQL, in databases made for these tests and dropped after them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.config.sites import juxian, set_up


def asked(url: str, statement: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture(scope="module")
def site(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path]:
    """(home, address of the database, archive) of a register with three persons and a file."""
    if shutil.which("pg_dump") is None or shutil.which("pg_restore") is None:
        pytest.skip("pg_dump and pg_restore are not installed")
    home, url = tmp_path_factory.mktemp("postgresql"), new_database()
    set_up(home, JUXIAN_DATABASE_URL=url)
    result = juxian(home, "backup", "--json", JUXIAN_DATABASE_URL=url)
    assert result.returncode == 0, result.stderr
    return home, url, Path(json.loads(result.stdout)["file"])


def test_a_restored_database_is_the_one_that_was_saved(
    site: tuple[Path, str, Path], new_database: Callable[[], str], tmp_path: Path
) -> None:
    home, url, archive = site
    target, key = new_database(), str(home / "keys" / "fields.key")

    result = juxian(tmp_path / "new", "restore", str(archive), "--key", key, JUXIAN_DATABASE_URL=target)

    assert result.returncode == 0, result.stderr
    people = "SELECT number, name FROM persons_person ORDER BY id"
    assert asked(target, people) == asked(url, people) != []
    assert [*(tmp_path / "new" / "files" / "rosters").iterdir()] != []
    searched = juxian(tmp_path / "new", "invariants", "--all", JUXIAN_DATABASE_URL=target)
    assert searched.returncode == 0, searched.stdout
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        asked(target, "DELETE FROM audit_auditentry RETURNING id")


def test_a_check_compares_and_leaves_no_database(site: tuple[Path, str, Path]) -> None:
    home, url, archive = site

    result = juxian(home, "restore", str(archive), "--check", "--json", JUXIAN_DATABASE_URL=url)

    found = json.loads(result.stdout)
    assert (result.returncode, found["difference"], found["key_tried"]) == (0, None, True)
    assert asked(url, "SELECT datname FROM pg_database WHERE datname LIKE 'juxian_check_%'") == []


def test_a_database_that_holds_tables_is_not_restored_into(
    site: tuple[Path, str, Path], tmp_path: Path
) -> None:
    _home, url, archive = site

    result = juxian(tmp_path / "new", "restore", str(archive), JUXIAN_DATABASE_URL=url)

    assert (result.returncode, "B203" in result.stderr) == (1, True)
    assert not (tmp_path / "new" / "files").exists()


def test_an_archive_of_postgresql_needs_a_postgresql(site: tuple[Path, str, Path], tmp_path: Path) -> None:
    _home, _url, archive = site

    for words in ((), ("--check",)):
        result = juxian(tmp_path / "new", "restore", str(archive), *words)
        assert (result.returncode, "B113" in result.stderr) == (1, True)


def test_without_pg_dump_the_refusal_is_clear(site: tuple[Path, str, Path], tmp_path: Path) -> None:
    home, url, _archive = site

    result = juxian(
        home, "backup", "--to", str(tmp_path / "a.backup"), JUXIAN_DATABASE_URL=url, PATH=str(tmp_path)
    )

    assert (result.returncode, "B201" in result.stderr) == (1, True)
    assert [*tmp_path.iterdir()] == []
