"""Cases at size: pages, one transition, timers that are due at once, a new calendar, and years of simulated life.

    .venv/bin/python benchmarks/services.py [--cases 200000] [--timers 50000] [--life 20000] [--years 3] [--skip pages,life]

Two hundred cases are moved through the application itself, as far as they shall go; the rest of ``--cases`` are copies of
their rows. Half of the cases have ended. CPU is that of this process; of the simulation equal hashes are what counts.
"""

from __future__ import annotations

import argparse
import atexit
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.config.settings")

if TYPE_CHECKING:
    from django.test import Client
    from tests.apps.services.stage import Stage

TODAY = date(2026, 1, 8)
REAL = 200  # moved by the application; the rest are copies
ROUNDS = 15
RARE = "欧阳独一"
PARTS = ("pages", "transition", "redate", "timers", "life")
# as many holidays as move every clock that runs on the day
NOTICE = "2026-01-01..2026-01-03, 放假, 元旦\n2026-01-09, 放假, 元旦\n2026-02-16..2026-02-23, 放假, 春节"


def main() -> None:
    args = _arguments()
    _set_up()
    stage = _staged()
    _tell("what", "measured", "goal")
    if wanted := [part for part in PARTS[:4] if part not in args.skip]:
        count = _fill(stage, args.cases)
        _own_work(stage)
        _tell(f"cases, {_open_cases():,} of them open", f"{count:,}", "")
        for part in wanted:
            {"pages": _pages, "transition": _transition, "redate": _redate, "timers": _timers}[part](
                stage, args
            )
    if "life" not in args.skip:
        _life(stage, args)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--timers", type=int, default=50_000)
    parser.add_argument("--life", type=int, default=20_000, help="cases of the simulation")
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--skip", type=lambda text: text.split(","), default=[])
    return parser.parse_args()


