"""``juxian worker``: carry out background jobs (后台任务)."""

from __future__ import annotations

import argparse
from typing import Any


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("worker", help="carry out background jobs")
    parser.add_argument("--once", action="store_true", help="end when no job is waiting")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from django.core.management import call_command

    call_command("db_worker", batch=args.once, verbosity=0)
    return 0
