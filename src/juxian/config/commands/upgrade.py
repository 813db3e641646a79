"""``juxian upgrade``: bring database and static files up to this version (升级)."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

LONGEST_WAIT_MS = 1000  # for a table: half of what anybody may be kept waiting
PAUSE_SECONDS = 2.0
MOST_TRIES = 150  # five minutes
LOCK_NOT_AVAILABLE = "55P03"


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("upgrade", help="migrate the database and collect static files")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    upgrade()
    from juxian.config.durability import weaknesses  # deferred: Django is set up by now

    for weakness in weaknesses():
        print(weakness.in_language(args.lang), file=sys.stderr)
    print("已升级。" if args.lang == "zh" else "Upgraded.", file=sys.stderr)
    return 0


def upgrade() -> None:
    """Migrate, and collect the static files of this version into the home directory."""
    from django.conf import settings
    from django.core.management import call_command

    settings.JUXIAN_HOME.mkdir(parents=True, exist_ok=True)
    _migrate()
    _index_register()
    manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = manifest
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)


def _migrate() -> None:
    """Migrate while people are at work: whoever waits for a table makes everybody behind wait as well, so a migration that does
    not get its table soon steps back and tries again later; what it had done is rolled back, or found done by the next try."""
    from django.core.management import call_command
    from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections

    from juxian.apps.at_work import check_references, migrate_at_work  # deferred: Django is set up by now

    migrate_at_work(connection)
    for tries_left in reversed(range(MOST_TRIES)):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = {LONGEST_WAIT_MS}")
        try:
            call_command("migrate", verbosity=0, interactive=False)
            check_references(connection)
            return
        except OperationalError as error:
            busy = getattr(error.__cause__, "sqlstate", None) == LOCK_NOT_AVAILABLE
            if not busy or not tries_left:
                raise
            print("表正被占用，稍后重试。· A table is in use; trying again.", file=sys.stderr, flush=True)
            connection.close()
            del connections[
                DEFAULT_DB_ALIAS
            ]  # a migration that failed at its end leaves Django's own still inside a transaction
            time.sleep(PAUSE_SECONDS)


def _index_register() -> None:
    """A register from before full text search gets its index, once."""
    from juxian.apps.persons.indexing import index_everybody  # deferred: Django is set up by now
    from juxian.apps.persons.models import Person, SearchTerm

    if not SearchTerm.objects.exists() and Person.objects.exists():
        for done in index_everybody():
            print(f"{done:,} 人已建检索 persons indexed …", file=sys.stderr)
