"""``juxian upgrade``: bring database and static files up to this version (升级)."""

from __future__ import annotations

import argparse
import sys
from typing import Any


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
    call_command("migrate", verbosity=0, interactive=False)
    _index_register()
    manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES["staticfiles"]["BACKEND"] = manifest
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)


def _index_register() -> None:
    """A register from before full text search gets its index, once."""
    from juxian.apps.persons.indexing import index_everybody  # deferred: Django is set up by now
    from juxian.apps.persons.models import Person, SearchTerm

    if not SearchTerm.objects.exists() and Person.objects.exists():
        for done in index_everybody():
            print(f"{done:,} 人已建检索 persons indexed …", file=sys.stderr)
