"""What an installation makes, above all its keys, is no part of the repository (密钥不入库)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OF_AN_INSTALLATION = ("*.key", "*.pem", "*.sqlite3*", "*.log", "*.env", ".env", "*.tar.zst", "*.tar.gz")


def test_no_key_and_no_database_is_kept_beside_the_code() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: nothing tells what belongs to the repository")
    kept = subprocess.run(
        ["git", "ls-files", *OF_AN_INSTALLATION], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert kept.stdout.splitlines() == []
