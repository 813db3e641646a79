"""Making an archive while the site runs (备份)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from juxian import __version__
from juxian.config.backup import postgresql, sqlite
from juxian.config.backup.archive import DATABASES, FILES, Manifest, Writer, new_archive, seal_archive
from juxian.config.backup.census import Census
from juxian.config.backup.keys import fingerprint
from juxian.config.backup.problems import refusal
from juxian.config.backup.workspace import publish, workspace
from juxian.config.stored_files import SETTLED_SECONDS, known_files, present_files


@dataclass(frozen=True, slots=True)
class Site:
    """What is saved. database: path of SQLite. url: address of PostgreSQL, empty for SQLite. master: key of fields."""

    database: Path
    url: str
    files: Path
    master: bytes


@dataclass(frozen=True, slots=True)
class Saved:
    """A finished archive. sha256: the digest that stands below it."""

    path: Path
    size_bytes: int
    sha256: str
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Moment:
    """One state of the database, copied to ``copy``, and what was asked of the same state."""

    vendor: str
    copy: Path
    census: Census
    files: set[str]


@contextmanager
def prepared(site: Site, to: Path, moment: datetime) -> Iterator[tuple[Path, Saved]]:
    """Make the archive under a temporary name beside ``to``; ``place`` gives it its own.

    Raises ``Rejected`` where something stands under that name or the database cannot be read.
    """
    refuse_taken(to)
    to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with workspace(to.parent) as place:
        made = place / "archive"
        with new_archive(made) as writer:
            manifest = _fill(writer, site, place, moment)
        sha256 = seal_archive(made, site.master)
        yield made, Saved(to, made.stat().st_size, sha256, manifest)


def place(made: Path, to: Path) -> None:
    """Give a prepared archive its name, durably."""
    refuse_taken(to)
    publish(made, to)


def refuse_taken(to: Path) -> None:
    if to.exists():
        raise refusal("B106", f"{to} 已存在，不会覆盖。", f"{to} exists; it is not overwritten.")


def _fill(writer: Writer, site: Site, place: Path, moment: datetime) -> Manifest:
    state = _from_postgresql(site, place) if site.url else _from_sqlite(site, place)
    writer.add(DATABASES[state.vendor], state.copy, compress=state.vendor == "sqlite")
    state.copy.unlink()
    missing = _add_files(writer, site.files, state.files, moment)
    manifest = Manifest(
        version=__version__,
        taken_at=moment.astimezone(UTC).isoformat(timespec="seconds"),
        vendor=state.vendor,
        key=fingerprint(site.master),
        census=state.census,
        members=tuple(writer.members),
        missing=missing,
    )
    writer.finish(manifest)
    return manifest


def _from_sqlite(site: Site, place: Path) -> Moment:
    if not site.database.exists():
        raise refusal("B107", f"没有数据库 {site.database}。", f"There is no database {site.database}.")
    copy = place / DATABASES["sqlite"]
    try:
        sqlite.copy_while_running(site.database, copy)
        with sqlite.reading(copy) as ask:
            return _state("sqlite", copy, sqlite.census_of(ask), known_files(ask, sqlite.columns_of(ask)))
    except sqlite3.Error as error:
        zh, en = f"不能读取数据库：{error}", f"The database cannot be read: {error}"
        raise refusal("B115", zh, en) from error


def _from_postgresql(site: Site, place: Path) -> Moment:
    postgresql.program("pg_dump")
    copy = place / DATABASES["postgresql"]
    with postgresql.one_moment(site.url) as (ask, snapshot):
        known = known_files(ask, postgresql.columns_of(ask))
        state = _state("postgresql", copy, postgresql.census_of(ask), known)
        postgresql.dump(site.url, snapshot, copy)
    return state


def _state(vendor: str, copy: Path, census: Census, files: set[str]) -> Moment:
    if not census.migrations:
        raise refusal(
            "B108",
            "数据库尚未建立，没有可备份的内容。",
            "The database has not been set up; there is nothing to save.",
        )
    return Moment(vendor, copy, census, files)


def _add_files(writer: Writer, folder: Path, known: set[str], moment: datetime) -> tuple[str, ...]:
    """Add what lies there, but not what is just being handed in; returns the known files that are gone."""
    settled_before = moment.timestamp() - SETTLED_SECONDS
    present = present_files(folder)
    for name, modified in sorted(present.items()):
        if name in known or modified < settled_before:
            writer.add(FILES + name, folder / name, compress=False)
    return tuple(sorted(known - present.keys()))
