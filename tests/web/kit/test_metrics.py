"""What monitoring may read, who may read it, and that it says nothing about anybody."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.actions import keep_check, sign_head
from juxian.apps.clock import now
from juxian.apps.schedules.models import Schedule
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
TOKEN = "a-long-token-of-the-site"


def read(**extra: Any) -> dict[str, float]:
    """Name with labels → value."""
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, **extra)
    assert answer.status_code == 200
    return {
        sample.name + "".join(sorted(f" {key}={value}" for key, value in sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.fixture
def open_to_token(settings: Any) -> None:
    settings.JUXIAN_METRICS_TOKEN = TOKEN


def test_without_a_setting_there_is_no_such_page() -> None:
    assert Client().get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_the_token_or_the_network_opens_it(settings: Any) -> None:
    settings.JUXIAN_METRICS_TOKEN = TOKEN
    settings.JUXIAN_METRICS_NETWORKS = [ipaddress.ip_network("10.1.0.0/16")]
    asked = Client()

    assert asked.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    assert asked.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert asked.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert asked.get("/metrics", REMOTE_ADDR="10.2.2.3").status_code == 404
    assert asked.get("/metrics", REMOTE_ADDR="no address").status_code == 404
    assert asked.get("/metrics", REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_FOR="8.8.8.8").status_code == 404


def test_answers_are_counted_by_function_and_status(open_to_token: None, sign_in: Any) -> None:
    name = "juxian_requests_total function=desk:audit status=403"
    before = read().get(name, 0)
    clerk = sign_in(Role.OFFICE)

    clerk.get("/desk/audit/")

    after = read()
    assert after[name] == before + 1
    assert after["juxian_request_seconds_count function=desk:audit"] >= 1
    Client().get("/no/such/address/of/anybody")
    assert read()["juxian_requests_total function=other status=404"] >= 1


def test_queues_ages_and_sizes_are_told(open_to_token: None, place: Any) -> None:
    told = read()
    assert told["juxian_invariants_age_seconds"] == told["juxian_audit_head_age_seconds"] == -1
    Schedule.objects.create(name="late", due_at=now() - timedelta(hours=1))
    keep_check(checked=10, findings={"numbers": 2, "files": 0}, seconds=1.5)
    sign_head()

    told = read()

    assert told["juxian_schedules_due"] == 1
    assert told["juxian_invariant_violations"] == 2
    assert 0 <= told["juxian_invariants_age_seconds"] < 60
    assert 0 <= told["juxian_audit_head_age_seconds"] < 60
    assert told["juxian_audit_entries"] >= 1
    assert told["juxian_database_bytes"] > 0
    for queue in ("outbox_waiting", "messages_held", "timers_due", "imports_running", "jobs_waiting"):
        assert told[f"juxian_{queue}"] == 0


def test_nothing_is_said_about_anybody(open_to_token: None, sign_in: Any) -> None:
    person = PersonFactory(name="独一无二的姓名")
    clerk = sign_in(Role.OFFICE)
    clerk.get(f"/desk/persons/{person.pk}/?q={person.name}")

    text = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()

    assert person.name not in text
    assert clerk.user.username not in text
    assert not re.search(r"/persons/\d", text)


def test_the_number_of_questions_does_not_grow(open_to_token: None, place: Any) -> None:
    counts = []
    for rows in (1, 3):
        for row in range(rows):
            Schedule.objects.create(name=f"late {rows} {row}", due_at=now())
        with CaptureQueriesContext(connection) as asked:
            read()
        counts.append(len(asked))
    assert counts[0] == counts[1]
