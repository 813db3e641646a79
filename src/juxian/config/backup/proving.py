"""Proving an archive: restored into a temporary place, counted, and searched for violations (核验备份)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from juxian.config.backup.archive import Manifest
from juxian.config.backup.keys import key_of
from juxian.config.backup.postgresql import throw_away_database
from juxian.config.backup.problems import refusal
from juxian.config.backup.restoring import given_key, opened, refuse_other_key, restore
from juxian.config.backup.workspace import private_file, workspace
from juxian.config.environment import AWAITED, FIELDS_KEY
from juxian.core.text import Text


@dataclass(frozen=True, slots=True)
class Proof:
    """What a check found. difference: the first one, None when everything fits. key_tried: sealed values were opened."""

    manifest: Manifest
    key_tried: bool
    difference: Text | None
    checks: dict[str, int]


def prove(archive: Path, home: Path, url: str, key_file: Path | None, *, every: bool) -> Proof:
    """Restore an archive into a temporary place and examine it there.

    home: where the key is looked for, nothing else of it is read. url: a server of PostgreSQL, for an archive of
    PostgreSQL, on which a temporary database is made. every: derive every profile again instead of a sample.
    Raises ``Rejected`` where the archive is damaged, newer or sealed with another key.
    """
    key = given_key(key_file) or key_of(home)
    manifest = opened(archive, key)
    refuse_other_key(manifest, key)
    with ExitStack() as stack:
        place = stack.enter_context(workspace(Path(tempfile.gettempdir())))
        temporary = place / "home"
        target = ""
        if manifest.vendor == "postgresql":
            if not url:
                raise refusal(
                    "B113",
                    "备份来自 postgresql，核验需要 JUXIAN_DATABASE_URL 指向一台服务器。",
                    "The archive is of postgresql; a check needs JUXIAN_DATABASE_URL to name a server.",
                )
            target = stack.enter_context(throw_away_database(url))
        restore(archive, temporary, target, _copied_key(key, place))
        words, checks = _examine(temporary, target, key is not None, every=every)
    return Proof(manifest, key is not None, words, checks)


def _copied_key(key: bytes | None, place: Path) -> Path | None:
    if key is None:
        return None
    copy = place / FIELDS_KEY
    with private_file(copy) as file:
        file.write(key)
    return copy


def _examine(home: Path, url: str, with_key: bool, *, every: bool) -> tuple[Text | None, dict[str, int]]:
    """Bring the temporary place up to this version and search it, in processes of their own."""
    if not with_key:  # nothing sealed is opened then; any key lets the program start
        (home / "keys" / AWAITED).unlink()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUXIAN_")}
    environment |= {"JUXIAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "juxian.config.settings"}
    for name in ("JUXIAN_PACKS", "JUXIAN_TODAY"):
        if name in os.environ:
            environment[name] = os.environ[name]
    if url:
        environment["JUXIAN_DATABASE_URL"] = url
    migrated = _run(["django", "migrate", "-v0", "--no-input"], environment)
    if migrated.returncode:
        said = migrated.stderr.strip().splitlines()[-1:]
        return Text(f"无法升级到本版本：{said}", f"cannot be brought to this version: {said}"), {}
    options = (["--all"] if every else []) + ([] if with_key else ["--without-key"])
    result = _run(["juxian.config.cli", "invariants", "--json", *options], environment)
    try:
        found: dict[str, Any] = json.loads(result.stdout)
    except ValueError:
        said = result.stderr.strip().splitlines()[-1:]
        return Text(f"核查没有完成：{said}", f"the search did not finish: {said}"), {}
    checks = {check["name"]: check["checked"] for check in found["checks"]}
    broken = [violation for check in found["checks"] for violation in check["violations"]]
    return (Text(broken[0]["zh"], broken[0]["en"]) if broken else None), checks


def _run(module: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *module]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
