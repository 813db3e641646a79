"""Requests made from the OpenAPI description, right and wrong ones: each ends in a clear answer (接口的任意请求).

``JUXIAN_TEST_API_REQUESTS=500 pytest -n 0 -s tests/web/api/test_any_request.py`` sends so many of both kinds to each operation,
before a release.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.generation import GenerationMode

from tests.web.api.conftest import Ask, secret_of
from tests.web.places import Place

EACH = int(os.environ.get("JUXIAN_TEST_API_REQUESTS", "8"))
ONCE = settings(
    max_examples=EACH,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def operations() -> Iterator[Any]:
    description = json.loads(Client().get("/api/v1/openapi.json").content)
    for found in schemathesis.openapi.from_dict(description).get_all_operations():
        yield found.ok()


def send(case: Any, secret: str) -> int:
    """One request as a browser's library would write it down; taken back afterwards."""
    body = case.body
    raw = body if isinstance(body, bytes) else json.dumps(body, default=str) if _given(body) else ""
    if isinstance(raw, str):
        raw = raw.encode("utf-8", "surrogatepass")
    query = {name: value for name, value in dict(case.query or {}).items() if value is not None}
    with transaction.atomic():
        answer = Client(raise_request_exception=False).generic(
            case.method,
            case.formatted_path,
            raw,
            content_type=case.media_type or "application/json",
            query_params=query,
            headers={"Authorization": f"Bearer {secret}"},
        )
        transaction.set_rollback(True)
    return answer.status_code


def _given(body: Any) -> bool:
    return type(body).__name__ != "NotSet"


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_any_request_ends_in_a_clear_answer(place: Place, mode: GenerationMode) -> None:
    secret = secret_of(place, requests_per_minute=1_000_000)
    statuses: Counter[int] = Counter()
    broken: list[str] = []
    number = 0
    for operation in operations():
        number += 1
        if mode is GenerationMode.NEGATIVE and not _takes_anything(operation):
            continue  # nothing can be wrong about it

        @ONCE
        @given(case=operation.as_strategy(generation_mode=mode))
        def once(case: Any) -> None:
            status = send(case, secret)
            statuses[status] += 1
            if status >= 500:
                broken.append(
                    f"{case.method} {status} {case.formatted_path} {dict(case.query or {})} {case.body!r}"[
                        :400
                    ]
                )

        once()

    print(f"{sum(statuses.values())} requests to {number} operations: {dict(statuses)}")  # noqa: T201  # pytest -s
    assert broken == []
    assert sum(statuses.values()) >= number


def test_a_push_of_which_everything_is_refused_is_answered(ask: Ask) -> None:
    """Found by the requests above: nothing was left of the one person, and the answer was 500."""
    item = {"id": "0", "kind": "no-such-kind", "person": {}, "since": "2000-01-01", "value": {}}

    answer = ask("POST", "register/facts", {"items": [item]})

    assert answer.status_code < 500
    assert "unknown_kind" in answer.content.decode()


def _takes_anything(operation: Any) -> bool:
    return bool(list(operation.iter_parameters())) or bool(list(operation.body))
