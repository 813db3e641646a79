"""Periodic work as background jobs: a failure is kept with its trace, other work goes on (后台执行)."""

from __future__ import annotations

from django_tasks import task

from juxian.apps.schedules.actions import carry_out, lease_due


@task()
def run_schedule(name: str, fence: int) -> None:
    carry_out(name, fence)


def enqueue_due() -> list[str]:
    """Put everything that is due into the queue of background jobs; returns the names."""
    return lease_due(lambda name, fence: run_schedule.enqueue(name, fence))
