"""Registers that are made once and copied wherever a test needs one: an empty one, the demonstration.

Each is made anew when what it comes from has changed: the migrations, or anything of the product.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import psycopg

from tests.docs.pages import ROOT
from tests.postgresql import SERVER, administered

DATABASE = "juxian.sqlite3"
_PREFIX = "juxian_template_"
_KEPT = 4  # of each kind: several trees of the repository may be tested on one machine at the same time
_LOCKED = ROOT / "requirements-dev.txt"
_PRODUCT = ROOT / "src" / "juxian"
_IMPORTED = [_PRODUCT / "core" / "identity" / "masking.py", _PRODUCT / "core" / "notices" / "numbers.py"]
_COMMAND = _PRODUCT / "web" / "kit" / "management" / "commands" / "migrate.py"


@cache
def digest() -> str:
    """Of everything that the tables of a new database come from."""
    return _digest([_LOCKED, *migrating()])


def migrating() -> list[Path]:
    """The migrations, the modules of ours that they import, and the command that runs them."""
    found = [path for pattern in ("*/migrations/*.py", "*.py") for path in (_PRODUCT / "apps").glob(pattern)]
    return [*sorted(found), *_IMPORTED, _COMMAND]


@cache
def digest_of_product() -> str:
    """Of everything that the product does: its sources, its texts, its packs."""
    found = (path for folder in ("src", "packs") for path in sorted((ROOT / folder).rglob("*")))
    return _digest([_LOCKED, *(path for path in found if "__pycache__" not in path.parts and path.is_file())])


def _digest(files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        found.update(f"\n{path.relative_to(ROOT)}\n{len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()[:16]


def copy_migrated(home: Path, address: str = "") -> None:
    """``migrate`` for a home without a database, or for an empty database of the server of the tests."""
    with _locked("empty") as folder:
        if address:
            _copy_database(address, folder)
        else:
            home.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_ready(folder, digest(), _migrate) / DATABASE, home / DATABASE)


@contextmanager
def migrated_in_memory(name: str) -> Iterator[None]:
    """A database of this process in memory, its address ``name``, that holds what ``migrate`` makes."""
    with tempfile.TemporaryDirectory() as home, closing(sqlite3.connect(name, uri=True)) as held:
        copy_migrated(Path(home))
        with closing(sqlite3.connect(Path(home) / DATABASE)) as migrated:
            migrated.execute("PRAGMA journal_mode=DELETE")  # there is no log beside a database in memory
            migrated.backup(held)
        yield  # it lasts as long as somebody is connected


def copy_demonstration(home: Path) -> None:
    """``juxian demo --no-serve`` of today, for an empty directory."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    with _locked("demonstration") as folder:
        shutil.copytree(
            _ready(folder, f"{digest_of_product()}-{today}", _demonstrate), home, dirs_exist_ok=True
        )


@contextmanager
def _locked(name: str) -> Iterator[Path]:
    """The directory of one kind of template, one process at a time."""
    folder = Path(tempfile.gettempdir()) / f"juxian-templates-{os.getuid()}" / name
    for part in (folder.parent, folder):
        part.mkdir(mode=0o700, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _ready(folder: Path, key: str, make: Callable[[Path], None]) -> Path:
    """The template of this key, made when there is none; those of the last other trees are kept beside it."""
    ready = folder / key
    if not ready.exists():
        making = folder / f"{key}.making"
        found = [path for path in folder.iterdir() if path.is_dir()]
        whole = [path for path in found if path.suffix != making.suffix]
        kept = sorted(whole, key=lambda path: path.stat().st_mtime, reverse=True)[: _KEPT - 1]
        for old in found:
            if old not in kept:
                shutil.rmtree(old)
        make(making)
        making.rename(ready)
    return ready


def migrated_on(server: str) -> str:
    """The name of the database of a PostgreSQL server from which others are copied, made when there is none."""
    with _locked("empty") as folder:
        return _template_on(server, folder)


def _copy_database(address: str, folder: Path) -> None:
    template = _template_on(SERVER, folder)
    name = urlsplit(address).path.lstrip("/")
    administered("DROP DATABASE {}", name)
    administered("CREATE DATABASE {} TEMPLATE {}", name, template)


def _template_on(server: str, folder: Path) -> str:
    template = _PREFIX + digest()
    with psycopg.connect(f"{server}/postgres", connect_timeout=3) as connection:
        found = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid DESC", [_PREFIX + "%"]
        )
        known = [name for (name,) in found]
    if template not in known:
        for old in known[_KEPT - 1 :]:
            administered("DROP DATABASE IF EXISTS {} WITH (FORCE)", old, server=server)
        making = f"making_{template}"
        administered("DROP DATABASE IF EXISTS {} WITH (FORCE)", making, server=server)
        administered("CREATE DATABASE {}", making, server=server)
        with tempfile.TemporaryDirectory(dir=folder) as home:
            _migrate(Path(home), JUXIAN_DATABASE_URL=f"{server}/{making}", JUXIAN_DATABASE_POOL="false")
        administered("ALTER DATABASE {} RENAME TO {}", making, template, server=server)
    return template


def _migrate(home: Path, **more: str) -> None:
    from tests.config.sites import environment_of  # which copies what is made here

    _carried_out(environment_of(home, **more), "django", "migrate", "-v0")


def _demonstrate(home: Path) -> None:
    from tests.config.sites import FIRST_DAYS, environment_of

    environment = environment_of(home, JUXIAN_DEMO="1", JUXIAN_LANGUAGE="zh")
    of_today = {name: value for name, value in environment.items() if name not in FIRST_DAYS}
    _carried_out(of_today, "juxian.config.cli", "demo", "--no-serve", "--size", "small")


def _carried_out(environment: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", *words]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
