"""Payments at size: a run sealed and written, a statement read, the whole journal replayed.

    python benchmarks/ledger.py [--lines N] [--entries N] [--clerks N] [--each N]

Budget on 2 cores: 10,000 lines sealed and written ≤ 2 s on both databases; 1,000,000 entries verified ≤ 20 s; eight clerks
through HTTP ≥ 150 payments/s with p99 ≤ 300 ms and no error. ``JUXIAN_DATABASE_URL`` chooses the database, SQLite with full durability otherwise. Wall and CPU seconds.
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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from juxian.apps.accounts.models import User
    from juxian.apps.funds.models import PaymentLine
    from juxian.apps.organisations.models import Organisation
    from juxian.apps.persons.actions import FactDraft
    from juxian.apps.persons.models import Person

PACK, BANK = "jiayuguan", "payroll-csv"
DAY = date(2022, 6, 1)
PART = 5_000
WARM_UP = 3  # requests of each clerk before the clock starts


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
    print(f"database: {connection.vendor}")
    print(f"{'what':46} {'wall s':>8} {'cpu s':>8}")
    home, maker, checker = place()
    of_clerks = args.clerks * args.each
    lines = promised(home, args.lines + 2 * of_clerks)
    a_run(home, maker, checker, lines[: args.lines])
    clerks_at_once(home, maker, checker, lines[args.lines : args.lines + of_clerks], args.clerks)
    through_http(home, maker, checker, lines[args.lines + of_clerks :], args.clerks)
    replayed(home, args.entries)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=10_000, help="payments of the run")
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries of the journal")
    parser.add_argument("--clerks", type=int, default=8)
    parser.add_argument("--each", type=int, default=150, help="payments of each clerk")
    return parser.parse_args()


def place() -> tuple[Organisation, User, User]:
    """One place with its funds, and two clerks."""
    from juxian.apps.accounts.models import User
    from juxian.apps.organisations.models import Organisation
    from juxian.apps.packs.actions import install_pack
    from juxian.core.packs import load_all

    pack = load_all()[PACK]
    install_pack(pack)
    maker, checker = (User.objects.create(username=name, name=name) for name in ("maker", "checker"))
    return Organisation.objects.get(code=pack.root), maker, checker


def promised(home: Organisation, count: int) -> list[int]:
    """Instalments of as many persons, reserved, with confirmed accounts; made in bulk, not measured."""
    from django.conf import settings

    from juxian.apps.funds.actions import open_accounts, post
    from juxian.apps.funds.models import BudgetLine, Grant, Instalment, PayeeAccount
    from juxian.core.ledger.accounts import Kind, account
    from juxian.core.ledger.flows import reserve
    from juxian.core.secrecy import digest, seal

    line = BudgetLine.objects.get(home=home, year=2022, line="housing")
    people = recorded(home, count)
    PayeeAccount.objects.bulk_create(
        PayeeAccount(
            person=person,
            holder=person.name,
            bank="银行",
            sealed=seal(f"622{person.pk:016d}", settings.JUXIAN_KEYS),
            digest=digest(str(person.pk), settings.JUXIAN_KEYS),
            masked="6222***0001",
            state="confirmed",
        )
        for person in people
    )
    grants = Grant.objects.bulk_create(
        Grant(
            home=home,
            person=person,
            policy="settlement-subsidy",
            benefit="settlement-base",
            title="安家补贴",
            version_since=DAY,
            as_of=DAY,
            source_key=f"bench:{person.pk}",
            fund="talent-fund",
            line="housing",
            whole_fen=100,
            total_fen=100,
            granted_on=DAY,
        )
        for person in people
    )
    for start in range(0, count, PART):
        part = grants[start : start + PART]
        names = [grant.name for grant in part]
        open_accounts([account(kind, name) for name in names for kind in (Kind.RESERVED, Kind.PAID)], home)
        post(*(reserve(line.name, name, 100, DAY) for name in names))
    items = Instalment.objects.bulk_create(
        Instalment(grant=grant, number=1, due=DAY, amount_fen=100, whole_fen=100, budget=line)
        for grant in grants
    )
    return [item.pk for item in items]


@dataclass(frozen=True)
class Recorded:
    """A person as a roster brings one in."""

    name: str
    document_kind: str
    document_number: str
    facts: Sequence[FactDraft]


def recorded(home: Organisation, count: int) -> list[Person]:
    """As many persons with a record of their own: whoever is paid has one."""
    from juxian.apps.persons.actions import FactDraft, register_people_in_bulk
    from juxian.apps.persons.models import Person, Source

    source = Source.objects.create(kind="roster", title="名册", organisation=home, day=DAY)
    since = date(2021, 9, 1)
    facts = [
        FactDraft("introduction", {"mode": "full_time", "service_months": 60}, since),
        FactDraft("title", {"level": "junior"}, since),
        FactDraft("talent_class", {"level": "unclassed"}, since),
        FactDraft("education", {"degree": "bachelor", "school": "某校", "school_tags": []}, date(2012, 7, 1)),
    ]
    drafts = [Recorded(f"收款人{place}", "", "", facts) for place in range(count)]
    register_people_in_bulk(home=home, drafts=drafts, source=source)
    return list(Person.objects.order_by("-pk")[:count])


def a_run(home: Organisation, maker: User, checker: User, items: list[int]) -> None:
    """Draft, seal, write, read the statement."""
    from juxian.apps.funds.actions.runs import draft_run, export_run, seal_run, send_run, submit_run
    from juxian.apps.funds.actions.statements import import_statement

    words = f"{len(items):,} lines"
    run = timed(
        f"{words}: draft",
        lambda: draft_run(home=home, as_of=DAY, title="批", bank=BANK, by=maker, instalments=items),
    )
    submit_run(run=run, by=maker)
    timed(
        f"{words}: sealed and written", lambda: (seal_run(run=run, by=checker), export_run(run=run, by=maker))
    )
    send_run(run=run, by=maker)
    data = told(run.lines.order_by("position").values_list("reference", flat=True))
    timed(
        f"{words}: statement read, all confirmed",
        lambda: import_statement(home=home, data=data, file_name="对账单", bank=BANK, by=maker),
    )


def told(references: Any) -> bytes:
    rows = [
        "交易日期,业务编号,借方金额,状态",
        *(f"2022-06-02,{reference},1.00,成功" for reference in references),
    ]
    return "\n".join(rows).encode()


def clerks_at_once(home: Organisation, maker: User, checker: User, items: list[int], clerks: int) -> None:
    """Clerks settle payments one by one, each in a transaction of its own with its audit entry."""
    lines = told_by_one(home, maker, checker, items)
    waits: list[float] = []
    began = time.perf_counter()
    threads = [
        threading.Thread(target=clerk, args=(lines[number::clerks], checker, waits))
        for number in range(clerks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    print(f"{clerks} clerks in one process: {worded(waits, wall)}")


def told_by_one(home: Organisation, maker: User, checker: User, items: list[int]) -> list[PaymentLine]:
    """Payments at the bank that one person has said are confirmed; a second person settles them."""
    from juxian.apps.funds.actions.runs import draft_run, export_run, seal_run, submit_run
    from juxian.apps.funds.models import PaymentLine

    run = draft_run(home=home, as_of=DAY, title="逐笔", bank=BANK, by=maker, instalments=items)
    submit_run(run=run, by=maker)
    seal_run(run=run, by=checker)
    export_run(run=run, by=maker)
    PaymentLine.objects.filter(run=run).update(told="confirmed", told_on=DAY, told_by=maker)
    return list(run.lines.select_related("run__home"))


def worded(waits: list[float], wall: float) -> str:
    waits.sort()
    return (
        f"{len(waits) / wall:,.0f} payments/s, median {statistics.median(waits) * 1000:.0f} ms, "
        f"p99 {waits[len(waits) * 99 // 100] * 1000:.0f} ms"
    )


def through_http(home: Organisation, maker: User, checker: User, items: list[int], clerks: int) -> None:
    """The same through the real server: session, form key, permission, payment, audit entry, one request each."""
    from juxian.apps.funds.models import PaymentLine
    from juxian.apps.funds.queries.proof import verify

    lines = [line.pk for line in told_by_one(home, maker, checker, items)]
    keys = [signed_in(home, number) for number in range(clerks)]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "juxian.config.cli", "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        waits: list[float] = []
        errors: list[str] = []
        warm = threading.Barrier(clerks + 1)
        threads = [
            threading.Thread(
                target=visitor, args=(port, keys[number], lines[number::clerks], waits, errors, warm)
            )
            for number in range(clerks)
        ]
        for thread in threads:
            thread.start()
        warm.wait()
        began, used, own = time.perf_counter(), cpu_of(server.pid), time.process_time()
        for thread in threads:
            thread.join()
        wall, used = time.perf_counter() - began, cpu_of(server.pid) - used
        own = time.process_time() - own
    finally:
        server.terminate()
        server.wait(timeout=20)
    done = PaymentLine.objects.filter(pk__in=lines, state="confirmed").count()
    print(
        f"{clerks} clerks through HTTP: {worded(waits, wall)}, {len(errors)} errors, {done} of {len(lines)} paid, "
        f"ms of CPU each: server {used * 1000 / max(1, len(waits)):.1f}, clerks {own * 1000 / max(1, len(waits)):.1f}"
    )
    if errors or done != len(lines) or verify().difference is not None:
        raise SystemExit(f"errors: {errors[:3]}")


def cpu_of(server: int) -> float:
    """CPU seconds of a process and of its children, in user and system."""
    used = 0
    for folder in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, rest = folder.parent.name, folder.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if server in (int(pid), int(rest[1])):
            used += int(rest[11]) + int(rest[12])
    return used / os.sysconf("SC_CLK_TCK")


def signed_in(home: Organisation, number: int) -> str:
    """The session of a further clerk of the office."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from juxian.apps.accounts.actions import begin_session
    from juxian.apps.accounts.models import Post, User
    from juxian.web.kit.session_store import SessionStore
    from juxian.web.kit.sessions import BEGAN, SEEN

    user = User.objects.create(username=f"clerk{number}", name=f"经办{number}")
    Post.objects.create(user=user, organisation=home, role="office", since=date(2020, 1, 1))
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store[BEGAN] = store[SEEN] = int(time.time())
    store.create()
    begin_session(user=user, session_key=str(store.session_key), address="", browser="")
    return str(store.session_key)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _time in range(300):
        if server.poll() is not None:
            raise SystemExit("the server ended")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit("the server does not answer")


