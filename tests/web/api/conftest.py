import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from juxian.apps.tokens.actions import make_token
from juxian.apps.tokens.enums import Scope
from tests.web.places import Place, make_place

Ask = Callable[..., HttpResponse]


@pytest.fixture
def place(db, settings, tmp_path: Path) -> Place:
    settings.JUXIAN_TODAY = date(2022, 6, 1)
    settings.STATIC_ROOT = tmp_path
    return make_place()


def secret_of(place: Place, scopes: list[str] | None = None, **values: Any) -> str:
    limits = {"requests_per_minute": 1000, "persons_per_day": 5000, "expires_on": date(2023, 1, 1)} | values
    return make_token(
        organisation=place.root, name="测试系统", scopes=scopes or Scope.values, by=place.user("system_admin"), **limits
    )[1]  # fmt: skip


@pytest.fixture
def ask(place: Place) -> Ask:
    """Ask as a system of the place: a method, an address below the API, a body that becomes JSON."""
    own = secret_of(place)

    def asked(method: str, address: str, body: Any = None, secret: str = own, **options: Any) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body) if body is not None else ""
        headers = {"Authorization": f"Bearer {secret}"} | options.pop("headers", {})
        return Client().generic(
            method, f"/api/v1/{address}", data, content_type="application/json", headers=headers, **options
        )

    return asked
