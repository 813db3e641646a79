"""Leasing and carrying out periodic work (定时工作的执行)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from juxian.apps.clock import now
from juxian.apps.schedules.models import Schedule
from juxian.apps.schedules.registry import registered

LEASE = timedelta(minutes=10)  # of a worker that is killed; then the work is taken over
LONGEST_OUTCOME = 200


def lease_due(enqueue: Callable[[str, int], object], *, at: datetime | None = None) -> list[str]:
    """Lease every job that is due and hand it to ``enqueue`` (name, fence) in the same transaction; returns the names."""
    moment = at or now()
    _know(registered(), moment)
    free = Q(leased_until=None) | Q(leased_until__lte=moment)
    leased = []
    for name, fence in Schedule.objects.filter(free, due_at__lte=moment).values_list("name", "fence"):
        if name not in registered():
            continue
        with transaction.atomic():
            taken = Schedule.objects.filter(free, name=name, fence=fence).update(
                fence=F("fence") + 1, leased_until=moment + LEASE
            )
            if taken:
                enqueue(name, fence + 1)
                leased.append(name)
    return leased


def carry_out(name: str, fence: int) -> object:
    """Do one leased job; nothing when another worker has taken it over. What it raises leaves the lease to run out."""
    job = registered()[name]
    if not Schedule.objects.filter(name=name, fence=fence, leased_until__isnull=False).exists():
        return None
    outcome = job.run()
    moment = now()
    Schedule.objects.filter(name=name, fence=fence).update(
        due_at=moment + job.every,
        leased_until=None,
        finished_at=moment,
        outcome=("" if outcome is None else str(outcome))[:LONGEST_OUTCOME],
    )
    return outcome


def _know(names: Iterable[str], moment: datetime) -> None:
    known = set(Schedule.objects.values_list("name", flat=True))
    missing = [Schedule(name=name, due_at=moment) for name in names if name not in known]
    if missing:
        Schedule.objects.bulk_create(missing, ignore_conflicts=True)
