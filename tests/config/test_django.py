"""The settings are in order, models and migrations agree, and migrations run back to nothing and forth again."""

from __future__ import annotations

import ast
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from tests.config.sites import environment_of
from tests.config.templates import DATABASE, copy_migrated, migrating
from tests.docs.pages import ROOT


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def command(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("JUXIAN_")}
    settings = {"JUXIAN_HOME": str(home), "DJANGO_SETTINGS_MODULE": "juxian.config.settings"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "django", *arguments],
        env=kept | settings | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_settings_of_production_have_no_weakness(tmp_path: Path) -> None:
    production = {
        "JUXIAN_PUBLIC_ADDRESS": "https://talent.example",
        "JUXIAN_ALLOWED_HOSTS": '["talent.example"]',
        "JUXIAN_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    }

    result = command(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **production)

    assert (result.returncode, result.stderr) == (0, "")


SHOWN = """
import gc, sys
heavy = {"duckdb", "numpy", "polars", "pypdf", "pypinyin", "sqlglot"}
print(gc.isenabled(), gc.get_freeze_count() > 100_000, *sorted(heavy & set(sys.modules)))
"""


@pytest.mark.parametrize(
    "start", ["from juxian.config.cli import setup_django; setup_django()", "import juxian.config.wsgi"]
)
def test_a_start_reads_no_dictionaries_loads_no_engine_and_leaves_nothing_to_look_through(
    tmp_path: Path, start: str
) -> None:
    (tmp_path / "static").mkdir()
    environment = {"JUXIAN_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "juxian.config.settings"}
    result = subprocess.run(
        [sys.executable, "-c", start + SHOWN],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.stdout.split(), result.stderr) == (["True", "True"], "")


PLAIN_MIGRATE = """
from juxian.config.cli import setup_django  # which looks less for garbage than Django alone
setup_django()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
call_command(Command(), verbosity=0)
"""
BACK_AND_FORTH = """
import sys
from juxian.config.cli import setup_django
setup_django()
from django.core.management import call_command
for label in sys.argv[1:]:
    call_command("migrate", label, "zero", verbosity=0)
call_command("migrate", verbosity=0)
"""


def tables(home: Path) -> list[tuple[str, ...]]:
    """Every table, index and trigger of the database, with the words that made it."""
    with closing(sqlite3.connect(home / DATABASE)) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall()


def test_an_empty_database_is_set_up_as_django_itself_does_it(tmp_path: Path) -> None:
    plain, quick = tmp_path / "plain", tmp_path / "quick"
    plain.mkdir()
    settings = {"JUXIAN_HOME": str(plain), "DJANGO_SETTINGS_MODULE": "juxian.config.settings"}
    subprocess.run([sys.executable, "-c", PLAIN_MIGRATE], env=os.environ | settings, check=True)
    copy_migrated(quick)  # by our own command

    assert len(tables(plain)) > 500
    assert tables(quick) == tables(plain)


def test_a_template_is_made_anew_when_anything_that_migrations_import_changes() -> None:
    known = {
        path.relative_to(ROOT / "src").with_suffix("").as_posix().replace("/", ".") for path in migrating()
    }

    imported = {
        name
        for path in migrating()
        if path.parent.name == "migrations"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [it.name for it in node.names]
        )
        if name.startswith("juxian.")
    }

    assert imported >= {"juxian.apps.at_work"}
    assert imported - known == set()


def test_migrations_run_back_and_forth(tmp_path: Path) -> None:
    labels = [config.label for config in apps.get_app_configs() if config.name.startswith("juxian.apps.")]
    copy_migrated(tmp_path)
    before = tables(tmp_path)
    back = ["imports", "policies", "documents", "packs", "audit"]

    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", BACK_AND_FORTH, *back],
        env=environment_of(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")
    assert {name for _kind, name, *_sql in tables(tmp_path)} == {name for _kind, name, *_sql in before}
    assert set(labels) >= {"imports", "audit"}
