"""The search for what must not be, every night by the worker (每夜核查)."""

from __future__ import annotations

import time
from datetime import timedelta

from juxian.apps.audit.actions import keep_check
from juxian.apps.schedules.registry import periodic
from juxian.config.invariants.result import Scope
from juxian.config.invariants.search import search

NAME = "invariants.check"
EVERY = timedelta(days=1)


def check_and_keep() -> str:
    """Run every check on a sample, keep the counts for auditor and monitoring; returns a line for the schedule."""
    begun, checked = time.monotonic(), 0
    findings: dict[str, int] = {}
    for name, result in search(Scope()):
        checked += result.checked
        findings[name] = len(result.violations)
    kept = keep_check(checked=checked, findings=findings, seconds=round(time.monotonic() - begun, 3))
    return f"{len(findings)} checks, {kept.violations} violations"


def every_night() -> None:
    """Called by the worker, which alone may use what stands above the apps."""
    periodic(NAME, EVERY, check_and_keep)
