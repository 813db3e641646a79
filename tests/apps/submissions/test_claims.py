"""Claims of one key at the same moment: one carries out, the others are told (SQLite and PostgreSQL)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from juxian.apps.clock import now
from juxian.apps.schedules.registry import registered
from juxian.apps.submissions import actions
from juxian.apps.submissions.actions import claim
from juxian.apps.submissions.models import Submission
from tests.config.sites import started
from tests.config.templates import copy_migrated
from tests.docs.pages import ROOT


def raced(home: Path, **more: str) -> list[str]:
    """What eight threads were told of the same form."""
    more = {"JUXIAN_SECRET_KEY": "only-for-tests-" + "0" * 40} | more
    copy_migrated(home, more.get("JUXIAN_DATABASE_URL", ""))
    race = started(home, "tests.apps.submissions.race", PYTHONPATH=str(ROOT), **more)
    out, err = race.communicate()
    assert race.returncode == 0, err
    return json.loads(out)


def test_eight_at_once_come_to_one_result_on_sqlite(tmp_path):
    told = raced(tmp_path)

    assert len(told) == 8
    assert len(set(told)) == 1


def test_eight_at_once_come_to_one_result_on_postgresql(tmp_path, new_database):
    told = raced(tmp_path, JUXIAN_DATABASE_URL=new_database(), JUXIAN_DATABASE_POOL="false")

    assert len(told) == 8
    assert len(set(told)) == 1


@pytest.mark.django_db
def test_old_keys_are_forgotten_every_day(monkeypatch):
    monkeypatch.setattr(actions, "PART", 2)
    old = [claim(owner=1, key=letter * 32, content="c").pk for letter in "abc"]
    young = claim(owner=1, key="d" * 32, content="c")
    Submission.objects.filter(pk__in=old).update(at=now() - actions.KEPT - timedelta(days=1))

    job = registered()["submissions.forget"]

    assert (job.every, job.run()) == (timedelta(days=1), 3)
    assert list(Submission.objects.all()) == [young]
