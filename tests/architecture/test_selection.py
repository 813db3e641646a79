"""Tests that ask the database are those that run again with PostgreSQL (tests/run)."""

from __future__ import annotations

import pytest


def marked(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("database") is not None


def test_who_asks_by_a_fixture_is_marked(request: pytest.FixtureRequest, db: None) -> None:
    assert marked(request)


@pytest.mark.django_db
def test_who_asks_by_a_mark_is_marked(request: pytest.FixtureRequest) -> None:
    assert marked(request)


def test_who_asks_for_none_is_not_marked(request: pytest.FixtureRequest) -> None:
    assert not marked(request)
