"""What monitoring reads at ``/metrics`` (监控指标), in the text format of Prometheus: counts and times, never who or what.

Several server processes write their counts into files of one directory (``PROMETHEUS_MULTIPROC_DIR``, set by ``juxian serve``),
so that any of them answers for all.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import time
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from juxian.apps.audit.models import AuditEntry
from juxian.apps.audit.queries import HEADS, last_check
from juxian.apps.clock import now, today
from juxian.apps.imports.enums import BatchState
from juxian.apps.imports.models import Batch
from juxian.apps.messaging.enums import DeliveryState, MessageState
from juxian.apps.messaging.models import Delivery, Message
from juxian.apps.schedules.models import Schedule
from juxian.apps.services.models import Timer
from juxian.web.kit.access import public
from juxian.web.kit.middleware import Respond

TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SHARED = "PROMETHEUS_MULTIPROC_DIR"
_own = CollectorRegistry()
REQUESTS = Counter(
    "juxian_requests", "Answers by function and status.", ["function", "status"], registry=_own
)
SECONDS = Histogram(
    "juxian_request_seconds",
    "Seconds until an answer, by function.",
    ["function"],
    registry=_own,
    buckets=BUCKETS,
)


class Measured:
    """Counts each answer by the name of its function and its status; an address itself is never kept."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        function = match.view_name if match else "other"
        REQUESTS.labels(function, str(response.status_code)).inc()
        SECONDS.labels(function).observe(time.perf_counter() - begun)
        return response


@public
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """404, as if it did not exist, unless the site has named a token or a network and the request fits it."""
    if not _may_read(request):
        raise Http404
    registry = CollectorRegistry()
    if os.environ.get(SHARED):
        MultiProcessCollector(registry)
    registry.register(SiteCollector())
    counts = b"" if os.environ.get(SHARED) else generate_latest(_own)
    return HttpResponse(counts + generate_latest(registry), content_type=TYPE)


def _may_read(request: HttpRequest) -> bool:
    token = settings.JUXIAN_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and constant_time_compare(given, token):
        return True
    if any(name.startswith("HTTP_X_FORWARDED") for name in request.META):
        return False  # a proxy asks for somebody else: the address is its own
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in network for network in settings.JUXIAN_METRICS_NETWORKS)


class SiteCollector(Collector):
    """What stands in the database now; a fixed number of questions."""

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        for name, words, value in figures():
            yield GaugeMetricFamily(f"juxian_{name}", words, value=value)


def figures() -> Iterator[tuple[str, str, float]]:
    """(name, words, value) of every gauge."""
    moment = now()
    waiting = Delivery.objects.filter(state__in=(DeliveryState.WAITING, DeliveryState.DIGEST))
    yield "outbox_waiting", "Deliveries that are to be sent.", waiting.count()
    held = Message.objects.filter(state=MessageState.HELD)
    yield "messages_held", "Messages that wait for somebody to release them.", held.count()
    due = Timer.objects.filter(waits=True, provisional=False, due_on__lt=today())
    yield "timers_due", "Deadlines of cases that have passed and have not acted.", due.count()
    rosters = Batch.objects.filter(state__in=(BatchState.READING, BatchState.ACCEPTING))
    yield "imports_running", "Rosters that are being read or recorded.", rosters.count()
    jobs = DBTaskResult.objects.filter(status="READY")
    yield "jobs_waiting", "Background jobs that no worker has begun.", jobs.count()
    late = Schedule.objects.filter(due_at__lte=moment, leased_until=None)
    yield "schedules_due", "Periodic work that is due and nobody does.", late.count()
    last = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first()
    yield "audit_entries", "Number of the newest audit entry.", last or 0
    yield "audit_head_age_seconds", "Seconds since a head of the audit log was signed; -1 never.", _head_age()
    check = last_check()
    age = (moment - check.at).total_seconds() if check else -1
    yield "invariants_age_seconds", "Seconds since the data was searched; -1 never.", age
    yield "invariant_violations", "What that search found; -1 never.", check.violations if check else -1
    yield "database_bytes", "Size of the database.", _database_bytes()
    free = shutil.disk_usage(settings.JUXIAN_HOME).free
    yield "home_free_bytes", "Room on the disk of the home directory.", free


def _head_age() -> float:
    file = settings.JUXIAN_AUDIT_HEADS / HEADS
    return max(0.0, now().timestamp() - file.stat().st_mtime) if file.exists() else -1


def _database_bytes() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])
