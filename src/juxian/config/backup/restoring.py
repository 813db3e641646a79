"""Putting an archive in place, into an empty home (恢复)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from juxian import __version__
from juxian.config.backup import postgresql, sqlite
from juxian.config.backup.archive import (
    DATABASES,
    FILES,
    Manifest,
    check_seal,
    extract,
    read_manifest,
    refuse_newer,
)
from juxian.config.backup.census import Census, difference
from juxian.config.backup.keys import fingerprint, key_of, read_key
from juxian.config.backup.problems import refusal
from juxian.config.backup.workspace import private_file, publish, settle, workspace
from juxian.config.environment import AWAITED, FIELDS_KEY
from juxian.core.text import Text

SQLITE_NAME = "juxian.sqlite3"
NO_DATA = {"keys", "static", "backups"}  # what a home may hold before data is put into it
APPS = Path(__file__).resolve().parents[2] / "apps"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place. key_awaited: fingerprint of the key that has yet to be brought; empty when it is there."""

    manifest: Manifest
    key_awaited: str


def restore(archive: Path, home: Path, url: str, key_file: Path | None = None) -> Restored:
    """Restore an archive into ``home``, the database of PostgreSQL into ``url``.

    Everything is unpacked beside its place and compared with its digests first. Raises ``Rejected``, and then nothing
    has been put in place.
    """
    refuse_used(home)
    key = given_key(key_file) or key_of(home)
    manifest = opened(archive, key)
    refuse_other_key(manifest, key)
    refuse_other_database(manifest, url)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with workspace(home) as place:
        extract(archive, manifest, place)
        (place / FILES).mkdir(exist_ok=True, mode=0o700)
        if manifest.vendor == "postgresql":
            postgresql.restore_dump(url, place / DATABASES["postgresql"])
        lost = compare(manifest, place, url)
        if lost:
            raise refusal("B105", f"备份已损坏：{lost.zh}", f"The archive is damaged: {lost.en}")
        _place_key(home, manifest, key)
        for folder in {path.parent for path in (place / FILES).rglob("*")}:
            settle(folder)
        publish(place / FILES, home / FILES.rstrip("/"))
        if manifest.vendor == "sqlite":  # the last: a home without it was not finished
            publish(place / DATABASES["sqlite"], home / SQLITE_NAME)
    return Restored(manifest, "" if key else manifest.key)


def opened(archive: Path, key: bytes | None) -> Manifest:
    """The manifest of a whole archive of this version or an earlier one. Raises ``Rejected``."""
    try:
        check_seal(archive, None)
    except OSError as error:
        raise refusal(
            "B109", f"无法打开 {archive}：{error.strerror}", f"{archive} cannot be opened: {error.strerror}"
        ) from error
    manifest = read_manifest(archive)
    migrations = known_migrations()
    labels = {name.partition(".")[0] for name in migrations}
    refuse_newer(manifest, __version__, migrations, labels)
    if key is not None and fingerprint(key) == manifest.key:
        check_seal(archive, key)
    return manifest


def known_migrations() -> set[str]:
    """``app.name`` of every migration of this version's own apps."""
    return {f"{path.parents[1].name}.{path.stem}" for path in APPS.glob("*/migrations/[0-9]*.py")}


def compare(manifest: Manifest, place: Path, url: str) -> Text | None:
    """The first thing in which a restored database differs from what was counted when it was saved."""
    if manifest.vendor == "postgresql":
        with postgresql.one_moment(url) as (ask, _snapshot):
            return difference(manifest.census, postgresql.census_of(ask))
    with sqlite.reading(place / DATABASES["sqlite"]) as ask:
        damage = sqlite.damage_of(ask)
        found: Census = sqlite.census_of(ask)
    return Text(f"数据库 {damage}", f"database: {damage}") if damage else difference(manifest.census, found)


def refuse_used(home: Path) -> None:
    """Raise ``Rejected`` when a home holds data."""
    held = sorted(
        path.name
        for path in (home.iterdir() if home.exists() else ())
        if path.name not in NO_DATA and not path.name.startswith(".")
    )
    if held:
        raise refusal(
            "B110",
            f"{home} 里已有数据（{held[0]}），只能恢复到空目录。",
            f"{home} holds data ({held[0]}); restore into an empty directory.",
        )


def refuse_other_key(manifest: Manifest, key: bytes | None) -> None:
    """Raise ``Rejected`` when the key at hand is not the one of the archive."""
    if key is not None and fingerprint(key) != manifest.key:
        raise refusal(
            "B112",
            f"密钥不对：备份需要指纹为 {manifest.key} 的 fields.key，这里的是 {fingerprint(key)}。",
            f"Another key: the archive needs the fields.key with fingerprint {manifest.key}; this one has {fingerprint(key)}.",
        )


def refuse_other_database(manifest: Manifest, url: str) -> None:
    """Raise ``Rejected`` when the archive is of the other kind of database than the settings name."""
    if (manifest.vendor == "postgresql") != bool(url):
        raise refusal(
            "B113",
            f"备份来自 {manifest.vendor}，而 JUXIAN_DATABASE_URL {'指向 PostgreSQL' if url else '没有设置'}。",
            f"The archive is of {manifest.vendor}, but JUXIAN_DATABASE_URL {'names PostgreSQL' if url else 'is not set'}.",
        )


def given_key(path: Path | None) -> bytes | None:
    """The key in a file that was named; raises ``Rejected`` when there is no such file."""
    if path is None:
        return None
    key = read_key(path)
    if key is None:
        raise refusal("B114", f"没有密钥文件 {path}。", f"There is no key file {path}.")
    return key


def _place_key(home: Path, manifest: Manifest, key: bytes | None) -> None:
    """Put the key into the home, or a note which key is awaited, so that no new one is made in its place."""
    folder = home / "keys"
    folder.mkdir(exist_ok=True, mode=0o700)
    name, content = (FIELDS_KEY, key) if key else (AWAITED, manifest.key.encode("ascii"))
    if not (folder / name).exists():
        with private_file(folder / name) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    settle(folder)
