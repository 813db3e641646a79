"""A file is there whole or not at all (整存): on a full disk nothing half written stays."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Write to a new file that only this account reads and see it, and its name, onto the disk.

    What has been written goes again when any of it fails (no room, no right, a stopped process's last words).
    """
    try:
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        _settle(path.parent)
    except FileExistsError:
        raise
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _settle(folder: Path) -> None:
    """The name of a new file lies in its folder, which has a disk to wait for as well."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
