"""Payments at size: a run sealed and written, a statement read, the whole journal replayed.

    python benchmarks/ledger.py [--lines N] [--entries N] [--clerks N]

Budget on 2 cores: 10,000 lines sealed and written ≤ 2 s on both databases; 1,000,000 entries verified ≤ 20 s; eight clerks
≥ 150 payments/s. ``JUXIAN_DATABASE_URL`` chooses the database, SQLite with full durability otherwise. Wall and CPU seconds.
"""

from __future__ import annotations

import argparse
import atexit
import os
import resource
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from juxian.apps.accounts.models import User
    from juxian.apps.funds.models import PaymentLine
    from juxian.apps.organisations.models import Organisation

PACK, BANK = "jiayuguan", "payroll-csv"
DAY = date(2022, 6, 1)
PART = 5_000
PER_CLERK = 40


def main() -> None:
    args = arguments()
    os.environ |= {
        "JUXIAN_HOME": tempfile.mkdtemp(prefix="juxian-benchmark-"),
        "JUXIAN_TODAY": DAY.isoformat(),
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
    lines = promised(home, args.lines + args.clerks * PER_CLERK)
    a_run(home, maker, checker, lines[: args.lines])
    clerks_at_once(home, maker, checker, lines[args.lines :], args.clerks)
    replayed(home, args.entries)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=10_000, help="payments of the run")
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries of the journal")
    parser.add_argument("--clerks", type=int, default=8)
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
    from juxian.apps.persons.models import Person
    from juxian.core.ledger.accounts import Kind, account
    from juxian.core.ledger.flows import reserve
    from juxian.core.secrecy import digest, seal

    line = BudgetLine.objects.get(home=home, year=2022, line="housing")
    people = Person.objects.bulk_create(
        Person(number=f"B{place:09d}", name=f"收款人{place}", home=home) for place in range(count)
    )
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
    from juxian.apps.funds.actions.runs import draft_run, export_run, seal_run, submit_run
    from juxian.apps.funds.models import PaymentLine

    run = draft_run(home=home, as_of=DAY, title="逐笔", bank=BANK, by=maker, instalments=items)
    submit_run(run=run, by=maker)
    seal_run(run=run, by=checker)
    export_run(run=run, by=maker)
    PaymentLine.objects.filter(run=run).update(told="confirmed", told_on=DAY, told_by=maker)
    lines = list(run.lines.select_related("run__home"))
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
    waits.sort()
    print(
        f"{clerks} clerks in one process: {len(waits) / wall:,.0f} payments/s, "
        f"median {statistics.median(waits) * 1000:.0f} ms, p99 {waits[len(waits) * 99 // 100] * 1000:.0f} ms"
    )


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
