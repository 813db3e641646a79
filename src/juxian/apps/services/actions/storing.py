"""Writing what transitions came to (流转入库): cases, turns, clocks, history, letters, effects, in sets.

One transition is stored like five hundred. ``Change.locked`` says that the rows are locked by the caller's transaction;
otherwise compare-and-set on state and version tells who was quicker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from juxian.apps.files.models import StoredFile
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.actions.announcing import announce_changes
from juxian.apps.services.actions.effects import carry_out, effect_rows
from juxian.apps.services.actions.rows import save_rows
from juxian.apps.services.actions.seating import seat_turns
from juxian.apps.services.actions.telling import tell
from juxian.apps.services.models import Case, CaseEvent, CaseFile, Seat, Timer, Turn
from juxian.apps.services.queries.actors import organisation_of
from juxian.apps.services.queries.loading import Loaded, term_columns
from juxian.core.services import Outcome, Service
from juxian.core.services.cases import Event, Task
from juxian.core.services.definition import SERVICE_TIMER, Party
from juxian.core.workdays import Calendar

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOVED = (
    "state", "version", "result", "data", "submitted_at", "ended_at", "moved_at", "due_on", "provisional",
    "supplementing", "returns", "asked_twice", "working_days", "on_time", "definition",
)  # fmt: skip


class Overtaken(Exception):
    """Somebody was quicker: the case has moved on since it was read. ``last``: what happened, or None."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.number)
        self.case = case
        self.last = case.events.select_related("actor").last()

    def __str__(self) -> str:
        if self.last is None:
            return _("这件事刚刚有了变化，请看过最新情况再办理。")
        who = str(self.last.actor) if self.last.actor else _("系统")
        return _("%(who)s 刚刚办理了这件事，请看过最新情况再办理。") % {"who": who}


@dataclass(frozen=True)
class Change:
    """A transition to be stored. at: local time of the office."""

    before: Loaded
    outcome: Outcome
    service: Service
    at: datetime


def store(changes: Sequence[Change], calendar: Calendar, *, locked: bool = False) -> None:
    """Write transitions with everything that goes with them. Raises ``Overtaken`` unless the rows are ``locked``."""
    for change in changes:
        _update_case(change, calendar)
    if locked:
        save_rows([change.before.case for change in changes], MOVED)
    else:
        for change in changes:
            _compare_and_set(change)
    CaseEvent.objects.bulk_create(row for change in changes for row in _event_rows(change))
    _store_turns(changes, calendar)
    _store_files(changes)
    _store_timers(changes)
    effects = effect_rows((change.before.case, change.outcome) for change in changes)
    tell([(change.before.case, change.service, change.outcome, change.at) for change in changes])
    announce_changes((change.before, change.outcome) for change in changes)
    carry_out(effects, at=changes[0].at if changes else None)


# the case


def _compare_and_set(change: Change) -> None:
    case, before = change.before.case, change.before.state
    columns = {name: getattr(case, name) for name in MOVED}
    changed = Case.objects.filter(pk=case.pk, state=before.state, version=before.version).update(**columns)
    if not changed:
        raise Overtaken(Case.objects.get(pk=case.pk))


def _update_case(change: Change, calendar: Calendar) -> None:
    case, after = change.before.case, change.outcome.case
    case.state, case.version, case.result = after.state, after.version, after.result
    case.returns, case.supplementing, case.moved_at = after.returns, bool(after.marks), change.at
    case.data = {
        "opened_by": after.opened_by,
        "answers": dict(after.answers),
        "materials": {name: list(files) for name, files in after.materials.items()},
        "held": list(after.held),
        "profile": dict(after.profile),
        "asked": _asked(case.data.get("asked", {}), change.outcome.events),
    }
    case.asked_twice = sum(count > 1 for count in case.data["asked"].values())
    case.due_on, case.provisional = _due(change)
    if case.submitted_at is None and any(event.action == "submit" for event in change.outcome.events):
        case.submitted_at = change.at
    if after.ended and case.ended_at is None:
        _end(change, calendar)


def _asked(known: dict[str, int], events: Iterable[Event]) -> dict[str, int]:
    """How often each field and material was asked for once more."""
    counts = dict(known)
    for event in events:
        if event.action == "return":
            for name in event.detail.get("marks", ()):
                counts[name] = counts.get(name, 0) + 1
    return counts


