"""An empty register, migrated once for each state of the migrations and copied wherever a test needs one."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.docs.pages import ROOT
from tests.postgresql import SERVER, administered

DATABASE = "juxian.sqlite3"
_PREFIX = "juxian_template_"


@cache
def digest() -> str:
    """Of everything that the tables of a new database come from."""
    found = hashlib.sha256((ROOT / "requirements-dev.txt").read_bytes())
    for path in sorted((ROOT / "src/juxian/apps").glob("*/migrations/*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def copy_migrated(home: Path, address: str = "") -> None:
    """``migrate`` for a home without a database, or for an empty database of the server of the tests."""
    with _locked() as folder:
        if address:
            _copy_database(address, folder)
        else:
            home.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_file(folder), home / DATABASE)


@contextmanager
def _locked() -> Iterator[Path]:
    """The directory of templates, one process at a time."""
    folder = Path(tempfile.gettempdir()) / f"juxian-templates-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _file(folder: Path) -> Path:
    ready = folder / digest() / DATABASE
    if not ready.exists():
        for old in folder.iterdir():
            if old.is_dir():
                shutil.rmtree(old)
        making = folder / f"{digest()}.making"
        _migrate(making)
        making.rename(ready.parent)
    return ready


def _copy_database(address: str, folder: Path) -> None:
    template = _PREFIX + digest()
    with psycopg.connect(f"{SERVER}/postgres", connect_timeout=3) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [_PREFIX + "%"])
        known = {name for (name,) in found}
    if template not in known:
        for old in known:
            administered("DROP DATABASE IF EXISTS {} WITH (FORCE)", old)
        making = f"making_{template}"
        administered("DROP DATABASE IF EXISTS {} WITH (FORCE)", making)
        administered("CREATE DATABASE {}", making)
        with tempfile.TemporaryDirectory(dir=folder) as home:
            _migrate(Path(home), JUXIAN_DATABASE_URL=f"{SERVER}/{making}", JUXIAN_DATABASE_POOL="false")
        administered("ALTER DATABASE {} RENAME TO {}", making, template)
    name = urlsplit(address).path.lstrip("/")
    administered("DROP DATABASE {}", name)
    administered("CREATE DATABASE {} TEMPLATE {}", name, template)


def _migrate(home: Path, **more: str) -> None:
    from tests.config.sites import started  # which copies what is made here

    process = started(home, "django", "migrate", "-v0", **more)
    _out, err = process.communicate()
    assert process.returncode == 0, err
