"""``juxian worker``: carry out background jobs and periodic work (后台任务)."""

from __future__ import annotations

import argparse
import logging
import threading
from typing import Any

PULSE_SECONDS = 15


def add(subparsers: Any) -> None:
    parser = subparsers.add_parser("worker", help="carry out background jobs and periodic work")
    parser.add_argument("--once", action="store_true", help="end when no job is waiting")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from juxian.config.cli import setup_django  # deferred: cli imports the commands

    setup_django()
    from django.core.management import call_command

    from juxian.apps.schedules.tasks import enqueue_due
    from juxian.config.invariants.nightly import every_night

    every_night()
    ended = threading.Event()
    if args.once:
        enqueue_due()
    else:
        threading.Thread(target=_pulse, args=(ended,), name="pulse", daemon=True).start()
    try:
        call_command("db_worker", batch=args.once, verbosity=0)
    finally:
        ended.set()
    return 0


def _pulse(ended: threading.Event) -> None:
    """Put what is due into the queue, again and again; a database that cannot be reached is tried again."""
    from django.db import DatabaseError, close_old_connections

    from juxian.apps.schedules.tasks import enqueue_due

    while not ended.is_set():
        close_old_connections()
        try:
            enqueue_due()
        except DatabaseError as error:
            logging.getLogger("juxian.worker").warning("periodic work is tried again: %s", error)
        ended.wait(PULSE_SECONDS)
