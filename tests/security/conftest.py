"""The world of two places, made once for each process that runs these tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from juxian.web.kit import refusals
from tests.security.harvest import Harvest, harvest
from tests.security.world import World, world_of_two_places


@pytest.fixture(scope="package")
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), world_of_two_places() as world:
        yield world


@pytest.fixture(scope="package")
def found(committed: World, django_db_blocker: Any) -> Harvest:
    """Every form and parameter of every page, read once."""
    with django_db_blocker.unblock():
        return harvest(committed)


@pytest.fixture
def world(committed: World, db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world; what a test changes is rolled back. A refusal writes nothing here but what it should not:
    its audit entry has tests of its own (tests/web/kit/test_refusals.py)."""
    monkeypatch.setattr(refusals, "record_refusal", lambda **_entry: None)
    return committed
