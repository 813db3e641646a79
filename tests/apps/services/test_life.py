"""A simulated life with crashes and a changed rule ends in the same hash every time, and in another for another seed."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from juxian.apps.services.models import Case, CaseEvent, Definition
from tests.apps.services.life import made
from tests.apps.services.stage import Stage

START, DAYS, CASES = date(2024, 6, 3), 60, 30


def lived(stage: Stage, seed: int, monkeypatch) -> tuple[str, int, list[str], int]:
    """Hash, crashes, results, versions of the definition; everything is taken back."""
    monkeypatch.setattr("benchmarks.case_life.CRASH", 4)
    with transaction.atomic():
        life = made(stage, seed)
        found = life.live(START, DAYS, CASES)
        assert Case.objects.count() == CASES
        assert CaseEvent.objects.filter(action="submit").count() == CASES
        results = sorted(set(Case.objects.values_list("result", flat=True)))
        told = found, life.crashes, results, Definition.objects.count()
        transaction.set_rollback(True)
    return told


def test_equal_seeds_end_in_equal_hashes(stage: Stage, monkeypatch):
    first, second, other = (lived(stage, seed, monkeypatch) for seed in (1, 1, 2))

    assert first == second
    assert other[0] != first[0]
    assert first[1] > 0
    assert "granted" in first[2]
    assert first[3] == 2


@pytest.fixture(autouse=True)
def quiet(settings):
    settings.JUXIAN_MAIL_URL = ""