def _due(change: Change) -> tuple[date | None, bool]:
    timers = change.outcome.case.timers
    whole = [timer for timer in timers if timer.key == SERVICE_TIMER]
    found = min(whole or timers, key=lambda timer: timer.deadline.day, default=None)
    return (found.deadline.day, found.deadline.provisional) if found else (None, False)


def _end(change: Change, calendar: Calendar) -> None:
    """Working days from handing in to the end, without those on which the clock of the whole case rested."""
    case = change.before.case
    case.ended_at = change.at
    if case.submitted_at is None:
        return
    first, last = case.submitted_at.astimezone(change.at.tzinfo).date(), change.at.date()
    clock = change.before.state.timer(SERVICE_TIMER)
    rested = sum(
        max(0, calendar.working_days(pause.since, min(pause.until or last, last)))
        for pause in (clock.term.pauses if clock else ())
    )
    case.working_days = max(0, calendar.working_days(first, last) - rested)
    if clock is not None and not clock.deadline.provisional:
        case.on_time = last <= clock.deadline.day


# history


def _event_rows(change: Change) -> list[CaseEvent]:
    return [
        CaseEvent(
            case=change.before.case,
            version=event.version,
            position=position,
            at=change.at,
            actor_id=user_id(event.by),
            role=event.role,
            on_behalf=event.on_behalf,
            action=event.action,
            before=event.before,
            after=event.after,
            task=event.task,
            reason=event.reason,
            detail={**event.detail, "by": event.by},
        )
        for position, event in enumerate(change.outcome.events)
    ]


def user_id(engine_id: str) -> int | None:
    return int(engine_id) if engine_id.isdigit() else None


# turns


def _store_turns(changes: Sequence[Change], calendar: Calendar) -> None:
    gone, changed, new = [], [], []
    for change in changes:
        kept = {task.key for task in change.outcome.case.tasks} if _same_step(change) else set()
        for key, turn in change.before.turns.items():
            if key not in kept:
                gone.append((_closed(turn, change), change.before.case))
        for task in change.outcome.case.tasks:
            known = change.before.turns.get(task.key) if task.key in kept else None
            if known is None:
                new.append((change, _turn(task, change)))
            elif _changes(known, task, change, calendar):
                changed.append((known, change.before.case))
    if gone or changed:
        fields = [
            "current", "open", "waiting", "result", "done_key", "reason", "proposal", "marks", "officer", "done_at",
            "due_on", "provisional", "on_time", "rests",
        ]  # fmt: skip
        save_rows([turn for turn, _case in (*gone, *changed)], fields)
        seat_turns([*gone, *changed])
    Turn.objects.bulk_create(turn for _change, turn in new)
    seats = [seat for change, turn in new for seat in _seats(change, turn)]
    _place(seats)
    Seat.objects.bulk_create(seats)


def _same_step(change: Change) -> bool:
    """The step goes on; a step that leads back to itself begins anew."""
    before, after = change.before.state, change.outcome.case
    moved = any(event.before != event.after for event in change.outcome.events)
    return before.state == after.state and not moved


def _closed(turn: Turn, change: Change) -> Turn:
    turn.current = turn.open = turn.waiting = False
    turn.rests = _ended(turn.rests, change.at.date())
    if turn.done_at is None:
        event = change.outcome.events[-1] if change.outcome.events else None
        turn.done_at, turn.done_key = change.at, turn.done_key or (event.by if event else "")
        turn.result = turn.result or (event.action[:16] if event else "")
        turn.reason = turn.reason or (event.reason if event else "")
        turn.on_time = None if turn.due_on is None or turn.provisional else change.at.date() <= turn.due_on
    return turn


def _turn(task: Task, change: Change) -> Turn:
    timer = change.outcome.case.timer(task.key)
    return Turn(
        case=change.before.case,
        key=task.key,
        state=change.outcome.case.state,
        opened_at=change.at,
        due_on=timer.deadline.day if timer else None,
        provisional=timer.deadline.provisional if timer else False,
        open=task.open,
        result=task.result,
        marks=[[mark.name, mark.note] for mark in task.marks],
        waiting=bool(task.marks),
        rests=[[change.at.date().isoformat(), None]] if task.marks else [],
    )


