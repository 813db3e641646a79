"""The container file: no rights, a health check, and nothing but what is locked."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Containerfile").read_text(encoding="utf-8")


def test_it_runs_without_rights_and_says_whether_it_works() -> None:
    last = TEXT[TEXT.rindex("\nFROM ") :]

    assert re.search(r"^USER 10001$", last, re.M)
    assert re.search(r"^VOLUME /data$", last, re.M)
    assert "HEALTHCHECK" in last
    assert "--format docker" in TEXT  # images of the other format forget the health check
    assert "/healthz" in last


def test_only_locked_packages_are_installed() -> None:
    installs = [line for line in TEXT.splitlines() if "pip install" in line]

    assert installs
    assert all("--require-hashes" in line and "--only-binary :all:" in line for line in installs)
    assert not re.search(r"\b(curl|wget|apt-get|ADD https?)\b", TEXT)


def test_what_is_copied_exists_and_what_is_private_stays_out() -> None:
    copied = re.findall(r"^COPY (\S+) \S+$", TEXT, re.M)
    ignored = (ROOT / ".containerignore").read_text().split()

    assert {"requirements.txt", "src", "packs"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied if "[" not in name)
    assert {".git", "var"} <= set(ignored)
    assert (ROOT / ".dockerignore").read_text().split() == ignored
