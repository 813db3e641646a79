"""The container of a backup: nothing in it can change, grow or lead elsewhere without being found."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from juxian import __version__
from juxian.config.backup.archive import (
    FORMAT,
    Manifest,
    Member,
    check_seal,
    extract,
    new_archive,
    read_manifest,
    seal_archive,
)
from juxian.config.backup.census import Census
from juxian.config.backup.keys import fingerprint
from juxian.config.backup.restoring import known_migrations, opened
from juxian.core.source import Rejected

KEY = b"a key of a test, long enough for one" * 2
MEMBERS = {"database.sqlite3": b"rows " * 4000, "files/rosters/ab.sealed": bytes(range(256)) * 20}


def made(
    folder: Path,
    *,
    version: str = __version__,
    migrations: tuple[str, ...] = ("persons.0001_initial",),
    members: dict[str, bytes] = MEMBERS,
    listed: list[Member] | None = None,
    form: int = FORMAT,
    key: bytes = KEY,
) -> Path:
    """An archive; listed: what the manifest claims instead of what was put in."""
    path = folder / "a.backup"
    with new_archive(path) as writer:
        for name, data in members.items():
            source = folder / "member"
            source.write_bytes(data)
            writer.add(name, source, compress=True)
        census = Census({"persons_person": 3}, list(migrations), 1, "f" * 64)
        claimed = tuple(writer.members if listed is None else listed)
        writer.finish(
            Manifest(
                version, "2026-01-15T00:00:00+00:00", "sqlite", fingerprint(KEY), census, claimed, format=form
            )
        )
    seal_archive(path, key)
    return path


def code_of(refused: pytest.ExceptionInfo[Rejected]) -> str:
    return refused.value.problems[0].code


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    path = made(tmp_path)

    extract(path, opened(path, KEY), tmp_path / "out")

    out = {name: (tmp_path / "out" / name).read_bytes() for name in MEMBERS}
    assert out == MEMBERS
    assert path.stat().st_mode & 0o777 == 0o600
    assert KEY not in path.read_bytes()


def test_any_changed_byte_is_found(tmp_path: Path) -> None:
    path = made(tmp_path)
    whole = path.read_bytes()
    places = {*range(0, len(whole), max(1, len(whole) // 500)), *range(len(whole) - 400, len(whole))}

    unnoticed = []
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            check_seal(path, KEY)
        except Rejected:
            continue
        unnoticed.append(place)

    assert unnoticed == []


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data[:200], lambda data: data + b"x", lambda data: b""]
)
def test_a_shorter_or_longer_file_is_found(tmp_path: Path, damage) -> None:
    path = made(tmp_path)
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(Rejected) as refused:
        opened(path, KEY)

    assert code_of(refused) == "B101"


def test_an_archive_made_anew_without_the_key_is_found(tmp_path: Path) -> None:
    path = made(tmp_path, key=b"somebody else's key, of any length at all")

    with pytest.raises(Rejected) as refused:
        opened(path, KEY)

    assert code_of(refused) == "B103"


@pytest.mark.parametrize(
    "name", ["files/../../etc/x", "/files/x", "files/a\\b", "files//x", "keys/fields.key", "files/.."]
)
def test_a_member_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    path = made(tmp_path, members=MEMBERS | {name: b"x"})

    with pytest.raises(Rejected) as refused:
        read_manifest(path)

    assert code_of(refused) == "B105"


def test_a_member_that_no_manifest_names_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path, listed=[Member("database.sqlite3", 20_000, "0" * 64, 0)])

    with pytest.raises(Rejected) as refused:
        read_manifest(path)

    assert code_of(refused) == "B105"


def test_a_member_that_does_not_fit_its_digest_or_size_is_refused(tmp_path: Path) -> None:
    path = made(
        tmp_path,
        listed=[
            Member("database.sqlite3", 10, "0" * 64, 0),
            Member("files/rosters/ab.sealed", len(MEMBERS["files/rosters/ab.sealed"]), "0" * 64, 0),
        ],
    )

    with pytest.raises(Rejected) as refused:
        extract(path, read_manifest(path), tmp_path / "out")

    assert code_of(refused) == "B105"


@pytest.mark.parametrize(
    "newer",
    [{"version": "99.0"}, {"migrations": ("persons.9999_later",)}, {"form": FORMAT + 1}],
    ids=("version", "migration", "format"),
)
def test_an_archive_of_a_newer_version_is_refused(tmp_path: Path, newer: dict) -> None:
    path = made(tmp_path, **newer)

    with pytest.raises(Rejected) as refused:
        opened(path, KEY)

    assert code_of(refused) == "B104"


def test_migrations_of_other_makers_do_not_count_as_newer(tmp_path: Path) -> None:
    path = made(tmp_path, migrations=("axes.9999_later",))

    assert opened(path, KEY).census.migrations == ["axes.9999_later"]


def test_any_zip_file_is_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("database.sqlite3", b"x" * 1000)

    with pytest.raises(Rejected) as refused:
        opened(path, None)

    assert code_of(refused) == "B101"


def test_the_migrations_of_this_version_are_known() -> None:
    assert {"audit.0002_append_only", "imports.0001_initial"} <= known_migrations()
