"""Whose address counts, and what one address may try."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from django.test import Client, RequestFactory

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import MissedSignIns
from juxian.apps.audit.models import AuditEntry
from juxian.web.kit.origin import address_of
from tests.factories import UserFactory

PASSWORD = "correct-horse-battery"


@pytest.mark.parametrize(
    ("behind", "peer", "header", "found"),
    [
        (False, "127.0.0.1", "8.8.8.8", "127.0.0.1"),
        (True, "127.0.0.1", "8.8.8.8", "8.8.8.8"),
        (True, "127.0.0.1", "1.1.1.1, 8.8.8.8", "8.8.8.8"),
        (True, "127.0.0.1", "1.1.1.1, 8.8.8.8, 10.0.0.5", "8.8.8.8"),
        (True, "9.9.9.9", "8.8.8.8", "9.9.9.9"),
        (True, "127.0.0.1", "", "127.0.0.1"),
        (True, "127.0.0.1", "<script>", "127.0.0.1"),
        (True, "127.0.0.1", "8.8.8.8, unknown, 10.0.0.5", "10.0.0.5"),
        (True, "::1", "2001:db8::7", "2001:db8::7"),
        (True, "127.0.0.1", ",".join(["10.0.0.5"] * 10_000), "10.0.0.5"),
    ],
)
def test_a_forwarded_address_counts_from_a_known_proxy_alone(settings, behind, peer, header, found):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if behind else None
    settings.JUXIAN_TRUSTED_PROXIES = [ip_network(net) for net in ("127.0.0.0/8", "::1/128", "10.0.0.5/32")]

    asked = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=header)

    assert address_of(asked) == found


def test_an_entry_of_the_audit_log_names_the_browser_behind_the_proxy(place, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    Client().post(
        "/sign-in/",
        {"username": "x", "password": "y"},
        REMOTE_ADDR="127.0.0.1",
        HTTP_X_FORWARDED_FOR="8.8.4.4",
    )

    assert AuditEntry.objects.get(action="accounts.sign_in_refused").address == "8.8.4.4"


def test_many_names_from_one_address_are_held_off_and_colleagues_go_on(place, settings):
    settings.JUXIAN_SIGN_IN_MISSES = 5
    colleague = UserFactory(username="zhang", role=Role.OFFICE, organisation=place)
    newcomer = UserFactory(username="li", role=Role.OFFICE, organisation=place)
    for user in (colleague, newcomer):
        user.set_password(PASSWORD)
        user.save()

    def knock(name: str, word: str = PASSWORD, address: str = "8.8.4.4") -> int:
        return Client(REMOTE_ADDR=address).post("/sign-in/", {"username": name, "password": word}).status_code

    assert knock("zhang") == 302
    assert [knock(f"name-{number}", "wrong") for number in range(5)] == [422] * 5

    assert [knock("name-9", "wrong"), knock("li"), knock("nobody")] == [429, 429, 429]
    assert [knock("zhang"), knock("ZHANG "), knock("li", address="8.8.4.5")] == [302, 302, 302]
    assert "8.8.4.4" not in str(list(MissedSignIns.objects.values_list("address_digest", flat=True)))


def test_the_count_begins_anew_with_the_quarter(place, settings, monkeypatch):
    settings.JUXIAN_SIGN_IN_MISSES = 1
    Client().post("/sign-in/", {"username": "x", "password": "y"})
    held = Client().post("/sign-in/", {"username": "x", "password": "y"}).status_code
    MissedSignIns.objects.update(since=MissedSignIns.objects.get().since.replace(year=2020))

    assert held == 429
    assert Client().post("/sign-in/", {"username": "x", "password": "y"}).status_code == 422
