"""Slow clients: the server gives up on headers, and the documented proxy takes whole requests within a time (慢速客户端)."""

from __future__ import annotations

import re
from typing import Any

import granian
import pytest

from juxian.config.commands import serve
from tests.docs.pages import DOCS, LANGUAGES

NETS = re.compile(r"JUXIAN_TRUSTED_PROXIES=\[")


def test_the_server_gives_up_on_headers_that_do_not_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    class Server:
        def __init__(self, *_target: str, **options: Any) -> None:
            given.update(options)

        def serve(self) -> None:
            pass

    monkeypatch.setattr(granian, "Granian", Server)
    monkeypatch.setattr(serve, "_share_counts", lambda: None)

    serve.serve("127.0.0.1", 8000, 1)

    assert given["http1_settings"].header_read_timeout <= 15_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_documented_proxy_takes_whole_requests_within_a_time(language: str) -> None:
    page = (DOCS / language / "how-to" / "run-in-production.md").read_text(encoding="utf-8")
    (proxy,) = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)

    assert "proxy_request_buffering on;" in proxy
    assert "proxy_buffering on;" in proxy
    assert "X-Forwarded-For $proxy_add_x_forwarded_for;" in proxy
    for name in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        assert int(re.findall(rf"{name} (\d+)s;", proxy)[0]) <= 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_for_containers_says_whose_addresses_count(language: str) -> None:
    assert NETS.search((DOCS / language / "how-to" / "run-in-a-container.md").read_text(encoding="utf-8"))
