"""Two at once (并发): the second request runs whole between what the first has read and its first lock or write.

That is the worst order two requests can come in where a database does not serialise them, for every function that writes; locks are
seen because the database of the tests is told to mark them. The databases themselves are raced by the tests named *race* of the apps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from tests.security.bodies import body_of
from tests.security.matrix import Function
from tests.security.test_matrix import allowed
from tests.security.test_present_state import ADDING, MATRIX, STEPS
from tests.security.world import OWN_TABLES, World, undone

LOCK = "/* for update */"
LOCKS = re.compile(r"/\* for update \*/|^(?:INSERT INTO|UPDATE|DELETE FROM) \"?(?P<table>\w+)")
NOT_OURS = OWN_TABLES | {"submissions_submission"}


def sizes() -> dict[str, int]:
    """Table → number of rows; entries of the audit log and counts of refusals aside."""
    kept = set(connection.introspection.table_names()) - OWN_TABLES - {"audit_auditentry", "audit_refusal"}
    return {
        model._meta.db_table: model._base_manager.count()
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table in kept
    }


@pytest.fixture
def marked_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """``select_for_update`` leaves a comment in the statement where the database has no locks of rows."""
    if connection.vendor != "sqlite":
        pytest.skip("marks stand for locks where there are none")
    for name in ("", "_of", "_nowait", "_skip_locked"):
        monkeypatch.setattr(connection.features, f"has_select_for_update{name}", True, raising=False)
    monkeypatch.setattr(connection.features, "has_select_for_no_key_update", True, raising=False)
    monkeypatch.setattr(connection.ops, "for_update_sql", lambda **_more: LOCK)


@contextmanager
def before_the_first_lock(other: Any) -> Iterator[list[bool]]:
    """``other`` is called once, when the code inside is about to lock or to write."""
    called: list[bool] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = LOCKS.search(sql)
        if found and not called and found["table"] not in NOT_OURS:
            called.append(True)
            other()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield called


def doubled(world: World, function: Function) -> list[str] | None:
    """Tables that have more rows after two at once than after one; None when a request did nothing.

    Fewer are none of our concern: where the first is refused in the end, its transaction takes the second with it, which has run inside.
    """
    before = sizes()
    for actor in MATRIX.actors:
        if not allowed(function, actor) or actor.endswith("_elsewhere"):
            continue
        address = reverse(function.name, kwargs=world.here.arguments(function.address))

        def post(actor: str = actor, address: str = address) -> None:
            body: Any = body_of(function.name, world.here, world.users[actor])
            answer = world.client(actor, raise_request_exception=False).post(address, body)
            assert answer.status_code < 500, (function.name, answer.content[:500])

        with undone():
            post()
            once = sizes()
        if once == before:
            continue
        with undone(), before_the_first_lock(post) as called:
            post()
            twice = sizes()
        assert called
        return sorted(table for table in twice if twice[table] > max(once[table], before[table]))
    return None


@pytest.mark.parametrize(
    "function", [function for function in STEPS if function.name not in ADDING], ids=lambda item: item.name
)
@pytest.mark.usefixtures("marked_locks")
def test_two_at_once_leave_no_more_than_one(world: World, function: Function) -> None:
    assert not doubled(world, function), function.does