def _changes(turn: Turn, task: Task, change: Change, calendar: Calendar) -> bool:
    """Bring a row up to its task; whether anything differs."""
    timer = change.outcome.case.timer(task.key)
    proposal = [task.proposal.action, task.proposal.by, task.proposal.reason] if task.proposal else None
    wanted: dict[str, Any] = {
        "open": task.open,
        "waiting": bool(task.marks),
        "result": task.result,
        "done_key": task.by,
        "reason": task.reason,
        "proposal": proposal,
        "marks": [[mark.name, mark.note] for mark in task.marks],
    }
    if timer is not None:
        wanted |= {"due_on": timer.deadline.day, "provisional": timer.deadline.provisional}
    if task.result and turn.done_at is None:
        on_time = None if turn.due_on is None or turn.provisional else change.at.date() <= turn.due_on
        wanted |= {"done_at": change.at, "on_time": on_time}
    if turn.waiting != bool(task.marks):
        answered = calendar.received(change.at, change.service.cut_off)
        wanted["rests"] = (
            [*turn.rests, [change.at.date().isoformat(), None]]
            if task.marks
            else _ended(turn.rests, answered)
        )
    different = {name: value for name, value in wanted.items() if getattr(turn, name) != value}
    for name, value in different.items():
        setattr(turn, name, value)
    return bool(different)


def _ended(rests: Sequence[Sequence[str | None]], day: date) -> list[list[str | None]]:
    """Waiting is over on ``day``; as the clock rests, see core.workdays.Pause."""
    return [[since, until or max(since or "", day.isoformat())] for since, until in rests]


# materials


def _store_files(changes: Sequence[Change]) -> None:
    """Files that came with a transition; ids that name no file (of an import, of tests) stay in the case's own record."""
    wanted = [
        (change, material, uuid)
        for change in changes
        for material, files in change.outcome.case.materials.items()
        if files != change.before.state.materials.get(material)
        for uuid in files
        if _UUID.fullmatch(uuid)
    ]
    if not wanted:
        return
    known = {
        str(file.uuid): file for file in StoredFile.objects.filter(uuid__in=[item[2] for item in wanted])
    }
    CaseFile.objects.bulk_create(
        (
            CaseFile(
                case=change.before.case,
                material=material,
                file=known[uuid],
                version=change.outcome.case.version,
            )
            for change, material, uuid in wanted
            if uuid in known
        ),
        ignore_conflicts=True,
    )


# seats


def _seats(change: Change, turn: Turn) -> list[Seat]:
    case = change.before.case
    parties: tuple[Party, ...] = change.service.posts[turn.key].who
    return [
        Seat(
            turn=turn,
            case=case,
            home=case.home,
            service=case.service,
            role=str(party.role),
            place=party.place,
            open=turn.open,
            waiting=turn.waiting,
            officer_id=turn.officer_id or case.officer_id,
            due_on=turn.day,
        )
        for party in dict.fromkeys(parties)
    ]


def _place(seats: Iterable[Seat]) -> None:
    """Give each seat its organisation; what has none falls to the office (a person's own seat stays without)."""
    wanted = [(seat, organisation_of(seat.place, seat.case)) for seat in seats]
    codes = {code for _seat, code in wanted if code}
    known = {item.code: item for item in Organisation.objects.filter(code__in=codes)} if codes else {}
    for seat, code in wanted:
        if code in known:
            seat.organisation = known[code]
        elif seat.role != "person":
            seat.organisation = seat.home


# clocks


def _store_timers(changes: Sequence[Change]) -> None:
    stopped, changed, new = [], [], []
    for change in changes:
        stopped += [
            change.before.timers[key].pk for key in change.outcome.stopped if key in change.before.timers
        ]
        for timer in change.outcome.timers:
            row = change.before.timers.get(timer.key)
            columns = term_columns(timer)
            if row is None:
                new.append(Timer(case=change.before.case, key=timer.key, **columns))
            else:
                for name, value in columns.items():
                    setattr(row, name, value)
                changed.append(row)
    if stopped:
        Timer.objects.filter(pk__in=stopped).delete()
    if changed:
        fields = [
            "days", "unit", "counts_first_day", "rolls", "since", "after_hours", "pauses", "due_on", "provisional",
            "told", "waits",
        ]  # fmt: skip
        save_rows(changed, fields)
    Timer.objects.bulk_create(new)
