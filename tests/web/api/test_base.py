"""Tokens, limits and errors of the API: one shape, never above 499."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from juxian.apps.tokens.actions import revoke_token
from juxian.apps.tokens.models import ApiToken
from tests.web.api.conftest import Ask, secret_of
from tests.web.places import Place

SHAPE = {"code", "message", "problems"}


def error_of(answer) -> dict:
    found = json.loads(answer.content)
    assert set(found) == {"error"}
    assert set(found["error"]) == SHAPE
    return found["error"]


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer jx_", "Bearer jx_wrong", "Basic eDp5", "Bearer " + "x" * 5000, "Bearer jx_é"],
)  # fmt: skip
def test_without_a_token_nothing_is_told(place: Place, header: str) -> None:
    answer = Client().get("/api/v1/policies", headers={"Authorization": header} if header else {})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert error_of(answer)["code"] == "unauthenticated"


def test_a_session_is_no_token(place: Place) -> None:
    assert place.client("office").get("/api/v1/policies").status_code == 401


def test_a_revoked_or_expired_token_opens_nothing(place: Place, ask: Ask, settings) -> None:
    secret = secret_of(place)
    assert ask("GET", "policies", secret=secret).status_code == 200

    revoke_token(token=ApiToken.objects.latest("pk"), by=place.user("system_admin"))
    assert ask("GET", "policies", secret=secret).status_code == 401
    settings.JUXIAN_TODAY = date(2023, 1, 1)

    assert ask("GET", "policies").status_code == 401


def test_a_scope_that_a_token_lacks_is_403(place: Place, ask: Ask) -> None:
    answer = ask(
        "POST", "evaluate", {"people": [{"profile": {}}]}, secret=secret_of(place, ["policies.read"])
    )

    assert answer.status_code == 403
    assert "计算待遇" in error_of(answer)["message"]


def test_the_minute_of_a_token_is_limited(place: Place, ask: Ask) -> None:
    secret = secret_of(place, requests_per_minute=2)

    answers = [ask("GET", "policies", secret=secret) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "60"


def test_the_day_of_a_token_is_limited_in_persons(place: Place, ask: Ask, settings) -> None:
    secret = secret_of(place, persons_per_day=3)
    two = {"people": [{"profile": {}}] * 2}

    first, second = (ask("POST", "evaluate", two, secret=secret).status_code for _ in range(2))
    settings.JUXIAN_TODAY += timedelta(days=1)
    third = ask("POST", "evaluate", two, secret=secret).status_code

    assert (first, second, third) == (200, 429, 200)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"people": [], "people": []}', 400),
        (b'{"people": [{"profile": {"age": NaN}}]}', 400),
        (b"[" * 100_000, 400),
        (b'{"people": [{"profile": {"age": ' + b"9" * 5000 + b"}}]}", 400),
        (b'{"people": []}', 422),
        (b'{"people": "x"}', 422),
        (b'{"people": [{"profile": {}}], "as_of": "1800-01-01"}', 422),
        (b'{"people": [{"profile": {"no such": 1}}]}', 422),
        (b'{"people": [{"profile": {}}], "policies": ["nothing"]}', 422),
        (b"x" * 2_500_001, 413),
    ],
)
def test_a_wrong_body_is_told(ask: Ask, body: bytes, status: int) -> None:
    answer = ask("POST", "evaluate", body)

    assert answer.status_code == status
    error_of(answer)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "no-such-thing", 404),
        ("GET", "policies/no-such-policy", 404),
        ("GET", "policies/%00", 400),
        ("DELETE", "policies", 405),
        ("GET", "evaluate", 405),
        ("PROPFIND", "policies", 405),
    ],
)
def test_what_is_not_there_has_the_same_shape(ask: Ask, method: str, address: str, status: int) -> None:
    answer = ask(method, address)

    assert answer.status_code == status
    error_of(answer)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)
words = st.sampled_from(
    ["people", "profile", "id", "as_of", "policies", "degree", "学历", "age", "received", "honours"]
)
bodies = st.recursive(
    values,
    lambda inner: (
        st.dictionaries(words | st.text(max_size=5), inner, max_size=5) | st.lists(inner, max_size=3)
    ),
)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(bodies, st.sampled_from(["evaluate", "explain"]))
def test_no_body_is_a_fault_of_the_server(ask: Ask, body: object, address: str) -> None:
    for sent in (body, {"people": [{"profile": body}], "profile": body}, {"people": body}):
        answer = ask("POST", address, sent)

        assert answer.status_code in (200, 400, 422), answer.content


def test_the_description_is_open_and_names_every_address(place: Place) -> None:
    answer = Client().get("/api/v1/openapi.json")

    paths = json.loads(answer.content)["paths"]
    assert set(paths) == {
        "/api/v1/policies", "/api/v1/policies/{policy_id}", "/api/v1/policies/{policy_id}/texts",
        "/api/v1/policies/{policy_id}/texts/{digest}", "/api/v1/screener", "/api/v1/evaluate", "/api/v1/explain",
        "/api/v1/cards/{number}", "/api/v1/cards/{number}/uses", "/api/v1/collectives", "/api/v1/pairings",
        "/api/v1/services", "/api/v1/services/{service_id}", "/api/v1/cases", "/api/v1/cases/{number}",
        "/api/v1/cases/{number}/history", "/api/v1/cases/{number}/steps", "/api/v1/cases/{number}/applicant",
        "/api/v1/papers", "/api/v1/papers/inline",
        "/api/v1/register/facts", "/api/v1/register/changes",
    }  # fmt: skip
    (sent,) = paths["/api/v1/papers"]["post"]["requestBody"]["content"].items()
    assert sent[0] == "multipart/form-data"
    assert {"id", "file"} <= set(sent[1]["schema"]["properties"])
    assert Client().head("/api/v1/openapi.json").status_code == 200
