"""400 clients at the same moment and 100 flats: exactly 100 offers, acceptances and leases.

    python benchmarks/flats.py [--flats N] [--each N]

Every flat is offered to ``--each`` applicants at once, by threads; every offer that stood is accepted at once through HTTP by as
many clients, each with a connection and a session of its own; every accepted offer is signed at once by as many clerks' requests.
``JUXIAN_DATABASE_URL`` chooses the database, SQLite with full durability otherwise. Wall and CPU seconds of the clients; exits
with an error unless the counts are exact, nobody holds two flats, and the ledger is verified.
"""

from __future__ import annotations

import argparse
import atexit
import http.client
import os
import resource
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from juxian.apps.accounts.models import User
    from juxian.apps.housing.models import Application, Offer, Space
    from juxian.apps.organisations.models import Organisation

PACK, DAY, THREADS, CLERKS = "zigui", date(2022, 6, 1), 16, 8
SNAPSHOT = {"degree": "master", "household_members": 1}
SECONDS_TO_START = 120
BACKEND = "django.contrib.auth.backends.ModelBackend"


def main() -> None:
    args = arguments()
    os.environ |= {
        "JUXIAN_HOME": tempfile.mkdtemp(prefix="juxian-benchmark-"),
        "JUXIAN_TODAY": DAY.isoformat(),
        "JUXIAN_SECOND_FACTOR": "[]",
    }
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.config.settings")
    atexit.register(shutil.rmtree, os.environ["JUXIAN_HOME"], ignore_errors=True)
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    print(f"database: {connection.vendor}, load {os.getloadavg()[0]:.1f}")
    print(
        f"{'what':52} {'done':>5} {'refused':>8} {'wall s':>8} {'cpu s':>7} {'median ms':>10} {'p99 ms':>8}"
    )
    home, queue, spaces = place(args.flats, args.each)
    offers = offered(queue, spaces)
    with Server() as server:
        accepted(server, home, offers, args.each)
        signed(server, home, offers, args.each)
    proved(args.flats)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--flats", type=int, default=100)
    parser.add_argument("--each", type=int, default=4, help="clients for each flat")
    return parser.parse_args()


def place(flats: int, each: int) -> tuple[Organisation, list[Application], list[Space]]:
    """A place with so many free flats and a queue of ``each`` times as many."""
    from juxian.apps.housing.actions.stock import install_estates
    from juxian.apps.housing.models import Application, Estate, Space
    from juxian.apps.organisations.models import Organisation
    from juxian.apps.packs.actions import install_pack
    from juxian.apps.persons.models import Person
    from juxian.core.packs import load_all

    pack = load_all()[PACK]
    install_pack(pack)
    home = Organisation.objects.get(code=pack.root)
    few = {
        code: replace(entry, buildings=(replace(one, units=one.units[:flats]),))
        for code, entry in pack.housing.estates.items()
        for one in entry.buildings[:1]
    }
    install_estates(book=replace(pack.housing, estates=few), home=home)
    estate = Estate.objects.get()
    people = Person.objects.bulk_create(
        Person(number=f"F{number:07}", name=f"申请人{number}", home=home) for number in range(flats * each)
    )
    queue = Application.objects.bulk_create(
        Application(
            estate=estate,
            person=person,
            applied_on=DAY,
            snapshot=SNAPSHOT,
            snapshot_on=DAY,
            state="waiting",
        )
        for person in people
    )
    return home, queue, list(Space.objects.filter(unit__building__estate=estate).order_by("pk")[:flats])


@dataclass
class Run:
    """What came of many requests at once. told: ``done`` and ``refused``, anything else is an error."""

    told: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    def line(self, what: str, wall: float, cpu: float) -> None:
        ordered = sorted(self.waits)
        p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
        print(
            f"{what:52} {self.told['done']:>5} {self.told['refused']:>8} {wall:>8.2f} {cpu:>7.2f} "
            f"{statistics.median(ordered) * 1000:>10,.0f} {p99 * 1000:>8,.0f}",
            flush=True,
        )
        strange = {word: count for word, count in self.told.items() if word not in ("done", "refused")}
        if strange:
            raise SystemExit(f"errors: {strange}")


def at_once(work: Sequence[Callable[[], str]]) -> tuple[Run, float, float]:
    """Every piece of work in a thread of its own, all let go at the same moment."""
    run, gate, lock = Run(), threading.Barrier(len(work) + 1), threading.Lock()

    def attempt(act: Callable[[], str]) -> None:
        gate.wait()
        began = time.perf_counter()
        try:
            word = act()
        except Exception as error:  # noqa: BLE001  # counted and shown, whatever it was
            word = f"{type(error).__name__}: {error}"
        with lock:
            run.told[word] += 1
            run.waits.append(time.perf_counter() - began)

    threads = [threading.Thread(target=attempt, args=(act,)) for act in work]
    for thread in threads:
        thread.start()
    wall, cpu = time.perf_counter(), time.process_time()
    gate.wait()
    for thread in threads:
        thread.join()
    return run, time.perf_counter() - wall, time.process_time() - cpu