def _set_up() -> None:
    home = Path(tempfile.mkdtemp(prefix="juxian-benchmark-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ |= {"JUXIAN_HOME": str(home), "JUXIAN_DEMO": "true", "JUXIAN_TODAY": TODAY.isoformat()}
    import django

    django.setup()
    from juxian.config.commands.upgrade import upgrade

    upgrade()


def _staged() -> Stage:
    import pytest
    from tests.apps.services.stage import set_stage

    return set_stage(pytest.MonkeyPatch())


def _fill(stage: Stage, wanted: int) -> int:
    """Of ten cases five have ended, one waits for the employer, three for departments, one for the decision."""
    from juxian.apps.services.models import Case

    for number in range(min(REAL, wanted)):
        case = stage.submitted()
        if number % 10 < 5:
            stage.does(case, stage.applicant, "withdraw")
        elif number % 10 > 5:
            case = stage.does(case, stage.employer, "endorse")
            if number % 10 == 9:
                for unit, branch in (
                    ("human-resources", "staff"),
                    ("finance", "money"),
                    ("housing", "homes"),
                ):
                    case = stage.does(case, stage.clerks[unit], "pass", task=f"checks/{branch}")
    for copy in range(1, wanted // REAL):
        _copied(copy)
    return Case.objects.count()


def _copied(copy: int) -> None:
    """The rows of the first cases once more, with other ids."""
    from django.db import connection, transaction

    from juxian.apps.services.models import Case, CaseEvent, Seat, Timer, Turn

    step = 10_000_000
    with transaction.atomic(), connection.cursor() as cursor:
        for model, shifted in (
            (Case, {"id"}),
            (CaseEvent, {"id", "case_id"}),
            (Turn, {"id", "case_id"}),
            (Seat, {"id", "case_id", "turn_id"}),
            (Timer, {"id", "case_id"}),
        ):
            columns = [field.column for field in model._meta.local_fields]
            values = [
                f'"{name}" + {copy * step}' if name in shifted
                else f"\"number\" || '-{copy}'" if model is Case and name == "number"
                else f'"{name}"'
                for name in columns
            ]  # fmt: skip
            named = ", ".join(f'"{name}"' for name in columns)
            cursor.execute(
                f'INSERT INTO "{model._meta.db_table}" ({named}) SELECT {", ".join(values)} '  # noqa: S608
                f'FROM "{model._meta.db_table}" WHERE "id" < {step}'
            )


def _own_work(stage: Stage) -> None:
    """One clerk has taken a third of what a department has to do; the office helps with a tenth of the cases."""
    from django.db.models import F

    from juxian.apps.services.actions.seating import seat_officers
    from juxian.apps.services.models import Case, Seat, Turn

    open_turns = Turn.objects.filter(current=True, open=True).alias(third=F("id") % 3)
    open_turns.filter(key="checks/money", third=0).update(officer=stage.clerks["finance"])
    Case.objects.running().alias(tenth=F("id") % 10).filter(tenth=0).update(officer=stage.office)
    seat_officers(Seat.objects.all())


def _open_cases() -> int:
    from juxian.apps.services.models import Case

    return Case.objects.running().count()


def _pages(stage: Stage, _args: argparse.Namespace) -> None:
    from ground import measure

    from juxian.apps.services.models import Case

    case = Case.objects.filter(state="checks").order_by("pk")[17]
    Case.objects.filter(pk=Case.objects.filter(state="checks").order_by("pk")[19].pk).update(applicant=RARE)
    pages = (
        ("queue of the office", stage.office, "/desk/cases/"),
        ("queue of a department", stage.clerks["finance"], "/desk/cases/"),
        ("queue of the office, a name of one case", stage.office, f"/desk/cases/?q={RARE}"),
        ("queue of the office, a name of very many", stage.office, f"/desk/cases/?q={case.applicant[:1]}"),
        ("own work of an officer", stage.clerks["finance"], "/desk/cases/?view=mine"),
        ("case page of the office", stage.office, f"/desk/cases/{case.number}/"),
        ("case page of a department", stage.clerks["finance"], f"/desk/cases/{case.number}/"),
    )
    for title, user, address in pages:
        browser = _browser(user)
        if "?q=" in address:  # names stand in no address: the page leads to one that holds a stand-in
            address = browser.get(address).headers["Location"]
        timing = measure(browser, title, address, ROUNDS)
        _tell(f"{title}, {timing.queries} queries", f"{timing.median_ms:.0f} ms CPU", "60 ms")


def _browser(user: Any) -> Client:
    from django.test import Client

    made = Client(headers={"accept-language": "zh-hans"})
    made.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return made


def _transition(stage: Stage, _args: argparse.Namespace) -> None:
    from juxian.apps.services.models import Case

    waiting = list(Case.objects.filter(state="endorse").order_by("pk")[:60])
    spent = [_cpu(lambda case=case: stage.does(case, stage.employer, "endorse"))[0] for case in waiting]
    _tell(
        "one transition: endorse, three branches open",
        f"{statistics.median(spent) * 1000:.1f} ms CPU",
        "20 ms",
    )


def _redate(stage: Stage, _args: argparse.Namespace) -> None:
    from juxian.apps.services.actions import redate_cases, upload_year

    upload_year(text=NOTICE, year=2026, by=stage.office)
    cpu, wall, changed = _timed(redate_cases)
    _tell(f"a new notice dates {changed:,} open cases anew", f"{cpu:.1f} s CPU", "10 s / 100,000")
    _tell("", f"{wall:.1f} s", "")


def _timers(_stage: Stage, args: argparse.Namespace) -> None:
    """As many clocks as wanted run out on one day; all others rest."""
    from juxian.apps.services.actions import sweep_timers
    from juxian.apps.services.models import Timer

    due = Timer.objects.filter(waits=True).order_by("due_on", "pk")
    last = list(due.values_list("pk", flat=True)[: args.timers])
    Timer.objects.filter(pk__in=due.values("pk")[args.timers :]).update(waits=False)
    morning = datetime.fromisoformat("2026-06-01 07:00+08:00")
    cpu, wall, told = _timed(lambda: sweep_timers(at=morning))
    _tell(f"{len(last):,} clocks run out at once, one worker: {told}", f"{cpu:.0f} s CPU", "300 s")
    _tell("", f"{wall:.0f} s", "")


def _life(stage: Stage, args: argparse.Namespace) -> None:
    """Twice with one seed; everything is taken back in between."""
    from django.db import transaction
    from tests.apps.services.life import made

    hashes = []
    for run in range(2):
        with transaction.atomic():
            life = made(stage)
            cpu, wall, found = _timed(
                lambda life=life: life.live(date(2023, 7, 3), 365 * args.years, args.life)
            )
            hashes.append(found)
            transaction.set_rollback(True)
        _tell(
            f"{args.years} years of {args.life:,} cases, {life.transitions:,} steps, {life.crashes} crashes",
            f"{cpu:.0f} s CPU", "300 s",
        )  # fmt: skip
        _tell(f"run {run + 1}: {found[:16]}", f"{wall:.0f} s", "")
    _tell("equal hashes", "yes" if hashes[0] == hashes[1] else "NO", "yes")


def _cpu(do: Callable[[], Any]) -> tuple[float, Any]:
    before = time.process_time()
    found = do()
    return time.process_time() - before, found


def _timed(do: Callable[[], Any]) -> tuple[float, float, Any]:
    began = time.perf_counter()
    cpu, found = _cpu(do)
    return cpu, time.perf_counter() - began, found


def _tell(title: str, measured: str, goal: str) -> None:
    print(f"{title:54} {measured:>14} {goal:>12}", flush=True)


if __name__ == "__main__":
    main()
