"""A case (办件): frozen data that a transition replaces. What is stored, what comes out, how it is kept as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from juxian.core.services.definition import EffectKind, Party, Role
from juxian.core.text import Text
from juxian.core.workdays import Deadline, Pause, Period, Term, Unit


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the application knows them (办理人).

    places: what they are to this case: ``applicant``, ``employer``, ``above_employer``, ``office``, ``unit:finance`` …
    on_behalf: for whom an officer acts (帮办); empty when for themselves.
    """

    id: str
    role: Role | None
    places: frozenset[str] = frozenset()
    on_behalf: str = ""

    def is_of(self, party: Party) -> bool:
        return self.role is party.role and party.place in self.places


CLOCK = Actor("clock", None)


@dataclass(frozen=True, slots=True)
class Mark:
    """A form field or material that has to be supplemented (补正标记), and why."""

    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody wants to do.

    task: key of the open task, needed where several are open; with ``due`` the key of the timer.
    answers: raw values by form field; materials: ids of files by material; held: fact kinds with evidence already held.
    profile: canonical profile row of the day; given when applying and supplementing.
    """

    name: str
    task: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    materials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    marks: tuple[Mark, ...] = ()
    reason: str = ""
    profile: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An action that waits for a second person (待复核)."""

    action: str
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """An open or answered place of work (待办). ``key``: of the post. ``result``: ``pass`` or ``fail`` of a branch."""

    key: str
    result: str = ""
    by: str = ""
    reason: str = ""
    proposal: Proposal | None = None
    marks: tuple[Mark, ...] = ()

    @property
    def open(self) -> bool:
        return not self.result


