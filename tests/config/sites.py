"""Homes with a database of their own, worked on by commands in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import rosters
from tests.config.templates import copy_migrated

FIRST_DAYS = {"JUXIAN_TODAY": "2026-01-15"}


def environment_of(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUXIAN_")}
    return (
        kept
        | FIRST_DAYS
        | {"JUXIAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "juxian.config.settings"}
        | more
    )


def started(home: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    """A command under way, ``module argument …``."""
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        env=environment_of(home, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def juxian(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One command, carried out."""
    process = started(home, "juxian.config.cli", *words, **more)
    out, err = process.communicate()
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def set_up(home: Path, **more: str) -> None:
    """A register with a place, and a roster of three persons whose file is kept."""
    copy_migrated(home, more.get("JUXIAN_DATABASE_URL", ""))
    roster = rosters.plain()
    home.mkdir(exist_ok=True)
    file = home / roster.name
    file.write_bytes(roster.data)
    for words in (
        ("pack", "load", "jiayuguan"),
        ("roster", "import", str(file), "--employer", "jyg-first-hospital", "--accept"),
    ):
        result = juxian(home, *words, **more)
        assert result.returncode == 0, result.stderr
    file.unlink()
