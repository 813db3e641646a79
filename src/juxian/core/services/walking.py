"""``<service>.cases.yaml``: the office's own walks through a service, with what it expects on the way (办件用例).

S160 cases of another service · S161 unknown name · S162 value not accepted · S163 no time · S170 a walk came out differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from juxian.core.facts.values import Refusal, parse_value
from juxian.core.policy.names import names_of_schema
from juxian.core.positioned import Document, Path
from juxian.core.services.cases import CLOCK, Action, Actor, CaseState, Mark, Outcome
from juxian.core.services.definition import Party, Relation, Role, Service
from juxian.core.services.engine import act, open_case
from juxian.core.services.parts import PartReader
from juxian.core.services.refusals import CaseRefused, Why
from juxian.core.source import Problem, problem_at
from juxian.core.text import Text
from juxian.core.workdays import Calendar

_CASE_KEYS = ("name", "profile", "opened", "by", "walk", "note")
_STEP_KEYS = (
    "do", "task", "at", "by", "as", "answers", "materials", "held", "marks", "reason",
    "state", "result", "due", "letters", "effects", "refused", "wrong", "note",
)  # fmt: skip
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}))?")
_NINE = time(9)


@dataclass(frozen=True, slots=True)
class WalkStep:
    """One action and what is expected after it; None is not asked. ``name`` empty: only time passes, up to ``at``.

    party: whom the actor stands for; None takes the first party of the task.
    due: key of a timer → its last day, None for no such timer.
    """

    path: Path
    name: str
    at: datetime
    action: Action
    by: str
    party: Party | None = None
    state: str | None = None
    result: str | None = None
    due: Mapping[str, date | None] = field(default_factory=dict)
    letters: tuple[str, ...] | None = None
    effects: tuple[str, ...] | None = None
    refused: str | None = None
    wrong: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    name: str
    profile: Mapping[str, Any]
    opened: datetime
    by: str
    party: Party
    steps: tuple[WalkStep, ...]
    path: Path
    document: Document


@dataclass(frozen=True, slots=True)
class WalkResult:
    """How a walk came out; ``problems`` tell each difference at its place. ``case``: as far as it came."""

    walk: Walk
    case: CaseState | None
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        return not self.problems


def read_walks(document: Document, service: Service) -> tuple[tuple[Walk, ...], list[Problem]]:
    """The walks that ``document`` holds for ``service``, and every problem; a wrong walk is left out."""
    reader = _Reader(document, service)
    return reader.walks(), reader.problems


def run_walks(service: Service, walks: Iterable[Walk], calendar: Calendar) -> list[WalkResult]:
    return [_Runner(service, walk, calendar).run() for walk in walks]


class _Reader(PartReader):
    def __init__(self, document: Document, service: Service) -> None:
        super().__init__(document, service.schema)
        self.service = service
        self.names = names_of_schema(service.schema)

    def walks(self) -> tuple[Walk, ...]:
        if not self.mapping((), ("service", "cases"), ("service", "cases")):
            return ()
        if (named := self.text(("service",))) != self.service.id:
            message = Text(
                f"这里写的是“{named}”，事项是“{self.service.id}”",
                f"this says {named}, the service is {self.service.id}",
            )
            self.wrong(("service",), "S160", message)
        places = self.items(("cases",)) if self.has(("cases",)) else []
        return tuple(walk for place in places if (walk := self.walk(place)))

    def walk(self, path: Path) -> Walk | None:
        if not self.mapping(path, _CASE_KEYS, ("name", "opened", "walk")):
            return None
        told = len(self.problems)
        opened = self.moment((*path, "opened"))
        steps = [self.step(place) for place in self.items((*path, "walk"))]
        profile = self.profile((*path, "profile"))
        if opened is None or len(self.problems) > told:
            return None
        return Walk(
            name=self.text((*path, "name")),
            profile=profile,
            opened=opened,
            by=self.text((*path, "by"), "applicant"),
            party=self.service.first.posts[0].who[0],
            steps=tuple(step for step in steps if step),
            path=path,
            document=self.document,
        )

    def profile(self, path: Path) -> dict[str, Any]:
        """Canonical profile row, fields by any of their names."""
        found: dict[str, Any] = {}
        value = self.get(path)
        if value is not None and not isinstance(value, dict):
            self.mapping(path, ())
            return found
        for word, raw in (value or {}).items():
            name = self.schema.find_field(word)
            if name is None:
                self.known((*path, word), word, self.names.by_word, "S161", Text("画像字段", "profile field"))
                continue
            parsed = parse_value(raw, name.type, self.schema)
            if isinstance(parsed, Refusal):
                self.wrong((*path, word), "S162", parsed.reason)
            else:
                found[name.name] = parsed
        return found

    def step(self, path: Path) -> WalkStep | None:
        if not self.mapping(path, _STEP_KEYS, ("at",)):
            return None
        at, name = self.moment((*path, "at")), self.text((*path, "do"))
        if at is None:
            return None
        refused = self.choice((*path, "refused"), list(Why)) or None
        return WalkStep(
            path=path,
            name=name,
            at=at,
            action=self.action(path, name),
            by=self.text((*path, "by")),
            party=self.party((*path, "as")),
            state=self.state((*path, "state")),
            result=self.text((*path, "result")) or None,
            due=self.due((*path, "due")),
            letters=self.texts((*path, "letters")) if self.has((*path, "letters")) else None,
            effects=self.texts((*path, "effects")) if self.has((*path, "effects")) else None,
            refused=refused,
            wrong=self.texts((*path, "wrong")) if self.has((*path, "wrong")) else None,
        )

    def action(self, path: Path, name: str) -> Action:
        raw = self.get((*path, "answers"))
        marks = self.get((*path, "marks"))
        files = self.texts((*path, "materials"))
        return Action(
            name=name,
            task=self.text((*path, "task")),
            answers=raw if isinstance(raw, dict) else {},
            materials={file: (f"{file}.pdf",) for file in files},
            held=frozenset(self.texts((*path, "held"))),
            marks=tuple(Mark(str(word)) for word in (marks if isinstance(marks, list) else [])),
            reason=self.text((*path, "reason")),
        )

    def party(self, path: Path) -> Party | None:
        """Somebody else than the task asks for."""
        if not self.has(path) or not self.mapping(path, ("role", "relation", "unit"), ("role", "relation")):
            return None
        role, relation = (
            self.choice((*path, "role"), list(Role)),
            self.choice((*path, "relation"), list(Relation)),
        )
        return (
            Party(Role(role), Relation(relation), self.text((*path, "unit"))) if role and relation else None
        )

    def state(self, path: Path) -> str | None:
        word = self.text(path)
        states = (*self.service.steps, *self.service.ends)
        return (
            word
            if word and self.known(path, word, states, "S161", Text("环节或结果", "step or end"))
            else None
        )

    def due(self, path: Path) -> dict[str, date | None]:
        """Keys may leave out the step before a branch; ``none`` says that there is no such timer."""
        value = self.get(path)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.mapping(path, ())
            return {}
        return {key: None if value[key] == "none" else self.day((*path, key)) for key in value}

    def moment(self, path: Path) -> datetime | None:
        """``2026-01-05 10:00``; nine o'clock without an hour."""
        text = self.text(path)
        if not text:
            return None
        found = _MOMENT.fullmatch(text)
        try:
            if found:
                hour = time.fromisoformat(found[2]) if found[2] else _NINE
                return datetime.combine(date.fromisoformat(found[1]), hour)
        except ValueError:
            pass
        hint = Text("写成 2026-01-05 10:00", "write 2026-01-05 10:00")
        self.wrong(path, "S163", Text(f"“{text}”不是时间", f"“{text}” is no time"), hint)
        return None


