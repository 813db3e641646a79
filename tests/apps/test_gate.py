"""A connection that is kept from request to request is left when its file is no longer the database."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from juxian.apps import gate


@pytest.fixture
def kept(tmp_path: Path, monkeypatch, django_db_blocker):
    """A connection to a file, open, as a server process keeps it."""
    values = connections["default"].settings_dict | {"NAME": str(tmp_path / "one.sqlite3"), "OPTIONS": {}}
    connection = DatabaseWrapper(values | {"ENGINE": "django.db.backends.sqlite3"}, "default")
    monkeypatch.setattr(gate, "connection", connection)
    with django_db_blocker.unblock():
        connection.ensure_connection()
        connection.connection.execute("CREATE TABLE t (n)")
        connection.connection.commit()
        yield connection
        connection.close()


def test_it_stays_while_the_file_is_the_same(kept):
    opened = kept.connection

    gate.close_replaced()

    assert kept.connection is opened


def test_it_is_closed_when_another_file_took_its_place(kept, tmp_path):
    place = Path(kept.settings_dict["NAME"])
    place.rename(tmp_path / "before.sqlite3")
    place.touch()

    gate.close_replaced()

    assert kept.connection is None


def test_it_is_closed_when_the_file_is_gone(kept):
    Path(kept.settings_dict["NAME"]).unlink()

    gate.close_replaced()

    assert kept.connection is None


def test_inside_a_transaction_it_stays(kept):
    with kept.cursor():
        kept.in_atomic_block = True
        Path(kept.settings_dict["NAME"]).unlink()

        gate.close_replaced()

        assert kept.connection is not None
        kept.in_atomic_block = False


@pytest.fixture
def passing(monkeypatch):
    """A clock that goes on when one waits alone; tells what was waited for."""
    waited: list[float] = []
    hours = iter(range(1, 1000, 3))
    monkeypatch.setattr(gate.time, "monotonic", lambda: float(next(hours)))
    monkeypatch.setattr(gate.time, "sleep", waited.append)
    return waited


def test_a_batch_leaves_the_turn_for_as_long_as_it_took(kept, passing, monkeypatch):
    monkeypatch.setattr(gate, "writing", nullcontext)

    with gate.taking_turns():
        assert passing == []

    assert passing == [3.0]


def test_a_short_batch_leaves_it_for_as_long_as_those_who_wait_sleep(kept, passing, monkeypatch):
    gate.leave_turn(0.001)

    assert passing == [gate.LONGEST_NAP_SECONDS]


def test_no_turn_is_left_on_postgresql(kept, passing, monkeypatch):
    kept.vendor = "postgresql"

    gate.leave_turn(5)

    assert passing == []


def test_a_batch_within_a_transaction_has_no_turn_to_leave(kept, passing, monkeypatch):
    monkeypatch.setattr(gate, "writing", nullcontext)
    kept.in_atomic_block = True

    with gate.taking_turns():
        pass

    kept.in_atomic_block = False
    assert passing == []
