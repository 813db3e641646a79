"""The file of keys for encrypted fields, read again when it is replaced (密钥文件)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from juxian.config.backup.keys import fingerprint
from juxian.core.secrecy import Keys, Method, new_secret, with_new_key, without_earlier

REPLACED = "replaced"  # folder of files that older backups were made with


class KeyFile:
    """Keys as they stand in the file now: a rotation reaches every running process without a restart."""

    def __init__(self, path: Path, method: Method) -> None:
        self.path, self._method = path, method
        self._state: tuple[int, ...] = ()
        self._keys: Keys | None = None

    def now(self) -> Keys:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            if self._keys is not None:  # the folder is being restored or is away; what was read still holds
                return self._keys
            raise
        state = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._keys is None or state != self._state:
            self._keys = Keys.from_text(self.path.read_text(encoding="ascii"), self._method)
            self._state = state
        return self._keys


def add_key(path: Path) -> None:
    """Put new keys for encryption and digests into the file; the file as it was stays in ``replaced/`` for older backups."""
    text = path.read_text(encoding="ascii")
    _keep(path, text)
    _write(path, with_new_key(text, new_secret(), new_secret()))


def drop_earlier(path: Path) -> None:
    """Leave the newest keys alone in the file, but for what retired digests are compared with."""
    text = path.read_text(encoding="ascii")
    _keep(path, text)
    _write(path, without_earlier(text))


def newest_since(path: Path) -> datetime:
    """When the file was last changed: when its newest key began to seal."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _keep(path: Path, text: str) -> None:
    folder = path.parent / REPLACED
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = folder / f"{fingerprint(text.encode())}.key"
    if not kept.exists():
        _write(kept, text)


def _write(path: Path, text: str) -> None:
    """Replace the file at once; a crash leaves the old one or the new one."""
    made = path.with_name(f".{path.name}.new")
    made.unlink(missing_ok=True)
    with os.fdopen(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    made.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
