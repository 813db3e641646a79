"""Private temporary places that a killed run cannot leave behind for good (临时目录)."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PREFIX = ".juxian-partial-"
LOCK = "lock"


@contextmanager
def workspace(parent: Path) -> Iterator[Path]:
    """A directory below ``parent`` that only this account may read; it goes at the end.

    It is locked while its process lives: what killed runs left in ``parent`` is removed first.
    """
    remove_leftovers(parent)
    place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    held = os.open(place / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield place
    finally:
        shutil.rmtree(place)
        os.close(held)


def remove_leftovers(parent: Path) -> None:
    """Remove this account's workspaces whose processes have ended without doing so."""
    for place in parent.glob(f"{PREFIX}*"):
        lock = place / LOCK
        if place.is_symlink() or place.stat().st_uid != os.getuid() or not lock.exists():
            continue
        held = os.open(lock, os.O_RDWR)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(place)
        finally:
            os.close(held)


def private_file(path: Path) -> BinaryIO:
    """A new file to write to, mode 0600 from the beginning; raises ``FileExistsError``."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")


def settle(path: Path) -> None:
    """Bring a file or the names in a directory to the disk (fsync)."""
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def publish(made: Path, to: Path) -> None:
    """Give a finished file or directory its name, durably; what stands there under that name is not touched."""
    settle(made)
    made.rename(to)
    settle(to.parent)