def visitor(
    port: int, key: str, lines: list[int], waits: list[float], errors: list[str], warm: threading.Barrier
) -> None:
    """One clerk: a connection that stays open, one payment after another."""
    from django.conf import settings

    token = secrets.token_hex(16)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={token}",
    }
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for place in range(WARM_UP):
        link.request("GET", "/desk/funds/runs/", headers=headers)
        answer = link.getresponse()
        answer.read()
        if answer.status != http.client.OK and not place:
            errors.append(f"runs: {answer.status}")
    warm.wait()
    for line in lines:
        body = {"csrfmiddlewaretoken": token, "once": secrets.token_hex(16), "state": "confirmed"}
        body |= {"day": DAY.isoformat(), "reason": "回单"}
        began = time.perf_counter()
        link.request("POST", f"/desk/funds/payments/{line}/act/", urlencode(body), headers)
        answer = link.getresponse()
        answer.read()
        waits.append(time.perf_counter() - began)
        if answer.status != http.client.SEE_OTHER:
            errors.append(f"{line}: {answer.status}")
    link.close()


def clerk(lines: list[PaymentLine], by: User, waits: list[float]) -> None:
    from django.db import connection

    from juxian.apps.funds.actions.settling import tell_line
    from juxian.apps.gate import writing

    for line in lines:
        began = time.perf_counter()
        with writing():
            tell_line(line=line, state="confirmed", day=DAY, reason="回单", by=by)
        waits.append(time.perf_counter() - began)
    connection.close()


