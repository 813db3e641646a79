"""Killed at each statement of each step of a payment, then looked at (逐条语句中断). A process of its own.

A child does the step and dies by SIGKILL before its n-th statement, before its commit, or right after it; the parent then
looks at what the database holds. Prints one JSON object with the counts.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from juxian.config.cli import setup_django

setup_django()

from django.db import connection, connections, transaction  # noqa: E402  # models need the settings
from django.db.models import Count  # noqa: E402

from juxian.apps.funds.actions import post  # noqa: E402
from juxian.apps.funds.actions.changes import ask_change, decide_change  # noqa: E402
from juxian.apps.funds.actions.runs import draft_run, export_run, seal_run, send_run, submit_run  # noqa: E402
from juxian.apps.funds.actions.settling import key_of, tell_line  # noqa: E402
from juxian.apps.funds.actions.statements import import_statement  # noqa: E402
from juxian.apps.funds.models import Account, BudgetChange, Entry, Grant, Instalment, PaymentLine, PaymentRun  # noqa: E402
from juxian.apps.funds.queries.proof import verify, wrong_balances  # noqa: E402
from juxian.apps.funds.rules import NotPossible  # noqa: E402
from juxian.apps.gate import writing  # noqa: E402
from juxian.core.ledger.flows import pay  # noqa: E402
from tests.apps.funds.scene import BANK, DAY, Scene, make_scene, statement  # noqa: E402

MOST_STATEMENTS = 400
LAST = DAY.replace(month=12, day=31)
Work = Callable[[], object]


class Fault:
    """Kills its process at the ``at``-th statement or commit."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.step()
        return execute(sql, params, many, context)

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def killed(work: Work, at: int) -> bool:
    """Do it in a child that dies at ``at``; False when it came to its end before."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        status = 3
        try:
            _work_with(Fault(at), work)
            status = 0
        except NotPossible:
            status = 0
        finally:  # a child must never come back into the parent's code
            if status == 3:
                traceback.print_exc()
            os._exit(status)
    _pid, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("the child failed otherwise")
    return os.WIFSIGNALED(status)


def _work_with(fault: Fault, work: Work) -> None:
    connection.ensure_connection()
    inner = connection._commit

    def commit() -> None:
        fault.step()
        inner()
        fault.step()

    connection._commit = commit
    with connection.execute_wrapper(fault):
        work()


def state() -> tuple[Any, ...]:
    """What bears on money, in a form that can be compared."""

    def counted(model: Any, *names: str) -> tuple[Any, ...]:
        return tuple(model.objects.order_by(*names).values_list(*names).annotate(Count("id")))

    balances = tuple(Account.objects.exclude(balance=0).order_by("name").values_list("name", "balance"))
    return (
        counted(PaymentLine, "state"),
        counted(Instalment, "state"),
        counted(PaymentRun, "state"),
        counted(Grant, "state"),
        Entry.objects.count(),
        balances,
    )


@dataclass
class Counts:
    """rounds: kills. torn: neither before nor after. double, lost: instalments paid twice, or paid without an entry."""

    rounds: dict[str, int] = field(default_factory=dict)
    torn: int = 0
    double: int = 0
    lost: int = 0
    drift: int = 0


def crash_through(name: str, work: Work, counts: Counts) -> None:
    """Kill at every statement in turn until the step has happened; then do it once more, which must change nothing."""
    before = state()
    for at in range(1, MOST_STATEMENTS):
        died = killed(work, at)
        now = state()
        counts.drift += len(wrong_balances())
        if died:
            counts.rounds[name] = counts.rounds.get(name, 0) + 1
        if not died or now != before:
            break
    done = state()
    killed(work, MOST_STATEMENTS)
    counts.torn += state() != done
    killed(work, MOST_STATEMENTS)
    counts.torn += state() != done or done == before


def look(counts: Counts) -> None:
    """Every paid instalment has one confirmed payment and one entry, and nothing else has one."""
    for line in PaymentLine.objects.select_related("instalment__grant__home"):
        entries = Entry.objects.filter(key=key_of(line), refusal="", reversed_by=None).count()
        counts.double += entries > 1
        counts.lost += (line.state == "confirmed") != (entries == 1)
    for item in Instalment.objects.filter(state="paid"):
        confirmed = item.lines.filter(state="confirmed").count()
        counts.double += confirmed > 1
        counts.lost += confirmed == 0


def cycle(scene: Scene, number: int, counts: Counts) -> None:
    """One payment from the promise to the account, one that comes back, one that two persons settle; killed all the way."""
    for place in range(2):
        person = scene.entitled(f"甲{number}{place}")
        scene.account(person, f"62220202{number:04d}{place:06d}")
        crash_through("grant", gated(lambda person=person: scene.grant(person)), counts)
    home, by, other = scene.place.root, scene.maker, scene.checker

    def run() -> PaymentRun:
        return PaymentRun.objects.order_by("-id")[0]

    crash_through(
        "draft", gated(lambda: draft_run(home=home, as_of=DAY, title="批", bank=BANK, by=by)), counts
    )
    crash_through("submit", gated(lambda: submit_run(run=run(), by=by)), counts)
    crash_through("seal", gated(lambda: seal_run(run=run(), by=other)), counts)
    crash_through("export", gated(lambda: export_run(run=run(), by=other)), counts)
    crash_through("send", gated(lambda: send_run(run=run(), by=by)), counts)
    first, second = run().lines.order_by("position")
    paid = statement((f"2022-06-{number % 28 + 1:02d}", first.reference, "20000.00"))
    crash_through("statement", gated(lambda: read(scene, paid)), counts)
    words = {"state": "confirmed", "day": DAY, "reason": "回单"}
    tell_line(line=second, by=by, **words)
    crash_through("two persons", gated(lambda: tell_line(line=second, by=other, **words)), counts)
    back = statement((f"2022-07-{number % 28 + 1:02d}", first.reference, "", "20000.00"))
    crash_through("return", gated(lambda: read(scene, back)), counts)


def end_of_year(scene: Scene, counts: Counts) -> None:
    """A closing that gives promises back and makes them anew, approved by a second person; killed all the way."""
    Grant.objects.filter(state="suspended").update(state="active")
    person = scene.entitled("岁末")
    scene.grant(person)
    change = BudgetChange(
        home=scene.place.root,
        kind="close",
        fund="talent-fund",
        year=DAY.year,
        document="纪要",
        promises="renew",
        asked_on=LAST,
    )
    with writing():
        ask_change(change=change, by=scene.maker)
    decided = gated(lambda: decide_change(change=change, approved=True, day=LAST, by=scene.checker))
    crash_through("close", decided, counts)


def gated(work: Work) -> Work:
    def inside() -> None:
        with writing():
            work()

    return inside


def read(scene: Scene, data: bytes) -> object:
    return import_statement(
        home=scene.place.root, data=data, file_name="对账单.csv", bank=BANK, by=scene.maker
    )


def drafted(scene: Scene) -> PaymentLine:
    """A payment for the negative control, promised before the year is closed."""
    person = scene.entitled("反例")
    scene.account(person, "6222999900001111")
    scene.grant(person)
    run = draft_run(home=scene.place.root, as_of=DAY, title="反例", bank=BANK, by=scene.maker)
    return run.lines.select_related("instalment__grant__home").get()


def naive(line: PaymentLine, counts: Counts) -> None:
    """The negative control: the same payment in two transactions; a kill between them must be seen."""

    def careless() -> None:
        changed = PaymentLine.objects.filter(pk=line.pk, state="open").update(state="confirmed")
        if changed:
            with transaction.atomic():
                post(pay(key_of(line), line.instalment.grant.name, line.amount_fen, DAY))

    crash_through("naive", careless, counts)
    look(counts)


def main(cycles: int) -> None:
    scene, counts, control = make_scene(), Counts(), Counts()
    for number in range(cycles):
        cycle(scene, number, counts)
        PaymentRun.objects.filter(state="sent").update(state="settled")
        Grant.objects.filter(state="active").update(state="suspended")
    line = drafted(scene)
    end_of_year(scene, counts)
    look(counts)
    proof = verify().difference
    naive(line, control)
    told = {
        "rounds": counts.rounds,
        "total": sum(counts.rounds.values()),
        "torn": counts.torn,
        "double": counts.double,
        "lost": counts.lost,
        "drift": counts.drift,
        "proof": proof and str(proof.message),
        "control": control.torn + control.lost + control.double,
    }
    print(json.dumps(told, ensure_ascii=False))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
