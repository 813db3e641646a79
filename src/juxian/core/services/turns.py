"""One transition while it is being made: the case is replaced step by step, what goes with it is gathered (一次流转)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from juxian.core.dates import add_months
from juxian.core.policy import Expression
from juxian.core.services.answers import holds
from juxian.core.services.cases import (
    Action,
    Actor,
    CaseState,
    DueEffect,
    Event,
    Message,
    Outcome,
    Task,
    Timer,
)
from juxian.core.services.definition import (
    SERVICE_TIMER,
    Effect,
    EffectKind,
    Limit,
    Move,
    Party,
    Service,
    StepKind,
)
from juxian.core.text import Text
from juxian.core.workdays import Calendar, Period, Term


def supplement_key(task: str) -> str:
    """Key of the timer that runs while the applicant supplements."""
    return f"supplement:{task}"


@dataclass
class Turn:
    """``case`` is the case so far; ``outcome()`` closes the turn."""

    service: Service
    before: CaseState
    action: Action
    by: Actor
    at: datetime
    calendar: Calendar
    case: CaseState = field(init=False)
    events: list[Event] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    effects: list[DueEffect] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.case = replace(self.before, version=self.before.version + 1)

    @property
    def day(self) -> date:
        return self.at.date()

    def holds(self, condition: Expression | None) -> bool | None:
        return holds(self.service, condition, self.case.answers, self.case.profile, self.day)

    def outcome(self) -> Outcome:
        case = replace(self.case, history=(*self.case.history, *self.events))
        old = {timer.key: timer for timer in self.before.timers}
        new = {timer.key: timer for timer in case.timers}
        changed = tuple(timer for key, timer in new.items() if old.get(key) != timer)
        stopped = tuple(key for key in old if key not in new)
        return Outcome(case, tuple(self.events), changed, stopped, tuple(self.messages), tuple(self.effects))

    # what is told

    def note(self, action: str, *, task: str = "", reason: str = "", **detail: Any) -> None:
        """A line of the history; the state after it is the present one."""
        self.events.append(
            Event(
                version=self.case.version,
                at=self.at.isoformat(),
                by=self.by.id,
                role=str(self.by.role or ""),
                action=action,
                before=self.before.state,
                after=self.case.state,
                task=task,
                reason=reason,
                on_behalf=self.by.on_behalf,
                detail=detail,
            )
        )

    def send(self, letter: str, *, step: Text, deadline: date | None = None, reason: str = "", marked: Text | None = None,
             parties: Iterable[Party] = ()) -> None:  # fmt: skip
        """Send ``letter``; nothing when it is empty."""
        if not letter:
            return
        values: dict[str, Text] = {
            "service": self.service.title,
            "step": step,
            "day": Text(self.day.isoformat()),
        }
        if deadline is not None:
            values["deadline"] = Text(deadline.isoformat())
        if reason:
            values["reason"] = Text(reason)
        if marked is not None:
            values["marked"] = marked
        handlers = tuple(dict.fromkeys(parties or self.handlers()))
        self.messages.append(Message(letter, self.service.letters[letter].to, values, handlers))

    def handlers(self) -> list[Party]:
        return [party for task in self.case.tasks if task.open for party in self.service.posts[task.key].who]

    # timers

    def start(self, key: str, period: Period) -> Timer:
        """Start a timer now, in place of one of the same key."""
        late = self.calendar.arrives_after_hours(self.at, self.service.cut_off)
        term = Term(period, self.day, late)
        timer = Timer(key, term, self.calendar.due(term))
        self.stop(key)
        self.case = replace(self.case, timers=(*self.case.timers, timer))
        return timer

    def stop(self, *keys: str) -> None:
        self.case = replace(
            self.case, timers=tuple(timer for timer in self.case.timers if timer.key not in keys)
        )

    def pause(self, key: str) -> None:
        self._retime(key, lambda term: term.pause(self.day))

    def resume(self, key: str) -> None:
        day = self.calendar.received(self.at, self.service.cut_off)
        self._retime(key, lambda term: term.resume(day))

    def reperiod(self, key: str, period: Period) -> None:
        """Give a running timer another length; what has passed and rested stays."""
        self._retime(key, lambda term: replace(term, period=period))

    def tell(self, key: str) -> None:
        """Remember that ``key`` was told to be late."""
        timers = tuple(replace(timer, told=True) if timer.key == key else timer for timer in self.case.timers)
        self.case = replace(self.case, timers=timers)

    def _retime(self, key: str, change: Callable[[Term], Term]) -> None:
        timers = []
        for timer in self.case.timers:
            if timer.key == key:
                term = change(timer.term)
                deadline = self.calendar.due(term)
                timer = replace(
                    timer, term=term, deadline=deadline, told=timer.told and deadline.day < self.day
                )
            timers.append(timer)
        self.case = replace(self.case, timers=tuple(timers))

    # states

    def enter(self, state: str, *, reason: str = "") -> None:
        """Leave the present state for ``state``: its tasks and timers go, those of the new one come."""
        kept = tuple(timer for timer in self.case.timers if timer.key == SERVICE_TIMER)
        self.case = replace(self.case, state=state, tasks=(), timers=kept)
        if state in self.service.ends:
            self._end(state, reason)
            return
        step = self.service.steps[state]
        posts = [post for post in step.posts if self.holds(post.only_if) is not False]
        self.case = replace(self.case, tasks=tuple(Task(post.key) for post in posts))
        for post in posts:
            if post.limit is not None:
                self.start(post.key, post.limit.period)
        if step.kind is StepKind.APPLY:
            self.pause(SERVICE_TIMER)

    def begin_service_timer(self, limit: Limit | None) -> None:
        """The time of the whole case runs from the first submission; it rests while the applicant fills in again."""
        if limit is None:
            return
        if self.case.timer(SERVICE_TIMER) is None:
            self.start(SERVICE_TIMER, limit.period)
        else:
            self.resume(SERVICE_TIMER)

    def follow(self, move: Move, *, task: str = "", reason: str = "") -> None:
        """Take ``move``: the first of its routes that holds, its effects, its letter."""
        route = next(route for route in move.routes if self.holds(route.when) is True)
        self.enter(route.to, reason=reason)
        self.note(move.action, task=task, reason=reason)
        self.give(move.effects, move.action)
        self.send(
            move.letter, step=self.service.title_of(route.to), reason=reason, deadline=self._next_deadline()
        )

    def _next_deadline(self) -> date | None:
        """The last day of the new step, else of the case."""
        days = [timer.deadline.day for timer in self.case.timers if timer.key != SERVICE_TIMER]
        days = days or [timer.deadline.day for timer in self.case.timers]
        return max(days) if days else None

    def _end(self, state: str, reason: str) -> None:
        end = self.service.ends[state]
        self.case = replace(self.case, timers=(), result=str(end.result))
        self.give(end.effects, state)
        self.send(end.letter, step=end.title, reason=reason)

    def give(self, effects: Iterable[Effect], origin: str) -> None:
        for number, effect in enumerate(effects, start=1):
            key = f"{self.case.version}:{origin}:{number}"
            since = self._since(effect)
            until = add_months(since, effect.months) if effect.months else None
            self.effects.append(
                DueEffect(key, effect.kind, effect.target, self._values(effect), since, until)
            )

    def _since(self, effect: Effect) -> date:
        day = self.case.answers.get(effect.since) if effect.since else None
        return date.fromisoformat(day) if day else self.day

    def _values(self, effect: Effect) -> Mapping[str, Any]:
        answers = self.case.answers
        found = {name: answers[field] for name, field in effect.answers.items() if field in answers}
        return {**effect.constants, **found} if effect.kind is not EffectKind.OPEN else {}