@dataclass(frozen=True, slots=True)
class Timer:
    """A running deadline (计时). ``key``: of the post, ``supplement:`` and the post, or ``service``.

    deadline: derived from ``term`` by the calendar of the day; told: that it has passed was told already.
    """

    key: str
    term: Term
    deadline: Deadline
    told: bool = False

    @property
    def waits(self) -> bool:
        """Whether it can still do something: it neither rests nor has been told."""
        return not self.term.paused and not self.told


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history (办理记录). ``at``: ISO local time; ``detail``: JSON."""

    version: int
    at: str
    by: str
    role: str
    action: str
    before: str
    after: str
    task: str = ""
    reason: str = ""
    on_behalf: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseState:
    """Everything that a case is. Compare-and-set is on ``state`` and ``version``; each transition adds one to it.

    definition: digest of the definition it began with. state: id of a step or an end. result: set by an end.
    returns: how often it was returned for supplement. profile: what the definition reads of it, as last given.
    """

    service: str
    definition: str
    state: str
    version: int
    opened_by: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    materials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    timers: tuple[Timer, ...] = ()
    history: tuple[Event, ...] = ()
    returns: int = 0
    result: str = ""

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Everything that the applicant has to supplement now."""
        return tuple(mark for task in self.tasks for mark in task.marks)

    @property
    def ended(self) -> bool:
        return bool(self.result)

    @property
    def digest(self) -> str:
        """SHA-256 of the case: the same actions at the same times give the same one."""
        text = json.dumps(case_to_json(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def task(self, key: str) -> Task | None:
        return next((task for task in self.tasks if task.key == key), None)

    def timer(self, key: str) -> Timer | None:
        return next((timer for timer in self.timers if timer.key == key), None)

    def with_task(self, task: Task) -> CaseState:
        return replace(self, tasks=tuple(task if old.key == task.key else old for old in self.tasks))

    def due_timers(self, day: date) -> tuple[Timer, ...]:
        """Timers whose last day lies before ``day``, earliest first; provisional ones wait for the notice."""
        passed = (timer for timer in self.timers if timer.waits and timer.deadline.day < day)
        return tuple(
            sorted(
                (timer for timer in passed if not timer.deadline.provisional),
                key=lambda timer: (timer.deadline.day, timer.key),
            )
        )


@dataclass(frozen=True, slots=True)
class DueEffect:
    """What the application now has to do, exactly once by ``key`` (within the case). ``values`` are canonical."""

    key: str
    kind: EffectKind
    target: str
    values: Mapping[str, Any]
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A letter that goes out; ``values`` by placeholder, as far as the engine knows them.

    parties: who ``handlers`` in ``to`` are.
    """

    letter: str
    to: tuple[str, ...]
    values: Mapping[str, Text]
    parties: tuple[Party, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A transition: the new case, and what goes with it in one transaction.

    events: those added; timers: started or changed; stopped: keys of timers to delete.
    """

    case: CaseState
    events: tuple[Event, ...] = ()
    timers: tuple[Timer, ...] = ()
    stopped: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    effects: tuple[DueEffect, ...] = ()


def case_to_json(case: CaseState) -> dict[str, Any]:
    """Plain JSON of a case; ``case_from_json`` gives it back."""
    return {
        "service": case.service,
        "definition": case.definition,
        "state": case.state,
        "version": case.version,
        "opened_by": case.opened_by,
        "answers": dict(case.answers),
        "materials": {name: list(files) for name, files in case.materials.items()},
        "held": list(case.held),
        "profile": dict(case.profile),
        "tasks": [_task_to_json(task) for task in case.tasks],
        "timers": [timer_to_json(timer) for timer in case.timers],
        "history": [_event_to_json(event) for event in case.history],
        "returns": case.returns,
        "result": case.result,
    }


def case_from_json(data: Mapping[str, Any]) -> CaseState:
    """A case from what ``case_to_json`` made of it."""
    parts = dict(data)
    return CaseState(
        **parts
        | {
            "materials": {name: tuple(files) for name, files in parts["materials"].items()},
            "held": tuple(parts["held"]),
            "tasks": tuple(_task_from_json(task) for task in parts["tasks"]),
            "timers": tuple(timer_from_json(timer) for timer in parts["timers"]),
            "history": tuple(Event(**event) for event in parts["history"]),
        }
    )


def timer_to_json(timer: Timer) -> dict[str, Any]:
    """A timer as JSON: lengths in its unit, moments in ISO 8601."""
    term, period = timer.term, timer.term.period
    return {
        "key": timer.key,
        "days": period.days,
        "unit": str(period.unit),
        "counts_first_day": period.counts_first_day,
        "rolls": period.rolls,
        "since": term.since.isoformat(),
        "after_hours": term.after_hours,
        "pauses": [
            [pause.since.isoformat(), pause.until.isoformat() if pause.until else None]
            for pause in term.pauses
        ],
        "day": timer.deadline.day.isoformat(),
        "provisional": timer.deadline.provisional,
        "told": timer.told,
    }


def timer_from_json(data: Mapping[str, Any]) -> Timer:
    """A timer from what ``timer_to_json`` made of it."""
    pauses = tuple(
        Pause(date.fromisoformat(since), date.fromisoformat(until) if until else None)
        for since, until in data["pauses"]
    )
    period = Period(data["days"], Unit(data["unit"]), data["counts_first_day"], data["rolls"])
    term = Term(period, date.fromisoformat(data["since"]), data["after_hours"], pauses)
    return Timer(
        data["key"], term, Deadline(date.fromisoformat(data["day"]), data["provisional"]), data["told"]
    )


def _task_to_json(task: Task) -> dict[str, Any]:
    proposal = task.proposal
    return {
        "key": task.key,
        "result": task.result,
        "by": task.by,
        "reason": task.reason,
        "proposal": [proposal.action, proposal.by, proposal.reason] if proposal else None,
        "marks": [[mark.name, mark.note] for mark in task.marks],
    }


def _task_from_json(data: Mapping[str, Any]) -> Task:
    proposal = Proposal(*data["proposal"]) if data["proposal"] else None
    marks = tuple(Mark(*mark) for mark in data["marks"])
    return Task(data["key"], data["result"], data["by"], data["reason"], proposal, marks)


def _event_to_json(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__slots__}
