"""Where uploaded files lie (存放): sealed, under a random name, outside every served folder."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from django.conf import settings

from juxian.apps.whole import write_whole
from juxian.core.secrecy import seal, unseal

FOLDER = "rosters"


def store_file(data: bytes) -> str:
    """Keep the bytes of a file; returns its random name."""
    name = f"{secrets.token_hex(16)}.sealed"
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sealed = seal(base64.b64encode(data).decode("ascii"), settings.JUXIAN_KEYS)
    write_whole(path, (sealed,))
    return name


def stored_bytes(name: str | None) -> bytes:
    """The bytes that were stored under ``name``; ``FileNotFoundError`` where they were forgotten."""
    if name is None:
        raise FileNotFoundError(FOLDER)
    return base64.b64decode(unseal(_path(name).read_bytes(), settings.JUXIAN_KEYS))


def forget_file(name: str | None) -> None:
    """Remove a stored file; no error when it is gone."""
    if name is not None:
        _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return Path(settings.JUXIAN_FILES) / FOLDER / name
