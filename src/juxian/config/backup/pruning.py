"""Archives that have been kept long enough (备份保存期): what was deleted in the register goes from the copies with them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from juxian.config.backup.workspace import settle

NAME = "juxian-{moment:%Y%m%dT%H%M%SZ}.backup"
_NAMED = re.compile(r"juxian-(\d{8}T\d{6})Z\.backup")


def too_old(folder: Path, moment: datetime, days: int) -> list[Path]:
    """Archives beside each other that were begun more than ``days`` ago, by their names, the oldest first; never the newest."""
    found = sorted(
        (path for path in folder.iterdir() if _NAMED.fullmatch(path.name)), key=lambda path: path.name
    )
    return [path for path in found[:-1] if begun(path) < moment - timedelta(days=days)]


def begun(archive: Path) -> datetime:
    """When an archive was begun, as its name says; another name is a ``ValueError``."""
    named = _NAMED.fullmatch(archive.name)
    if named is None:
        raise ValueError(archive.name)
    return datetime.strptime(named[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def prune(archives: list[Path]) -> None:
    """Remove them for good."""
    for path in archives:
        path.unlink()
    for folder in {path.parent for path in archives}:
        settle(folder)
