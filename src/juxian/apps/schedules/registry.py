"""Periodic work is named by the app that does it (定时工作登记).

An app registers in ``AppConfig.ready``: ``periodic("services.timers", timedelta(seconds=30), sweep_timers)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

_jobs: dict[str, Periodic] = {}


@dataclass(frozen=True, slots=True)
class Periodic:
    """run: does a part of the work and returns what it did, for the log; has to bear being run again."""

    name: str
    every: timedelta
    run: Callable[[], object]


def periodic(name: str, every: timedelta, run: Callable[[], object]) -> None:
    """A later registration of the same name replaces the earlier one."""
    _jobs[name] = Periodic(name, every, run)


def registered() -> dict[str, Periodic]:
    return dict(sorted(_jobs.items()))
