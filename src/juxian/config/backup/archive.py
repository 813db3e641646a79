"""The archive: a ZIP file of the members, a manifest, and below everything the digest of the whole (备份文件).

The comment of the ZIP file, its last bytes, is ``juxian-backup sha256=… seal=…``: SHA-256 over all bytes before the
length of the comment, and a keyed seal over that digest. Any changed, missing or added byte is found in one reading.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from juxian.config.backup.census import Census
from juxian.config.backup.keys import seal_of
from juxian.config.backup.problems import refusal
from juxian.config.backup.workspace import private_file

FORMAT = 1
MANIFEST = "manifest.json"
MANIFEST_LIMIT_BYTES = 256 * 1024**2
CHUNK_BYTES = 1024**2
DATABASES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
FILES = "files/"
_SEAL = re.compile(rb"juxian-backup sha256=([0-9a-f]{64}) seal=([0-9a-f]{64})")
_SEAL_BYTES = len("juxian-backup sha256= seal=") + 2 * 64


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive. modified: seconds since 1970, restored with the file."""

    name: str
    size_bytes: int
    sha256: str
    modified: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself. taken_at: ISO, UTC. key: fingerprint. missing: files that were gone already."""

    version: str
    taken_at: str
    vendor: str
    key: str
    census: Census
    members: tuple[Member, ...]
    missing: tuple[str, ...] = ()
    format: int = FORMAT

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """The inverse of ``as_json``; raises ``Rejected`` for a newer format and for what is no manifest."""
        try:
            found = json.loads(data)
            if found["format"] > FORMAT:
                raise _newer(f"format {found['format']}")
            members = tuple(Member(**member) for member in found.pop("members"))
            census = Census(**found.pop("census"))
            return cls(members=members, census=census, missing=tuple(found.pop("missing")), **found)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _damaged(MANIFEST) from error


class Writer:
    """Adds members to an archive that is being made."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: list[Member] = []

    def add(self, name: str, path: Path, *, compress: bool) -> None:
        """Add one file in a single reading; raises ``OSError`` when it is gone."""
        with path.open("rb") as file:
            modified = int(os.fstat(file.fileno()).st_mtime)
            with self._archive.open(_entry(name, compress), "w", force_zip64=True) as entry:
                size, sha256 = _copy(file, entry.write)
        self.members.append(Member(name, size, sha256, modified))

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest as the last member."""
        self._archive.writestr(_entry(MANIFEST, compress=True), manifest.as_json())


@contextmanager
def new_archive(path: Path) -> Iterator[Writer]:
    """Make an archive at ``path``, mode 0600; it has no seal yet."""
    with (
        private_file(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        yield Writer(archive)


def _entry(name: str, compress: bool) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.external_attr = (stat.S_IFREG | 0o600) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    return entry


def seal_archive(path: Path, master: bytes) -> str:
    """Write the digest of the whole below a finished archive; returns it."""
    covered = path.stat().st_size - 2  # all but the length of the comment, which is the last field
    sha256 = _digest_of(path, covered)
    comment = f"juxian-backup sha256={sha256} seal={seal_of(master, sha256)}".encode("ascii")
    with path.open("r+b") as file:
        file.seek(covered)
        file.write(len(comment).to_bytes(2, "little") + comment)
    return sha256


def check_seal(path: Path, master: bytes | None) -> str:
    """Read the archive through and return its digest; raises ``Rejected`` when a byte has changed.

    With the key at hand the seal is checked as well: an archive that somebody made anew without the key is found.
    """
    covered = path.stat().st_size - _SEAL_BYTES - 2
    found = _SEAL.fullmatch(_tail(path)) if covered > 0 else None
    if found is None:
        raise refusal(
            "B101", f"{path} 不是聚贤的备份，或不完整。", f"{path} is no backup of Juxian, or not whole."
        )
    sha256, seal = (part.decode("ascii") for part in found.groups())
    if _digest_of(path, covered) != sha256:
        raise refusal(
            "B102",
            f"{path} 已被改动或损坏：与自身摘要不符。",
            f"{path} was changed or damaged: it does not fit its own digest.",
        )
    if master is not None and seal_of(master, sha256) != seal:
        raise refusal("B103", f"{path} 不是用本密钥封存的。", f"{path} was not sealed with this key.")
    return sha256


def _tail(path: Path) -> bytes:
    """The comment; empty when its length is not the expected one."""
    with path.open("rb") as file:
        file.seek(-_SEAL_BYTES - 2, os.SEEK_END)
        length, comment = file.read(2), file.read()
    return comment if int.from_bytes(length, "little") == _SEAL_BYTES else b""


def _digest_of(path: Path, covered: int) -> str:
    digest, left = hashlib.sha256(), covered
    with path.open("rb") as file:
        while left and (chunk := file.read(min(CHUNK_BYTES, left))):
            digest.update(chunk)
            left -= len(chunk)
    return digest.hexdigest()


def read_manifest(path: Path) -> Manifest:
    """What the archive says of itself; raises ``Rejected`` when its members are not those of the manifest."""
    with _opened(path) as archive:
        names = archive.namelist()
        if names.count(MANIFEST) != 1 or archive.getinfo(MANIFEST).file_size > MANIFEST_LIMIT_BYTES:
            raise _damaged(MANIFEST)
        manifest = Manifest.from_json(archive.read(MANIFEST))
    listed = [member.name for member in manifest.members]
    strange = next((name for name in listed if not _is_safe(name)), None)
    if strange is not None or sorted([*listed, MANIFEST]) != sorted(names):
        raise _damaged(strange or MANIFEST)
    if manifest.vendor not in DATABASES or DATABASES[manifest.vendor] not in listed:
        raise _damaged(MANIFEST)
    return manifest


def extract(path: Path, manifest: Manifest, to: Path) -> None:
    """Unpack every member below ``to``, private, each compared with its digest; raises ``Rejected``."""
    with _opened(path) as archive:
        for member in manifest.members:
            target = to / member.name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with (
                archive.open(member.name) as entry,
                private_file(target) as file,
            ):
                size, sha256 = _copy(entry, file.write, limit=member.size_bytes)
                file.flush()
                os.fsync(file.fileno())
            if (size, sha256) != (member.size_bytes, member.sha256):
                raise _damaged(member.name)
            os.utime(target, (member.modified, member.modified))


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise _damaged(str(path)) from error


def _is_safe(name: str) -> bool:
    """A database, or a file below ``files/`` that cannot lead elsewhere."""
    plain = not re.search(r"[\\\0:]", name) and str(PurePosixPath(name)) == name
    below = name.startswith(FILES) and ".." not in PurePosixPath(name).parts
    return name in DATABASES.values() or (plain and below)


def _copy(source: IO[bytes], write: Callable[[bytes], Any], limit: int | None = None) -> tuple[int, str]:
    """Copy to the end; bytes and SHA-256 of what was copied. Stops one chunk after ``limit``."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK_BYTES):
        write(chunk)
        digest.update(chunk)
        size += len(chunk)
        if limit is not None and size > limit:
            break
    return size, digest.hexdigest()


def refuse_newer(
    manifest: Manifest, version: str, known_migrations: Collection[str], labels: Collection[str]
) -> None:
    """Raise ``Rejected`` when the archive was made by a later version than this one.

    known_migrations: ``app.name`` of all of this version; labels: the apps that they belong to.
    """
    if _parts(manifest.version) > _parts(version):
        raise _newer(manifest.version)
    for name in manifest.census.migrations:
        if name.partition(".")[0] in labels and name not in known_migrations:
            raise _newer(name)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", version))


def _newer(what: str) -> Exception:
    return refusal(
        "B104",
        f"该备份由更新的版本制作（{what}），请先升级程序。",
        f"The archive was made by a newer version ({what}); bring the program up to date first.",
    )


def _damaged(name: str) -> Exception:
    return refusal(
        "B105",
        f"备份已损坏：{name} 与清单不符。",
        f"The archive is damaged: {name} does not fit the manifest.",
    )
