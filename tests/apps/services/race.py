"""Threads at one case at the same moment; prints what each was told and what stands. A process of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence

from juxian.config.cli import setup_django

setup_django()

import pytest  # noqa: E402  # models need the settings
from django.db import connection  # noqa: E402

from juxian.apps.services.actions import (  # noqa: E402
    Overtaken,
    Wanted,
    act_on_case,
    assign_officer,
    put_back,
    redate_cases,
    submit_application,
    sweep_timers,
    take_turn,
)
from juxian.apps.services.models import Case, CaseEffect, CaseEvent, Timer, Turn  # noqa: E402
from juxian.config.invariants import Scope  # noqa: E402
from juxian.config.invariants.cases import seats  # noqa: E402
from juxian.core.services import CaseRefused  # noqa: E402
from tests.apps.services.stage import ANSWERS, CLAIM, FILES, OPENED, set_stage  # noqa: E402
from tests.core.services.place import at  # noqa: E402

THREADS = 6
stage = set_stage(pytest.MonkeyPatch())
Work = Callable[[], object]


def at_once(*works: Work) -> list[str]:
    """What each was told."""
    told: list[str] = []
    together = threading.Barrier(len(works))

    def run(work: Work) -> None:
        together.wait()
        try:
            work()
            told.append("done")
        except Overtaken:
            told.append("overtaken")
        except CaseRefused as refused:
            told.append(str(refused.why))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def act(case: Case, name: str, by: object, version: int | None, task: str = "") -> Work:
    return lambda: act_on_case(
        case=case, wanted=Wanted(name, task), by=by, expected_version=version, at=OPENED
    )  # type: ignore[arg-type]


def hand_in() -> Case:
    return submit_application(
        home=stage.root, service=CLAIM, by=stage.applicant, person=stage.person, answers=ANSWERS, materials=FILES,
        at=OPENED,
    )  # fmt: skip


def one_step() -> tuple[list[str], list[Case]]:
    """Many officers at one step, all from the same page."""
    case = stage.submitted()
    return at_once(*[act(case, "endorse", stage.employer, case.version) for _ in range(THREADS)]), [case]


def withdrawal() -> tuple[list[str], list[Case]]:
    """A step and a withdrawal from the same page."""
    case = stage.submitted()
    half = [act(case, "endorse", stage.employer, case.version) for _ in range(THREADS // 2)]
    other = [act(case, "withdraw", stage.applicant, case.version) for _ in range(THREADS // 2)]
    return at_once(*half, *other), [case]


def branches() -> tuple[list[str], list[Case]]:
    """Departments of a parallel step, each twice, nobody with a page."""
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    clerks = [("staff", "human-resources"), ("money", "finance"), ("homes", "housing")] * 2
    works = [act(case, "pass", stage.clerks[duty], None, f"checks/{branch}") for branch, duty in clerks]
    return at_once(*works), [case]


def numbers() -> tuple[list[str], list[Case]]:
    """Many open at once."""
    before = set(Case.objects.values_list("pk", flat=True))
    told = at_once(*[hand_in for _ in range(THREADS)])
    return told, list(Case.objects.exclude(pk__in=before))


def clocks() -> tuple[list[str], list[Case]]:
    """Several workers at the same deadlines."""
    cases = [stage.does(stage.decided(), stage.second, "confirm") for _ in range(3)]
    return at_once(*[lambda: sweep_timers(at=at("2026-01-20 08:00")) for _ in range(THREADS)]), cases


def officers() -> tuple[list[str], list[Case]]:
    """A turn is taken and put back while officers of the case are named and a step is done."""
    case = stage.does(stage.submitted(), stage.employer, "endorse")
    turn, clerk = Turn.objects.get(case=case, key="checks/money"), stage.clerks["finance"]
    return at_once(
        lambda: take_turn(turn=turn, by=clerk),
        lambda: put_back(turn=turn, by=clerk),
        lambda: assign_officer(case=Case.objects.get(pk=case.pk), officer=stage.office, by=stage.office),
        lambda: assign_officer(case=Case.objects.get(pk=case.pk), officer=stage.second, by=stage.office),
        act(case, "pass", stage.clerks["housing"], None, "checks/homes"),
        redate_cases,
    ), [case]


def found(told: list[str], cases: Sequence[Case]) -> dict[str, object]:
    ids = [case.pk for case in cases]
    return {
        "told": told,
        "cases": list(Case.objects.filter(pk__in=ids).values_list("number", "state", "version")),
        "events": list(CaseEvent.objects.filter(case=ids[0]).values_list("action", flat=True)),
        "effects": CaseEffect.objects.filter(case__in=ids).count(),
        "timers": Timer.objects.filter(case__in=ids).count(),
        "differing_seats": [words.en for words in seats(Scope(every=True)).violations],
    }


races = (one_step, withdrawal, branches, numbers, clocks, officers)
print(json.dumps({race.__name__: found(*race()) for race in races}))  # noqa: T201
