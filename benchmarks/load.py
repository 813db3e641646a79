"""Twenty people at once on the real server, and what the audit log costs (负载与审计).

    .venv/bin/python benchmarks/load.py [--persons 100000] [--requests 10000] [--users 20] [--pause 1]
        [--entries 1000000] [--home DIR]

Each user reads an answer for a second, give or take a half, before the next request; with ``--pause 0`` they ask as fast as
they are answered, which shows what the machine can bear. Goals on SQLite with 100,000 persons: 10,000 mixed requests without an error, 95 of 100 answered within 500 ms; 1,000,000
entries of the audit log verified within 30 s. Wall times mean something on a machine that does nothing else; the CPU of
the audit log does anyway. Exit status 1 when a request fails or a goal is missed.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from ground import client, common_parser, populate, set_up

if TYPE_CHECKING:
    from django.test import Client

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.config.settings")
P95_SECONDS, VERIFY_SECONDS = 0.5, 30
SAMPLE_WRITES = 500
RECORD = "/desk/persons/"


def addresses() -> list[tuple[int, str]]:
    """(weight, address) of what an office asks for; opening a record writes an entry of the audit log."""
    from juxian.apps.persons.models import Person

    numbers = list(Person.objects.order_by("pk").values_list("number", flat=True)[::997])
    lists = ["", "?degree=doctor", "?q=王", "?q=张伟", "?sort=name", "?condition=学历 >= 硕士 且 年龄 <= 45"]
    return (
        [(6, f"/desk/persons/{number}/") for number in numbers]
        + [(len(numbers), f"/desk/persons/{query}") for query in lists]
        + [(len(numbers), address) for address in ("/desk/", "/desk/figures/", "/desk/policies/", "/healthz")]
    )


class Crowd:
    """Users who ask at once, each on a connection of their own."""

    def __init__(self, port: int, cookie: str, requests: int, pause: float) -> None:
        self.port, self.cookie, self.left, self.pause = port, cookie, requests, pause
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[object] = Counter()
        self.failed: Counter[tuple[str, object]] = Counter()
        self.lock = threading.Lock()

    def ask(self, seed: int, choices: list[tuple[int, str]]) -> None:
        chance = random.Random(seed)
        weights, paths = [weight for weight, _path in choices], [path for _weight, path in choices]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while True:
            with self.lock:
                if not self.left:
                    return
                self.left -= 1
                path = chance.choices(paths, weights)[0]
            time.sleep(self.pause * chance.uniform(0.5, 1.5))
            begun = time.perf_counter()
            status: object
            try:
                status = self._answer(connection, _quoted(path))
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
                connection.close()
            with self.lock:
                kind = (
                    "/desk/persons/NUMBER/"
                    if path.startswith(RECORD) and path[len(RECORD) :][:1] not in ("", "?")
                    else path
                )
                self.seconds[kind].append(time.perf_counter() - begun)
                self.statuses[status] += 1
                if status != 200:
                    self.failed[kind, status] += 1

    def _answer(self, connection: http.client.HTTPConnection, address: str) -> int:
        """Status of an address; words that are sought stand in no address, so the page leads to one with a stand-in."""
        while True:
            connection.request("GET", address, headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 303:
                return answer.status
            address = str(answer.headers["Location"])


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/?=&")


def load(args: argparse.Namespace) -> bool:
    """Serve, ask, tell; True when the goals are met."""
    from django.conf import settings

    browser = client("office")
    _first_answers(browser, addresses())
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "juxian.config.cli", "serve", "--port", str(port), "--workers", "2"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        crowd, choices = Crowd(port, cookie, args.requests, args.pause), addresses()
        begun = time.perf_counter()
        people = [threading.Thread(target=crowd.ask, args=(seed, choices)) for seed in range(args.users)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        wall = time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait()
    times = sorted(second for seconds in crowd.seconds.values() for second in seconds)
    p50, p95, p99 = (times[int(len(times) * share)] for share in (0.5, 0.95, 0.99))
    failed = sum(count for status, count in crowd.statuses.items() if status != 200)
    print(
        f"{args.users} users, {len(times):,} requests in {wall:.0f} s, {len(times) / wall:.0f}/s, {failed} failed"
    )
    print(
        f"p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, worst {times[-1] * 1000:.0f} ms"
    )
    print(f"answers {dict(crowd.statuses)}")
    for (kind, status), count in crowd.failed.most_common(20):
        print(f"FAILED {count} × {status} {kind}")
    print(f"{'times':>6} {'p50 ms':>8} {'p95 ms':>8}  address")
    for kind, seconds in sorted(crowd.seconds.items(), key=lambda item: -_share(item[1], 0.95)):
        print(
            f"{len(seconds):6} {_share(seconds, 0.5) * 1000:8.0f} {_share(seconds, 0.95) * 1000:8.0f}  {kind}"
        )
    return not failed and p95 <= P95_SECONDS


def _share(seconds: list[float], share: float) -> float:
    return sorted(seconds)[int(len(seconds) * share)]


def _first_answers(browser: Client, choices: list[tuple[int, str]]) -> None:
    """Every list once, and one record: an address that does not answer 200 ends the run before it is measured; CPU of each."""
    seen = [
        path
        for _weight, path in choices
        if not path.startswith(RECORD) or path[len(RECORD) :][:1] in ("", "?")
    ]
    seen.append(next(path for _weight, path in choices if path not in seen))
    for path in seen:
        before = time.process_time()
        answer = browser.get(_quoted(path), follow=True)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answers {answer.status_code}")
        first = time.process_time() - before
        before = time.process_time()
        browser.get(_quoted(path), follow=True)
        again = time.process_time() - before
        print(f"CPU {first * 1000:7.0f} ms, again {again * 1000:7.0f} ms  {path}")


def _wait(port: int) -> None:
    for _try in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def audit(args: argparse.Namespace) -> bool:
    """What one entry costs a writer, and how long a long log takes to verify."""
    from django.db import transaction

    from juxian.apps.audit.actions import record
    from juxian.apps.audit.models import AuditEntry
    from juxian.apps.audit.queries import verify

    before = time.process_time()
    for number in range(SAMPLE_WRITES):
        with transaction.atomic():
            record("benchmark.written", detail={"number": number})
    each = (time.process_time() - before) / SAMPLE_WRITES
    print(f"an entry in a transaction of its own: CPU {each * 1000:.2f} ms")
    last = AuditEntry.objects.latest("id")
    missing, batch, digest = args.entries - last.pk, [], last.digest
    for number in range(missing):
        entry = AuditEntry(at=last.at, action="benchmark.written", detail={"number": number}, previous=digest)
        digest = entry.digest = entry.computed_digest()
        batch.append(entry)
        if len(batch) == 10_000 or number == missing - 1:
            AuditEntry.objects.bulk_create(batch)
            batch = []
    wall, cpu = time.perf_counter(), time.process_time()
    found = verify()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"verify {found.entries:,} entries: {wall:.1f} s, CPU {cpu:.1f} s, {'holds' if found.holds else 'BROKEN'}"
    )
    return found.holds and cpu <= VERIFY_SECONDS


def main() -> int:
    parser = common_parser(__doc__)
    parser.add_argument("--requests", type=int, default=10_000, help="0: the audit log alone")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument(
        "--pause", type=float, default=1.0, help="seconds a user reads before the next; 0: none"
    )
    parser.add_argument("--entries", type=int, default=1_000_000)
    args = parser.parse_args()
    set_up(args)
    populate(args)
    met = [load(args) if args.requests else True, audit(args)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