class _Runner:
    def __init__(self, service: Service, walk: Walk, calendar: Calendar) -> None:
        self.service, self.walk, self.calendar = service, walk, calendar
        self.problems: list[Problem] = []
        self.letters: list[str] = []
        self.effects: list[str] = []

    def run(self) -> WalkResult:
        walk = self.walk
        actor = Actor(walk.by, walk.party.role, frozenset({walk.party.place}))
        case = open_case(self.service, actor, walk.opened, self.calendar, walk.profile).case
        for step in walk.steps:
            self.letters, self.effects = [], []
            case = self.pass_time(case, step.at)
            if step.name:
                case = self.take(case, step)
            self.compare(case, step)
            if self.problems:
                break
        return WalkResult(walk, case, tuple(self.problems))

    def pass_time(self, case: CaseState, at: datetime) -> CaseState:
        """Fire every timer that has passed, each on the morning after its last day, as a worker would."""
        while due := case.due_timers(at.date()):
            morning = datetime.combine(due[0].deadline.day + timedelta(days=1), time(), at.tzinfo)
            outcome = act(self.service, case, Action("due", due[0].key), CLOCK, morning, self.calendar)
            case = self.gather(outcome)
        return case

    def take(self, case: CaseState, step: WalkStep) -> CaseState:
        try:
            outcome = act(self.service, case, step.action, self.actor(case, step), step.at, self.calendar)
        except CaseRefused as refused:
            self.compare_refusal(step, refused)
            return case
        if step.refused is not None:
            self.differs(
                step,
                "refused",
                f"应不予办理（{step.refused}），实际已办理",
                f"expected a refusal ({step.refused}), it was done",
            )
        return self.gather(outcome)

    def compare_refusal(self, step: WalkStep, refused: CaseRefused) -> None:
        if step.refused != refused.why:
            zh, en = f"{refused.reason.zh}（{refused.why}）", f"{refused.reason.en} ({refused.why})"
            if refused.fields:
                zh += "：" + "；".join(f"{name} {text.zh}" for name, text in refused.fields.items())
                en += ": " + "; ".join(f"{name} {text.en}" for name, text in refused.fields.items())
            self.differs(step, "do", f"未能办理：{zh}", f"it was refused: {en}")
        elif step.wrong is not None and set(step.wrong) != set(refused.fields):
            found = "、".join(sorted(refused.fields)) or "—"
            self.differs(step, "wrong", f"有误的内容实为 {found}", f"wrong are {found}")

    def actor(self, case: CaseState, step: WalkStep) -> Actor:
        """Whom the action asks for, unless the file says otherwise."""
        party = step.party
        if party is None and step.name not in ("supplement", "withdraw"):
            key = step.action.task
            task = (
                case.task(key) or case.task(f"{case.state}/{key}") or (case.tasks[0] if case.tasks else None)
            )
            party = self.service.posts[task.key].who[0] if task else None
        party = party or self.walk.party
        name = step.by or (self.walk.by if party == self.walk.party else str(party.place))
        return Actor(name, party.role, frozenset({party.place}))

    def gather(self, outcome: Outcome) -> CaseState:
        self.letters += [message.letter for message in outcome.messages]
        self.effects += [f"{effect.kind} {effect.target}" for effect in outcome.effects]
        return outcome.case

    def compare(self, case: CaseState, step: WalkStep) -> None:
        if self.problems:
            return
        if step.state is not None and case.state != step.state:
            want, got = self.service.title_of(step.state), self.service.title_of(case.state)
            self.differs(
                step, "state", f"应到“{want.zh}”，实在“{got.zh}”", f"expected {want.en}, it is {got.en}"
            )
        if step.result is not None and case.result != step.result:
            self.differs(
                step,
                "result",
                f"结果应为 {step.result}，实为 {case.result or '—'}",
                f"the result is {case.result or '—'}",
            )
        for key, day in step.due.items():
            timer = case.timer(key) or case.timer(f"{case.state}/{key}")
            found = timer.deadline.day if timer else None
            if found != day:
                self.differs(step, "due", f"“{key}”的到期日应为 {day or '—'}，实为 {found or '—'}", f"{key} should be due on {day or '—'}, it is {found or '—'}")  # fmt: skip
        for key, want_all, got_all in (
            ("letters", step.letters, self.letters),
            ("effects", step.effects, self.effects),
        ):
            if want_all is not None and sorted(want_all) != sorted(got_all):
                shown = "、".join(got_all) or "—"
                self.differs(step, key, f"{key} 实为 {shown}", f"{key} are {shown}")

    def differs(self, step: WalkStep, key: str, zh: str, en: str) -> None:
        document = self.walk.document
        text = Text(f"用例“{self.walk.name}”：{zh}", f"case “{self.walk.name}”: {en}")
        self.problems.append(problem_at(document.source, document.span((*step.path, key)), "S170", text))
