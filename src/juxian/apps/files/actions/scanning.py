"""Asking a virus scanner (查毒): any command that reads a file from standard input.

``JUXIAN_ANTIVIRUS``, e.g. ``clamdscan --no-summary -``. Exit status 0 is clean, 1 infected, anything else no answer: the
file stays held back and is asked about again.
"""

from __future__ import annotations

import shlex
import subprocess

from django.conf import settings
from django.db import transaction

from juxian.apps.audit.actions import record
from juxian.apps.files.enums import Scan
from juxian.apps.files.models import StoredFile
from juxian.apps.files.queries import bytes_of

CLEAN, INFECTED = 0, 1
SECONDS = 120


def scan_file(*, file: StoredFile) -> str:
    """Ask about one file that waits; returns its state afterwards."""
    answer = _ask(bytes_of(file)) if file.scan == Scan.WAITING and file.removed_at is None else None
    state = {CLEAN: Scan.CLEAN, INFECTED: Scan.INFECTED}.get(answer) if answer is not None else None
    if state is None:
        return file.scan
    with transaction.atomic():
        changed = StoredFile.objects.filter(pk=file.pk, scan=Scan.WAITING).update(scan=state)
        if changed and state is Scan.INFECTED:
            record(
                "files.infected",
                subject=file,
                organisation_path=file.home.path,
                detail={"purpose": file.purpose, "sha256": file.sha256},
            )
    return state


def scan_waiting_files() -> int:
    """Ask about every file that waits; returns how many have an answer now."""
    waiting = StoredFile.objects.filter(scan=Scan.WAITING, removed_at=None).select_related("home")
    return sum(scan_file(file=file) != Scan.WAITING for file in waiting.order_by("pk"))


def _ask(data: bytes) -> int | None:
    """Exit status of the scanner; None when it did not answer."""
    command = shlex.split(settings.JUXIAN_ANTIVIRUS)
    if not command:
        return None
    try:
        return subprocess.run(
            command, input=data, capture_output=True, timeout=SECONDS, check=False
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return None
