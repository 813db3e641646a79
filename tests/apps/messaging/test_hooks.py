"""Events for other systems: signed, tried again, given up at last, and never sent into the site's own networks."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from juxian.apps.clock import now
from juxian.apps.messaging.actions import (
    Happened,
    HookRefused,
    announce,
    make_hook,
    push_waiting,
    send_dead_again,
    stop_hook,
)
from juxian.apps.messaging.actions.pushing import WAITS
from juxian.apps.messaging.actions.reaching import NotReached, post_outside
from juxian.apps.messaging.enums import DeliveryState, HookEvent
from juxian.apps.messaging.models import Hook, HookDelivery
from juxian.core.secrecy import unseal
from tests.apps.messaging.receiver import Receiver, receiving
from tests.factories import OrganisationFactory, UserFactory

EVENT = HookEvent.CASE_MOVED.value


@pytest.fixture
def receiver(tmp_path: Path, settings: Any) -> Iterator[Receiver]:
    with receiving(tmp_path) as (made, certificate):
        settings.JUXIAN_HOOK_NETWORKS = ["127.0.0.0/8"]
        settings.JUXIAN_HOOK_CA = certificate
        yield made


def hook_to(url: str, *events: str) -> tuple[Hook, str]:
    home = OrganisationFactory()
    return make_hook(home=home, name="测试", url=url, events=events or [EVENT], by=UserFactory())


def happen(hook: Hook, key: str = "case:1:2", event: str = EVENT) -> int:
    return announce(
        [Happened(event, hook.home_id, hook.home.code, key, {"number": "JY-1", "state": "checks"})]
    )


@pytest.mark.django_db
def test_an_event_arrives_once_with_a_signature_that_holds(receiver: Receiver) -> None:
    hook, secret = hook_to(receiver.url)
    happen(hook)
    happen(hook)

    push_waiting()
    push_waiting()

    ((headers, body),) = receiver.got
    signed = headers["x-juxian-timestamp"].encode() + b"." + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["x-juxian-signature"] == f"v1={expected}"
    assert headers["x-juxian-event"] == EVENT
    told = json.loads(body)
    assert (told["id"], told["event"], told["data"]) == (
        "case:1:2",
        EVENT,
        {"number": "JY-1", "state": "checks"},
    )
    assert HookDelivery.objects.get().state == DeliveryState.SENT


@pytest.mark.django_db
def test_the_secret_is_kept_encrypted(settings: Any) -> None:
    hook, secret = hook_to("https://example.cn/in")

    assert secret.encode() not in bytes(Hook.objects.get().sealed)
    assert unseal(bytes(hook.sealed), settings.JUXIAN_KEYS) == secret


@pytest.mark.django_db
def test_only_wanted_events_of_the_own_place_are_put_down() -> None:
    hook, _secret = hook_to("https://example.cn/in", HookEvent.CARD_ISSUED)
    elsewhere = OrganisationFactory()

    happen(hook)
    announce([Happened(HookEvent.CARD_ISSUED, elsewhere.pk, "x", "card:1", {})])
    assert not HookDelivery.objects.exists()
    assert happen(hook, event=HookEvent.CARD_ISSUED) == 1


@pytest.mark.django_db
def test_what_fails_is_tried_again_with_growing_pauses_and_given_up(receiver: Receiver) -> None:
    hook, _secret = hook_to(receiver.url)
    receiver.status = 500
    happen(hook)
    moment = now()

    for wait in (timedelta(0), *WAITS):
        moment += wait
        push_waiting(at=moment - timedelta(seconds=1))
        push_waiting(at=moment)

    delivery = HookDelivery.objects.get()
    assert (len(receiver.got), delivery.state, delivery.failure) == (len(WAITS) + 1, "failed", "HTTP 500")
    receiver.status = 200
    assert send_dead_again(hook=hook, by=hook.created_by) == 1
    push_waiting()
    assert HookDelivery.objects.get().state == DeliveryState.SENT


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "state"), [(302, "waiting"), (404, "waiting"), (410, "failed")])
def test_redirects_are_not_followed_and_gone_is_for_good(receiver: Receiver, status: int, state: str) -> None:
    hook, _secret = hook_to(receiver.url)
    receiver.status = status
    happen(hook)

    push_waiting()

    assert len(receiver.got) == 1
    assert HookDelivery.objects.get().state == state


@pytest.mark.django_db
def test_a_worker_that_died_leaves_an_event_that_is_sent_again_with_its_id(receiver: Receiver) -> None:
    hook, _secret = hook_to(receiver.url)
    happen(hook)
    HookDelivery.objects.update(state=DeliveryState.SENDING, leased_until=now() - timedelta(seconds=1))

    push_waiting()

    assert json.loads(receiver.got[0][1])["id"] == "case:1:2"


@pytest.mark.django_db
def test_a_system_that_fails_does_not_hold_up_another(receiver: Receiver) -> None:
    bad, _secret = hook_to("https://127.0.0.1:65535/")
    good, _secret = hook_to(receiver.url)
    for number in range(3):
        happen(bad, f"bad:{number}")
    happen(good)

    push_waiting()

    assert len(receiver.got) == 1
    assert sorted(HookDelivery.objects.filter(hook=bad).values_list("attempts", flat=True)) == [0, 0, 1]


@pytest.mark.django_db
def test_a_stopped_one_is_told_nothing_more(receiver: Receiver) -> None:
    hook, _secret = hook_to(receiver.url)
    happen(hook)

    assert [stop_hook(hook=hook, by=hook.created_by) for _twice in range(2)] == [True, False]
    push_waiting()

    assert (happen(hook, "case:1:3"), receiver.got) == (0, [])
    assert not HookDelivery.objects.exists()


@pytest.mark.django_db
def test_what_was_sent_long_ago_is_removed(receiver: Receiver) -> None:
    hook, _secret = hook_to(receiver.url)
    happen(hook)
    push_waiting()

    push_waiting(at=now() + timedelta(days=31))

    assert not HookDelivery.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "http://example.cn/", "ftp://example.cn/", "https://", "https://user:word@example.cn/", "https://127.0.0.1/",
        "https://localhost/", "https://10.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/",
        "https://[64:ff9b::a00:1]/", "https://example.cn:22/", "https://example.cn/ x", "https://example.cn/#x",
        "https://example.cn:99999/", "https://[x/", f"https://example.cn/{'x' * 300}",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_is_refused(url: str) -> None:
    with pytest.raises(HookRefused):
        hook_to(url)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "240.0.0.1", "224.0.0.1", "::1", "fd00::1", "::ffff:127.0.0.1"],
)  # fmt: skip
def test_a_name_that_leads_into_a_private_network_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def resolved(_host: str, port: int, **_more: object) -> list[Any]:
        return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", (address, port))]

    def connected(*_where: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", connected)

    with pytest.raises(NotReached, match="private address"):
        post_outside("https://inside.example.cn/", b"{}", {})


def test_the_checked_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that answers differently the second time gains nothing."""
    asked, went = [], []

    def resolved(host: str, port: int, **_more: object) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", ("93.184.216.34", port))]

    def connected(where: tuple[str, int], _seconds: float) -> None:
        went.append(where)
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket, "create_connection", connected)

    with pytest.raises(NotReached, match="no network"):
        post_outside("https://outside.example.cn/", b"{}", {})
    assert (asked, went) == (["outside.example.cn"], [("93.184.216.34", 443)])


def test_a_certificate_of_nobody_known_is_refused(receiver: Receiver, settings: Any) -> None:
    settings.JUXIAN_HOOK_CA = None

    with pytest.raises(NotReached, match="CERTIFICATE_VERIFY_FAILED"):
        post_outside(receiver.url, b"{}", {})
    assert receiver.got == []
