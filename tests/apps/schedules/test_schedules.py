"""Periodic work is done once when it is due, and is taken over from a worker that died."""

from __future__ import annotations

from datetime import timedelta

import pytest

from juxian.apps.clock import now
from juxian.apps.schedules import registry
from juxian.apps.schedules.actions import LEASE, carry_out, lease_due
from juxian.apps.schedules.models import Schedule
from juxian.apps.schedules.registry import periodic
from juxian.apps.schedules.tasks import enqueue_due

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_jobs(monkeypatch):
    monkeypatch.setattr(registry, "_jobs", {})


def test_due_work_is_leased_once():
    periodic("tests.job", timedelta(minutes=1), lambda: None)
    queued: list[tuple[str, int]] = []

    for _worker in range(2):
        lease_due(lambda name, fence: queued.append((name, fence)))

    assert queued == [("tests.job", 1)]


def test_finished_work_is_due_again_after_its_interval():
    periodic("tests.job", timedelta(minutes=1), lambda: "3 rows")

    first, at_once = enqueue_due(), enqueue_due()
    later = lease_due(lambda _name, _fence: None, at=now() + timedelta(seconds=61))

    assert (first, at_once, later) == (["tests.job"], [], ["tests.job"])
    assert Schedule.objects.get().outcome == "3 rows"


def test_work_of_a_dead_worker_is_taken_over_and_the_dead_one_does_nothing():
    done: list[str] = []
    periodic("tests.job", timedelta(minutes=1), lambda: done.append("done"))
    fences: list[int] = []
    lease_due(lambda _name, fence: fences.append(fence))

    lease_due(lambda _name, fence: fences.append(fence), at=now() + LEASE + timedelta(seconds=1))
    carry_out("tests.job", fences[0])
    assert done == []
    carry_out("tests.job", fences[1])

    assert (fences, done) == ([1, 2], ["done"])


def test_a_failure_leaves_other_work_alone():
    done: list[str] = []

    def fail() -> None:
        raise ValueError("broken")

    periodic("tests.a", timedelta(minutes=1), fail)
    periodic("tests.b", timedelta(minutes=1), lambda: done.append("b"))

    enqueue_due()

    assert done == ["b"]
    assert Schedule.objects.get(name="tests.a").finished_at is None


def test_work_that_is_no_longer_registered_rests():
    Schedule.objects.create(name="tests.gone", due_at=now())

    assert enqueue_due() == []
