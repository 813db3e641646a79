"""Upgrading while others are at work (升级)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.config.sites import juxian, started
from tests.config.templates import copy_migrated


def test_a_migration_that_does_not_get_its_table_steps_back_and_tries_again(
    tmp_path: Path, new_database: Callable[[], str]
) -> None:
    """Whoever reads in the meantime is not kept waiting behind it."""
    url = new_database()
    more = {"JUXIAN_DATABASE_URL": url, "JUXIAN_DATABASE_POOL": "false"}
    copy_migrated(tmp_path, url)
    _out, err = started(tmp_path, "django", "migrate", "-v0", "attrition", "zero", **more).communicate()
    assert not err
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as reader:
        other.execute("SELECT 1 FROM accounts_user")
        other.execute(
            "LOCK TABLE accounts_user IN ROW EXCLUSIVE MODE"
        )  # somebody's transaction that goes on for long
        upgrade = started(tmp_path, "juxian.config.cli", "upgrade", **more)
        assert upgrade.stderr is not None

        assert "trying again" in upgrade.stderr.readline()

        assert reader.execute("SELECT count(*) FROM accounts_user").fetchone() == (0,)
        other.rollback()
        _out, err = upgrade.communicate()
        assert upgrade.returncode == 0, err
    status = juxian(tmp_path, "invariants", **more)
    assert status.returncode == 0, status.stderr
