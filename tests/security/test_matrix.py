"""Everybody × every address × GET and POST × page and fragment × own and foreign objects (权限矩阵).

The expectations stand in matrix.yaml; nothing here says who may do what.
"""

from __future__ import annotations

import re
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.urls import reverse

from juxian.apps.accounts.enums import Role
from juxian.web.kit.access import EVERYBODY, open_to
from tests.browser import text_of
from tests.security.bodies import BODIES, body_of
from tests.security.matrix import METHODS, OUTCOMES, Function, Outcome, addresses, read_matrix
from tests.security.world import (
    ELSEWHERE_NUMBER,
    HOME_NUMBER,
    NAMES,
    Objects,
    World,
    snapshot,
    undone,
    watched,
)

MATRIX = read_matrix()
SHAPES = {"page": {}, "fragment": {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}}
HERE_ACTORS = [actor for actor in MATRIX.actors if not actor.endswith("_elsewhere")]
WITH_FOREIGN = [function for function in MATRIX.functions.values() if function.foreign is not None]
OF_UNITS = [function for function in MATRIX.functions.values() if function.other_unit is not None]
WRITERS = [function for function in MATRIX.functions.values() if function.writes]
_CHANGING = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|X-CSRFToken[^}]*}|nonce="[\w-]+"')


def of_function(function: Function) -> str:
    return function.name


# the file and the URL configuration


def test_every_address_has_a_name() -> None:
    assert [item.route for item in addresses() if not item.name or item.name.endswith(":")] == []


def test_no_name_has_two_addresses() -> None:
    names = [item.name for item in addresses()]

    assert sorted(names) == sorted(set(names))


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    assert {item.name for item in addresses()} ^ set(MATRIX.functions) == set()


def test_every_address_declares_whom_it_is_open_to() -> None:
    assert [item.name for item in addresses() if open_to(item.view) is None] == []


def test_every_role_is_an_actor() -> None:
    assert set(Role.values) <= set(MATRIX.actors)


def test_the_file_says_known_things_only() -> None:
    for function in MATRIX.functions.values():
        for line in function.outcomes.values():
            assert set(line) <= {*MATRIX.actors, "others"}, function.name
            assert set(line.values()) <= set(OUTCOMES), function.name
            assert "others" in line or set(line) == set(MATRIX.actors), function.name


def test_the_parts_of_every_address_are_named() -> None:
    assert {item.name: set(item.parts) for item in addresses()} == {
        function.name: set(function.address) for function in MATRIX.functions.values()
    }


def test_the_file_agrees_with_what_views_declare() -> None:
    for item in addresses():
        function, declared = MATRIX.functions[item.name], open_to(item.view)
        if declared == {"token"}:
            assert {value for line in function.outcomes.values() for value in line.values()} <= {401, 405}
            continue
        served = {
            actor
            for actor in Role.values
            for method in METHODS
            if function.outcome(method, actor)
            in ("allow", 404, 405)  # 404: let in, and the object is another's
        }
        assert declared in (EVERYBODY, served), item.name


# the requests


def ask(
    world: World, function: Function, method: str, actor: str, shape: str, objects: Objects, **found: Any
) -> HttpResponse:
    """One request of the actor for the function on the objects, with valid content where it is a POST."""
    address = reverse(function.name, kwargs=objects.arguments(function.address, **found))
    client, headers = world.client(actor), SHAPES[shape]
    if method == "GET":
        return client.get(address, headers=headers)
    return client.post(address, body_of(function.name, objects, world.users[actor]), headers=headers)


def outcome_of(answer: HttpResponse) -> Outcome:
    """The word of the matrix for an answer; a status that has none stands for itself."""
    onward = answer.headers.get("Location") or answer.headers.get("HX-Redirect") or ""
    if answer.status_code in (204, 302, 303) and onward:
        if onward.startswith(reverse("sign-in")):
            return "sign-in"
        return "allow" if onward.startswith("/") and not onward.startswith("//") else onward
    return "allow" if answer.status_code in (200, 422) else answer.status_code


def told(
    expected: Outcome, world: World, function: Function, method: str, actor: str, objects: Objects
) -> list[str]:
    """What differs from the matrix, as page and as fragment; also that a refused request changed something."""
    wrong = []
    for shape in SHAPES:
        with undone(), watched() as writes:
            answer = ask(world, function, method, actor, shape, objects)
            page, got = text_of(answer), outcome_of(answer)
            faults = shown_to_strangers(page, actor)
            if objects is world.there and actor in HERE_ACTORS and NAMES["zigui"] in page:
                faults.append("shows somebody of another place")
            if got != expected:
                faults.append(f"{got} instead of {expected}")
            if expected != "allow" and writes and snapshot() != world.untouched:
                faults.append("refused, but changed something")
        wrong += [f"{method} {actor} {shape}: {fault}" for fault in faults]
    return wrong


@pytest.mark.parametrize("function", MATRIX.functions.values(), ids=of_function)
def test_an_actor_gets_what_the_matrix_says(world: World, function: Function) -> None:
    wrong = [
        fault
        for actor, method in product(MATRIX.actors, METHODS)
        for fault in told(function.outcome(method, actor), world, function, method, actor, world.here)
    ]

    assert wrong == []