def replayed(home: Organisation, count: int) -> None:
    """A journal of ``count`` entries in batches, then all of it verified."""
    from django.db import transaction

    from juxian.apps.funds.actions import open_accounts, post
    from juxian.apps.funds.queries.proof import verify
    from juxian.core.ledger.accounts import Kind, account
    from juxian.core.ledger.flows import appropriate, reserve

    opened = [account(Kind.APPROPRIATION, "bench"), account(Kind.BUDGET, "bench")]
    open_accounts([*opened, account(Kind.RESERVED, "bench")], home)
    post(appropriate("bench", "bench", count, DAY, "文"))

    def write() -> None:
        for start in range(0, count, PART):
            post(
                *(
                    reserve("bench", "bench", 1, DAY, number)
                    for number in range(start, min(count, start + PART))
                )
            )

    timed(f"{count:,} entries: posted in batches of {PART:,}", write)
    with transaction.atomic():
        proof = timed(f"{count:,} entries: verified", verify)
    if proof.difference is not None:
        raise SystemExit(str(proof.difference))


def timed(what: str, work: Callable[[], Any]) -> Any:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    print(f"{what:46} {time.perf_counter() - wall:>8.2f} {time.process_time() - cpu:>8.2f}", flush=True)
    return found


if __name__ == "__main__":
    main()
