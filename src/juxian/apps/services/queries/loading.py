"""A case as the engine knows it, from its rows (读取办件)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from juxian.apps.clock import SHANGHAI
from juxian.apps.services.models import Case, CaseEvent, Seat, Timer, Turn
from juxian.core.services.cases import CaseState, Event, Mark, Proposal, Task
from juxian.core.services.cases import Timer as EngineTimer
from juxian.core.workdays import Deadline, Pause, Period, Term, Unit

CASE_PARTS = ("definition", "home", "person", "unit", "employer", "employer__parent", "officer")


@dataclass(frozen=True)
class Loaded:
    """A case with the rows of its present step. ``state`` is without history: transitions only add to it."""

    case: Case
    state: CaseState
    turns: Mapping[str, Turn]
    timers: Mapping[str, Timer]


def load(case: Case) -> Loaded:
    """Two queries beside the case itself, whose parts (``CASE_PARTS``) should be selected."""
    return load_many([case])[0]


def load_many(cases: Sequence[Case]) -> list[Loaded]:
    """The cases in their order; two queries, however many there are."""
    ids = [case.pk for case in cases]
    turns: dict[int, dict[str, Turn]] = {pk: {} for pk in ids}
    for turn in Turn.objects.filter(case__in=ids, current=True).order_by("id"):
        turns[turn.case_id][turn.key] = turn
    timers: dict[int, dict[str, Timer]] = {pk: {} for pk in ids}
    for timer in Timer.objects.filter(case__in=ids).order_by("id"):
        timers[timer.case_id][timer.key] = timer
    return [_loaded(case, turns[case.pk], timers[case.pk]) for case in cases]


def _loaded(case: Case, turns: dict[str, Turn], timers: dict[str, Timer]) -> Loaded:
    data = case.data
    state = CaseState(
        service=case.service,
        definition=case.definition.digest,
        state=case.state,
        version=case.version,
        opened_by=data.get("opened_by", ""),
        answers=data.get("answers", {}),
        materials={name: tuple(files) for name, files in data.get("materials", {}).items()},
        held=tuple(data.get("held", ())),
        profile=data.get("profile", {}),
        tasks=tuple(_task(turn) for turn in turns.values()),
        timers=tuple(timer_of(timer) for timer in timers.values()),
        returns=case.returns,
        result=case.result,
    )
    return Loaded(case, state, turns, timers)


def with_history(loaded: Loaded, events: Iterable[CaseEvent]) -> CaseState:
    """The whole case, as it would be had it never left memory: its digest can be compared.

    What the engine keeps in an order of its own is sorted by key, as rows have another one.
    """
    state = loaded.state
    return replace(
        state,
        history=tuple(event_of(event) for event in events),
        tasks=tuple(sorted(state.tasks, key=lambda task: task.key)),
        timers=tuple(sorted(state.timers, key=lambda timer: timer.key)),
    )


def event_of(event: CaseEvent) -> Event:
    """A row of the history as the engine made it."""
    return Event(
        version=event.version,
        at=event.at.astimezone(SHANGHAI).isoformat(),
        by=event.detail.get("by", ""),
        role=event.role,
        action=event.action,
        before=event.before,
        after=event.after,
        task=event.task,
        reason=event.reason,
        on_behalf=event.on_behalf,
        detail={key: value for key, value in event.detail.items() if key != "by"},
    )


def _task(turn: Turn) -> Task:
    return Task(
        key=turn.key,
        result=turn.result,
        by=turn.done_key,
        reason=turn.reason,
        proposal=Proposal(*turn.proposal) if turn.proposal else None,
        marks=tuple(Mark(*mark) for mark in turn.marks),
    )


def timer_of(timer: Timer) -> EngineTimer:
    return EngineTimer(timer.key, term_of(timer), Deadline(timer.due_on, timer.provisional), timer.told)


def term_of(timer: Timer) -> Term:
    """The term of a timer's row; inverse of ``term_columns``."""
    return Term(
        Period(timer.days, Unit(timer.unit), timer.counts_first_day, timer.rolls),
        timer.since,
        timer.after_hours,
        tuple(pause_from(item) for item in timer.pauses),
    )


def pause_from(item: Sequence[Any]) -> Pause:
    since, until = item
    return Pause(date.fromisoformat(since), date.fromisoformat(until) if until else None)


def term_columns(timer: EngineTimer) -> dict[str, Any]:
    """The columns of a timer's row."""
    term, period = timer.term, timer.term.period
    return {
        "days": period.days,
        "unit": str(period.unit),
        "counts_first_day": period.counts_first_day,
        "rolls": period.rolls,
        "since": term.since,
        "after_hours": term.after_hours,
        "pauses": [
            [pause.since.isoformat(), pause.until.isoformat() if pause.until else None]
            for pause in term.pauses
        ],
        "due_on": timer.deadline.day,
        "provisional": timer.deadline.provisional,
        "told": timer.told,
        "waits": timer.waits,
    }


def open_seats(case: Case) -> list[Seat]:
    """Seats of the open turns with their organisations; one query."""
    return list(Seat.objects.filter(case=case, open=True).select_related("organisation", "turn"))