def serving(function: Function, method: str) -> str:
    """Somebody of this place whom the function serves; the office where it does."""
    actors = ["office", *HERE_ACTORS]
    return next(actor for actor in actors if function.outcome(method, actor) == "allow")


@pytest.mark.parametrize("function", WITH_FOREIGN, ids=of_function)
def test_objects_of_another_place_are_not_found(world: World, function: Function) -> None:
    wrong = [
        fault
        for actor, method in product(HERE_ACTORS, METHODS)
        for fault in told(
            function.outcome_for_foreign(method, actor), world, function, method, actor, world.there
        )
    ]

    assert wrong == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("function", OF_UNITS, ids=of_function)
def test_rosters_of_another_employer_are_not_found(world: World, function: Function, method: str) -> None:
    expected = function.other_unit if function.outcome(method, "employer") == "allow" else 405

    for shape in SHAPES:
        with watched() as writes:
            answer = ask(world, function, method, "employer", shape, world.here, batch=world.here.unit_batch)

        assert outcome_of(answer) == expected, shape
        assert not writes or snapshot() == world.untouched, shape


@pytest.mark.parametrize("function", [item for item in WITH_FOREIGN if item.foreign == 404], ids=of_function)
def test_what_is_foreign_looks_like_what_does_not_exist(world: World, function: Function) -> None:
    method = "GET" if "allow" in function.outcomes["GET"].values() else "POST"
    actor = serving(function, method)
    nowhere = {part: _nothing_of(kind) for part, kind in function.address.items()}
    client, address = world.client(actor), reverse(function.name, kwargs=nowhere)
    missing = client.post(address) if method == "POST" else client.get(address)

    foreign = ask(world, function, method, actor, "page", world.there)

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert _CHANGING.sub("", foreign.content.decode()) == _CHANGING.sub("", missing.content.decode())


@pytest.mark.parametrize("function", WRITERS, ids=of_function)
def test_an_allowed_request_writes(world: World, function: Function) -> None:
    """So that the refusals above are not refusals of a request that would have done nothing."""
    assert any(written_by(world, function, actor) for actor in MATRIX.actors if allowed(function, actor))


def allowed(function: Function, actor: str) -> bool:
    """The actor may do it, with objects of the own place."""
    here = actor.removesuffix("_elsewhere")
    return function.outcome("POST", here) == "allow" and (here == actor or function.foreign is not None)


def written_by(world: World, function: Function, actor: str) -> bool:
    """Whether the actor's valid request on the own place changed something; taken back afterwards."""
    objects = world.there if actor.endswith("_elsewhere") else world.here
    with undone(), watched() as writes:
        answer = ask(world, function, "POST", actor, "page", objects)
        return answer.status_code in (200, 303) and bool(writes) and snapshot() != world.untouched


def test_what_writes_is_carried_out_once_or_says_why_a_repetition_does_no_harm() -> None:
    keyed = {item.name for item in addresses() if getattr(item.view, "once", False)}

    assert {
        function.name for function in WRITERS if bool(function.again) == (function.name in keyed)
    } == set()
    assert keyed <= {function.name for function in WRITERS}


def test_head_is_answered_like_get_and_other_methods_are_refused(world: World) -> None:
    for function in MATRIX.functions.values():
        address = reverse(function.name, kwargs=world.here.arguments(function.address))
        client = world.client("office")
        if function.outcome("GET", "office") == "allow":
            assert client.head(address).status_code == client.get(address).status_code, function.name
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
            with watched() as writes:
                assert client.generic(method, address).status_code in (403, 404, 405), function.name
            assert not writes or snapshot() == world.untouched, function.name


def test_an_auditor_reads_nothing_of_another_place(world: World) -> None:
    page = world.client("auditor").get(reverse("desk:audit")).content.decode()

    assert str(world.here.office) in page
    assert str(world.there.office) not in page


def test_every_body_belongs_to_a_function_that_writes() -> None:
    others = {
        "seek",  # keeps words in the session; without a page to lead to it is not there
        "first-password",  # nobody of the world has a one-time code
    }
    assert set(BODIES) == {function.name for function in WRITERS} | others


def shown_to_strangers(page: str, actor: str) -> list[str]:
    """Names and numbers of persons on a page of somebody who may not see the person."""
    elsewhere = actor.endswith("_elsewhere")
    own, other = (NAMES["zigui"], NAMES["jiayuguan"]) if elsewhere else (NAMES["jiayuguan"], NAMES["zigui"])
    role = actor.removesuffix("_elsewhere")
    hidden = {other}
    if role not in ("office", "department", "employer", "leader", "person"):
        hidden.add(own)
    hidden |= {HOME_NUMBER} if actor != "office" else set()
    hidden |= {ELSEWHERE_NUMBER} if actor != "office_elsewhere" else set()
    return [f"shows {word}" for word in sorted(hidden) if word in page]


def _nothing_of(kind: str) -> Any:
    return {
        "person": "XX99999999",
        "policy": "no-such-policy",
        "service": "no-such-service",
        "kind": "education",
        "file": UUID(int=0),
    }.get(kind, 999_999_999)
