"""A zero byte in what is posted is refused or left out: PostgreSQL takes it in no text (零字节)."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.security.bodies import body_of
from tests.security.matrix import Function
from tests.security.test_mass_assignment import register_as_it_is
from tests.security.test_matrix import WRITERS, serving
from tests.security.world import World, undone, written

ZERO = "\0"
READ_BY_HAND = {  # texts that a view reads without a form, and that the body of the function leaves out
    "desk:outbox-decide": {"decision": "stop", "reason": "核对"},
    "desk:case-act": {"mark": "account", "note-account": "看不清"},
}


def texts(body: dict[str, Any]) -> list[str]:
    return [name for name, value in body.items() if isinstance(value, str) and name != "once"]


@pytest.mark.parametrize("function", WRITERS, ids=lambda function: function.name)
def test_no_zero_byte_is_kept_or_breaks_a_page(world: World, function: Function) -> None:
    actor, wrong = serving(function, "POST"), []
    client = world.client(actor, raise_request_exception=False)
    address = reverse(function.name, kwargs=world.here.arguments(function.address))
    names = texts(dict(body_of(function.name, world.here, world.users[actor])))
    for name in {**dict.fromkeys(names), **READ_BY_HAND.get(function.name, {})}:
        with undone(), written() as tables:
            body = dict(body_of(function.name, world.here, world.users[actor]))
            body |= READ_BY_HAND.get(function.name, {})
            answer = client.post(address, body | {name: f"{body[name]}{ZERO}x"})
            if answer.status_code >= 500:
                wrong.append(f"{name}: {answer.status_code}")
            if repr(ZERO)[1:-1] in repr(register_as_it_is(tables)):
                wrong.append(f"{name}: kept")

    assert wrong == []