def offered(queue: list[Application], spaces: list[Space]) -> list[Offer]:
    """Every flat to several applicants at once, sixteen at a time."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from juxian.apps.housing.actions.offering import make_offer
    from juxian.apps.housing.models import Offer
    from juxian.apps.housing.rules import NotPossible

    run, lock = Run(), threading.Lock()

    def attempt(number: int) -> None:
        began = time.perf_counter()
        try:
            make_offer(application=queue[number], space=spaces[number % len(spaces)], day=DAY, by=None)
            word = "done"
        except NotPossible:
            word = "refused"
        finally:
            connection.close()
        with lock:
            run.told[word] += 1
            run.waits.append(time.perf_counter() - began)

    wall, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(attempt, range(len(queue))))
    what = f"{len(queue)} offers of {len(spaces)} flats, {THREADS} threads"
    run.line(what, time.perf_counter() - wall, time.process_time() - cpu)
    return list(Offer.objects.filter(state="open").select_related("application__person").order_by("pk"))


def accepted(server: Server, home: Organisation, offers: list[Offer], each: int) -> None:
    """Every offer by several clients of its person at once."""
    from juxian.apps.accounts.models import Post, User
    from juxian.apps.housing.models import Offer

    work = []
    for offer in offers:
        person = offer.application.person
        user = User.objects.create(username=person.number, name=person.name, person=person)
        Post.objects.create(user=user, organisation=home, role="person", since=date(2020, 1, 1))
        for _client in range(each):
            work.append(server.client(user, f"/housing/offers/{offer.pk}/accept/", "已接受，请到人才办"))
    run, wall, cpu = at_once(work)
    run.line(f"{len(work)} acceptances of {len(offers)} offers through HTTP", wall, cpu)
    stand = Offer.objects.filter(state="accepted").count()
    if stand != len(offers):
        raise SystemExit(f"{stand} of {len(offers)} offers are accepted")


def signed(server: Server, home: Organisation, offers: list[Offer], each: int) -> None:
    """Every accepted offer by several clerks at once."""
    from juxian.apps.accounts.models import Post, User

    clerks = [User.objects.create(username=f"clerk{number}", name="经办") for number in range(CLERKS)]
    for clerk in clerks:
        Post.objects.create(user=clerk, organisation=home, role="office", since=date(2020, 1, 1))
    work = [
        server.client(
            clerks[(place + client) % CLERKS],
            f"/desk/housing/offers/{offer.pk}/sign/",
            "已签约，租约自今日起",
        )
        for place, offer in enumerate(offers)
        for client in range(each)
    ]
    run, wall, cpu = at_once(work)
    run.line(f"{len(work)} signings of {len(offers)} accepted offers through HTTP", wall, cpu)


class Server:
    """The product as it is served, with two workers."""

    def __enter__(self) -> Server:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "juxian.config.cli", "serve", "--port", str(self.port), "--workers", "2"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _time in range(SECONDS_TO_START):
            if self.process.poll() is not None:
                raise SystemExit("the server ended")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5):
                    return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(1)  # a process starting has no event to wait for
        self.process.terminate()
        raise SystemExit("the server does not answer")

    def __exit__(self, *_what: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"CPU of the server and its workers: {used.ru_utime + used.ru_stime:.1f} s", flush=True)

    def client(self, user: User, address: str, word: str) -> Callable[[], str]:
        """A POST by the user from a session of its own: ``done`` when the message that follows holds ``word``."""
        from django.conf import settings

        token, key = secrets.token_hex(16), session_of(user)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={token}",
        }
        body = urlencode({"csrfmiddlewaretoken": token, "once": secrets.token_hex(16)})

        def act() -> str:
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
            link.request("POST", address, body, headers)
            answer = link.getresponse()
            answer.read()
            if answer.status != http.client.SEE_OTHER:
                return f"status {answer.status}"
            cookies = [value.split(";", 1)[0] for name, value in answer.getheaders() if name == "Set-Cookie"]
            seen = {**headers, "Cookie": "; ".join([headers["Cookie"], *cookies])}
            link.request("GET", answer.headers["Location"], headers=seen)
            page = link.getresponse()
            text = page.read().decode()
            link.close()
            if page.status != http.client.OK:
                return f"page {page.status}"
            return "done" if word in text else "refused"

        return act


def session_of(user: User) -> str:
    """A session as signing in makes it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from juxian.apps.accounts.actions import begin_session
    from juxian.web.kit.sessions import BEGAN, SEEN

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[BEGAN] = store[SEEN] = int(time.time())
    store.create()
    begin_session(user=user, session_key=str(store.session_key), address="", browser="")
    return str(store.session_key)


def proved(flats: int) -> None:
    """Exactly as many leases as flats, each of its own flat and person, and a ledger that replays."""
    from juxian.apps.funds.queries.proof import verify
    from juxian.apps.housing.models import Lease

    found: dict[str, Any] = {
        "leases": Lease.objects.count(),
        "flats": Lease.objects.values("space").distinct().count(),
        "persons": Lease.objects.values("person").distinct().count(),
    }
    print(", ".join(f"{count} {what}" for what, count in found.items()))
    if set(found.values()) != {flats} or verify().difference is not None:
        raise SystemExit(f"expected {flats} of each")


if __name__ == "__main__":
    main()
