"""The page of events for other systems: the secret is shown once; what does not arrive is said."""

from __future__ import annotations

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from juxian.apps.audit.models import AuditEntry
from juxian.apps.messaging.actions import Happened, announce
from juxian.apps.messaging.models import Hook, HookDelivery
from tests.web.places import Place

FORM = {"name": "政务服务网", "url": "https://example.cn/in", "events": ["case.closed"]}
SECRET = re.compile(r"jxw_[\w-]{43}")


def test_a_secret_is_shown_once(place: Place) -> None:
    client = place.client("system_admin")

    page = client.post(reverse("desk:hooks"), FORM).content.decode()
    again = client.get(reverse("desk:hooks")).content.decode()

    secret = SECRET.search(page)
    assert secret is not None
    assert secret.group() not in again + str(list(AuditEntry.objects.values()))
    assert "尚未送达过" in again


def test_an_address_inside_is_refused_with_a_reason(place: Place) -> None:
    answer = place.client("system_admin").post(reverse("desk:hooks"), FORM | {"url": "https://10.0.0.1/"})

    assert answer.status_code == 422
    assert "不向内部网络的地址推送" in answer.content.decode()
    assert not Hook.objects.exists()


def test_what_was_given_up_is_said_and_can_be_sent_again_or_stopped(place: Place) -> None:
    client = place.client("system_admin")
    client.post(reverse("desk:hooks"), FORM)
    hook = Hook.objects.get()
    announce([Happened("case.closed", place.root.pk, place.root.code, "case:1:2", {})])
    HookDelivery.objects.update(state="failed", failure="HTTP 500")

    page = client.get(reverse("desk:hooks")).content.decode()
    assert "1 条未能送达" in page
    assert "HTTP 500" in page
    client.post(reverse("desk:hook-again", args=[hook.pk]))
    assert HookDelivery.objects.get().state == "waiting"
    client.post(reverse("desk:hook-stop", args=[hook.pk]))
    assert "已停用" in client.get(reverse("desk:hooks")).content.decode()


def test_queries_do_not_grow_with_subscriptions(place: Place) -> None:
    client, counts = place.client("system_admin"), []
    for more in (1, 2):
        for _number in range(more):
            client.post(reverse("desk:hooks"), FORM)
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("desk:hooks"))
        counts.append(len(found))

    assert counts[0] == counts[1]
