"""Headers of every answer."""

import re

import pytest
from django.test import Client

from juxian.apps.accounts.enums import Role

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("address", ["/sign-in/", "/healthz", "/no-such-page/", "/desk/"])
def test_every_answer_has_the_headers(place, address):
    answer = Client().get(address)

    assert {name: answer[name] for name in ALWAYS} == ALWAYS
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_the_nonce_is_fresh_and_long(place):
    nonces = {
        re.search(r"'nonce-([\w-]+)'", Client().get("/sign-in/")["Content-Security-Policy"])[1]
        for _ in range(3)
    }

    assert len(nonces) == 3
    assert all(len(nonce) >= 22 for nonce in nonces)


def test_pages_behind_sign_in_are_not_stored(sign_in):
    assert sign_in(Role.LEADER).get("/board/")["Cache-Control"] == "no-store"


def test_page_and_fragment_are_told_apart_by_caches(place):
    assert "HX-Request" in Client().get("/sign-in/")["Vary"]
