"""A step looks at the row as it is when it is taken: a second tab with the same form takes it no second time (写入时再检查)."""

from __future__ import annotations

import hashlib
from collections.abc import Container
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from tests.security.bodies import body_of
from tests.security.matrix import Function, read_matrix
from tests.security.test_matrix import allowed
from tests.security.world import OWN_TABLES, World, undone, written

# these add, or keep what was said last; a second one is a second one, and the reason why that does no harm
ADDING = {
    "portal:ask": "two questions of a visitor are two cases",
    "portal:bulk-new": "two lists are two lists; a person in both is refused when it is begun",
    "portal:correct": "each proposal is decided by the office",
    "desk:fact-add": "a statement said twice stands there twice, each with its source; the page shows both",
    "desk:housing-photos": "two photographs",
    "desk:housing-inspect": "two visits on one day",
    "desk:draft-begin": "two drafts; one that is submitted later says what it began from",
    "desk:draft-simulate": "another working out of the same draft",
    **dict.fromkeys(
        (
            "portal:housing-report",
            "portal:apply",
            "portal:together",
            "portal:together-form",
            "portal:basket-put",
        ),
        "a draft of one's own, written over",
    ),
    "desk:import-mapping": "the mapping that was said last holds, and the rows are read anew",
    "desk:grant-account": "details that nobody has confirmed are replaced by those handed in later",
    "desk:account-code": "a new code ends the one before",
    "desk:rating-reply": "a later reply replaces the earlier one",
    "desk:collective-equip": "two pieces of one name are two",
    "desk:attrition-warning": "two notes are two, each with who wrote it; one form leaves one",
    "portal:privacy-consent": "every word of the person is kept, and the last holds",
}
MATRIX = read_matrix()
STEPS = [function for function in MATRIX.functions.values() if function.writes and function.address]


def rows(tables: Container[str] | None = None) -> dict[str, str]:
    """Table → digest of its rows, of these tables or all; entries of the audit log and counts of refusals aside."""
    kept = set(connection.introspection.table_names()) - OWN_TABLES - {"audit_auditentry", "audit_refusal"}
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table in kept and (tables is None or model._meta.db_table in tables):
            held = repr(list(model._base_manager.order_by("pk").values_list())).encode()
            found[model._meta.db_table] = hashlib.sha256(held).hexdigest()
    return found


@pytest.fixture(scope="module")
def before(committed: World, django_db_blocker: Any) -> dict[str, str]:
    """The rows of the world as every test finds it."""
    with django_db_blocker.unblock():
        return rows()


def changed_again(world: World, function: Function, before: dict[str, str]) -> list[str] | None:
    """Tables that the second tab changed; None when the first did nothing either."""
    for actor in MATRIX.actors:
        if not allowed(function, actor) or actor.endswith("_elsewhere"):
            continue
        with undone():
            body: Any = body_of(function.name, world.here, world.users[actor])
            address = reverse(function.name, kwargs=world.here.arguments(function.address))
            client = world.client(actor, raise_request_exception=False)
            with written() as tables:
                client.post(address, body)
            once = before | rows(tables)
            if once == before:
                continue
            for value in body.values():
                if hasattr(value, "seek"):
                    value.seek(0)
            with written() as tables:
                answer = client.post(address, body)
            twice = rows(tables)
            assert answer.status_code < 500, function.name
            return sorted(table for table in twice if twice[table] != once[table])
    return None


@pytest.mark.parametrize("function", STEPS, ids=lambda function: function.name)
def test_a_step_that_was_taken_is_not_taken_again(
    world: World, function: Function, before: dict[str, str]
) -> None:
    changed = changed_again(world, function, before)

    if function.name in ADDING:
        assert changed, "it is no longer one of those that add"
    else:
        assert not changed, f"{function.does}: {changed}"
