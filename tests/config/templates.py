"""Registers that are made once and copied wherever a test needs one: an empty one, the demonstration.

Each is made anew when what it comes from has changed: the migrations, or anything of the product.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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
_LOCKED = ROOT / "requirements-dev.txt"


@cache
def digest() -> str:
    """Of everything that the tables of a new database come from."""
    return _digest([_LOCKED, *sorted((ROOT / "src/juxian/apps").glob("*/migrations/*.py"))])


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
    """The one template of a kind that is kept, made when there is none of this key."""
    ready = folder / key
    if not ready.exists():
        for old in folder.iterdir():
            if old.is_dir():
                shutil.rmtree(old)
        making = folder / f"{key}.making"
        make(making)
        making.rename(ready)
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
