"""How a case moves (流转): a pure function from a case and an action to the next case, or a refusal.

No clock is read here: ``at`` is the local time of the office. The application runs ``act`` inside one transaction, with
compare-and-set on state and version, and stores everything that the outcome carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from juxian.core.services.answers import (
    check_answers,
    check_materials,
    holds,
    materials_needed,
    prefilled,
    shown_fields,
)
from juxian.core.services.cases import (
    CLOCK,
    Action,
    Actor,
    CaseState,
    Event,
    Outcome,
    Proposal,
    Task,
    Timer,
)
from juxian.core.services.definition import (
    REMIND,
    SERVICE_TIMER,
    Join,
    Service,
    Step,
    StepKind,
)
from juxian.core.services.possible import BRANCH_ACTIONS, clock_alone, is_applicant
from juxian.core.services.refusals import CaseRefused, Why
from juxian.core.services.turns import Turn, supplement_key
from juxian.core.text import Text
from juxian.core.workdays import Calendar, Deadline


def open_case(
    service: Service, by: Actor, at: datetime, calendar: Calendar, profile: Mapping[str, Any] | None = None
) -> Outcome:
    """A new case in its first step, with everything that is known filled in. Raises ``CaseRefused``."""
    first = service.first
    if not any(by.is_of(party) for post in first.posts for party in post.who):
        raise CaseRefused(Why.NOT_YOURS)
    known = _kept(service, profile or {})
    case = CaseState(
        service.id, service.digest, first.id, 0, by.id, answers=prefilled(service, known), profile=known
    )
    turn = Turn(service, case, Action("open"), by, at, calendar)
    turn.enter(first.id)
    turn.note("open")
    return turn.outcome()


def act(
    service: Service, case: CaseState, action: Action, by: Actor, at: datetime, calendar: Calendar
) -> Outcome:
    """The next case after ``action``. Raises ``CaseRefused``; the case given is never changed.

    Actions are those of the present step, and ``return``, ``supplement``, ``withdraw``, ``confirm``, ``reject``; the clock
    alone does ``due``, with the key of the timer as ``task``.
    """
    if case.definition != service.digest or case.service != service.id:
        raise CaseRefused(Why.OTHER_VERSION)
    if case.ended:
        raise CaseRefused(Why.ENDED)
    turn = Turn(service, case, action, by, at, calendar)
    match action.name:
        case "due":
            _due(turn)
        case "withdraw":
            _withdraw(turn)
        case "supplement":
            _supplement(turn)
        case _:
            _work(turn)
    return turn.outcome()


def redate(case: CaseState, calendar: Calendar, at: datetime) -> tuple[Outcome, list[tuple[Timer, Deadline]]]:
    """The case by a new calendar, with each timer that moved and its deadline before; the same case when none did."""
    moved: list[tuple[Timer, Deadline]] = []
    timers = []
    for timer in case.timers:
        deadline = calendar.due(timer.term)
        if deadline != timer.deadline:
            moved.append((replace(timer, deadline=deadline), timer.deadline))
        timers.append(replace(timer, deadline=deadline))
    if not moved:
        return Outcome(case), moved
    detail = {timer.key: [before.day.isoformat(), timer.deadline.day.isoformat()] for timer, before in moved}
    event = Event(
        case.version + 1, at.isoformat(), CLOCK.id, "", "redate", case.state, case.state, detail=detail
    )
    case = replace(case, version=case.version + 1, timers=tuple(timers), history=(*case.history, event))
    return Outcome(case, (event,), tuple(timer for timer, _ in moved)), moved


# the work of a step


def _work(turn: Turn) -> None:
    task = _task(turn)
    post, name = turn.service.posts[task.key], turn.action.name
    if not any(turn.by.is_of(party) for party in post.who):
        raise CaseRefused(Why.NOT_YOURS)
    if task.marks:
        raise CaseRefused(Why.WAITS_FOR_APPLICANT)
    if name in ("confirm", "reject"):
        _second(turn, task)
        return
    if task.proposal is not None:
        raise CaseRefused(Why.WAITS_FOR_SECOND)
    if name == "return" and post.may_return:
        _return(turn, task)
        return
    step = turn.service.steps[turn.case.state]
    _check_action(turn, step)
    if post.second_person:
        turn.case = turn.case.with_task(
            replace(task, proposal=Proposal(name, turn.by.id, turn.action.reason))
        )
        turn.note("propose", task=task.key, reason=turn.action.reason, proposes=name)
        return
    if step.kind is StepKind.APPLY:
        _apply(turn)
    _perform(turn, step, task, name, turn.action.reason)


def _task(turn: Turn) -> Task:
    """The task that is meant; it need not be named where one alone is open."""
    case, key = turn.case, turn.action.task
    if not key:
        open_tasks = [task for task in case.tasks if task.open]
        if len(open_tasks) == 1:
            return open_tasks[0]
        raise CaseRefused(Why.NO_SUCH_TASK)
    task = case.task(key) or case.task(f"{case.state}/{key}")
    if task is None:
        raise CaseRefused(Why.NO_SUCH_TASK)
    if not task.open:
        raise CaseRefused(Why.ANSWERED)
    return task


def _check_action(turn: Turn, step: Step) -> None:
    name = turn.action.name
    known = BRANCH_ACTIONS if step.kind is StepKind.PARALLEL else tuple(step.moves)
    if name not in known:
        raise CaseRefused(Why.NO_SUCH_ACTION)
    if clock_alone(step, name):
        raise CaseRefused(Why.NOT_DUE)
    needed = name == "fail" if step.kind is StepKind.PARALLEL else step.moves[name].reason
    if needed and not turn.action.reason.strip():
        raise CaseRefused(Why.REASON_NEEDED)


def _perform(turn: Turn, step: Step, task: Task, name: str, reason: str) -> None:
    if step.kind is not StepKind.PARALLEL:
        turn.follow(step.moves[name], task=task.key, reason=reason)
        return
    turn.case = turn.case.with_task(replace(task, result=name, by=turn.by.id, reason=reason, proposal=None))
    turn.stop(task.key)
    turn.note(name, task=task.key, reason=reason)
    joined = _joined(step, turn.case.tasks)
    if joined:
        reasons = "；".join(task.reason for task in turn.case.tasks if task.reason and task.result == joined)
        turn.follow(step.moves[joined], reason=reasons)


def _joined(step: Step, tasks: tuple[Task, ...]) -> str:
    """``pass`` or ``fail`` once a parallel step is over, else empty."""
    results = [task.result for task in tasks]
    if step.join is Join.ANY and "pass" in results:
        return "pass"
    if step.join is Join.FIRST_FAIL and "fail" in results:
        return "fail"
    if "" in results:
        return ""
    return "fail" if "fail" in results else "pass"


def _second(turn: Turn, task: Task) -> None:
    """Another person confirms or rejects what the first one proposed."""
    proposal = task.proposal
    if proposal is None:
        raise CaseRefused(Why.NO_SUCH_ACTION)
    if turn.by.id == proposal.by:
        raise CaseRefused(Why.SAME_PERSON)
    cleared = replace(task, proposal=None)
    if turn.action.name == "reject":
        if not turn.action.reason.strip():
            raise CaseRefused(Why.REASON_NEEDED)
        turn.case = turn.case.with_task(cleared)
        turn.note("reject", task=task.key, reason=turn.action.reason, proposed=proposal.action)
        return
    turn.case = turn.case.with_task(cleared)
    turn.note("confirm", task=task.key, reason=turn.action.reason, proposed=proposal.action)
    step = turn.service.steps[turn.case.state]
    _perform(turn, step, cleared, proposal.action, proposal.reason)


# the applicant


def _apply(turn: Turn) -> None:
    """Check the application as a whole and take it over."""
    service, action = turn.service, turn.action
    profile = _kept(service, action.profile) if action.profile is not None else turn.case.profile
    given = {**turn.case.answers, **action.answers}
    files = {**turn.case.materials, **{name: tuple(ids) for name, ids in action.materials.items()}}
    _take(turn, given, files, action.held or frozenset(turn.case.held), profile)
    if holds(service, service.who, turn.case.answers, profile, turn.day) is False:
        raise CaseRefused(Why.NOT_ELIGIBLE)
    turn.begin_service_timer(service.limit)


def _take(
    turn: Turn,
    given: Mapping[str, Any],
    files: Mapping[str, tuple[str, ...]],
    held: frozenset[str],
    profile: Mapping[str, Any],
) -> None:
    """Answers and materials into the case. Raises ``CaseRefused`` with everything that is wrong."""
    service = turn.service
    checked = check_answers(service, given, profile, turn.day)
    needs = materials_needed(service, checked.values, profile, held, turn.day)
    wrong = {**checked.wrong, **check_materials(service, needs, files)}
    if wrong:
        raise CaseRefused(Why.INCOMPLETE, wrong)
    turn.case = replace(
        turn.case, answers=checked.values, materials=files, held=tuple(sorted(held)), profile=profile
    )


def _return(turn: Turn, task: Task) -> None:
    """Return for supplement: the fields are marked, the clock of the office rests, that of the applicant runs."""
    supplement, case = turn.service.supplement, turn.case
    if supplement is None:
        raise CaseRefused(Why.NO_SUCH_ACTION)
    if case.returns >= supplement.times:
        raise CaseRefused(Why.RETURNED_TOO_OFTEN)
    shown = shown_fields(turn.service, case.answers, case.profile, turn.day)
    unknown = [mark.name for mark in turn.action.marks if mark.name not in {*shown, *turn.service.materials}]
    if not turn.action.marks or unknown:
        words = {name: Text("表单没有这一项", "the form has no such field") for name in unknown}
        raise CaseRefused(Why.MARKS_NEEDED, words)
    turn.case = replace(case.with_task(replace(task, marks=turn.action.marks)), returns=case.returns + 1)
    turn.pause(task.key)
    turn.pause(SERVICE_TIMER)
    timer = turn.start(supplement_key(task.key), supplement.period)
    turn.note(
        "return", task=task.key, reason=turn.action.reason, marks=[mark.name for mark in turn.action.marks]
    )
    marked = _marked(turn)
    step = turn.service.posts[task.key].title
    turn.send(
        supplement.letter, step=step, deadline=timer.deadline.day, reason=turn.action.reason, marked=marked
    )


def _marked(turn: Turn) -> Text:
    """The titles of what is marked, with the notes."""
    zh, en = [], []
    for mark in turn.action.marks:
        item = turn.service.fields.get(mark.name) or turn.service.materials[mark.name]
        zh.append(f"{item.title.zh}（{mark.note}）" if mark.note else item.title.zh)
        title = item.title.in_language("en")
        en.append(f"{title} ({mark.note})" if mark.note else title)
    return Text("、".join(zh), ", ".join(en))


def _supplement(turn: Turn) -> None:
    """The applicant answers everything that is marked at once, and may change nothing else."""
    case, action = turn.case, turn.action
    if not case.marks:
        raise CaseRefused(Why.NOTHING_TO_SUPPLEMENT)
    if not is_applicant(turn.service, case, turn.by):
        raise CaseRefused(Why.NOT_YOURS)
    marked = {mark.name for mark in case.marks}
    before = shown_fields(turn.service, case.answers, case.profile, turn.day)
    free = {*marked, *(name for name in turn.service.fields if name not in before), *turn.service.materials}
    touched = {
        *(name for name, value in action.answers.items() if value != case.answers.get(name)),
        *action.materials,
    }
    if touched - free:
        raise CaseRefused(
            Why.NOT_MARKED, {name: Text("未标为需补正", "is not marked") for name in sorted(touched - free)}
        )
    left = marked - {*action.answers, *(name for name, files in action.materials.items() if files)}
    if left:
        raise CaseRefused(
            Why.INCOMPLETE, {name: Text("需要补正", "has to be supplemented") for name in sorted(left)}
        )
    profile = _kept(turn.service, action.profile) if action.profile is not None else case.profile
    files = {**case.materials, **{name: tuple(ids) for name, ids in action.materials.items()}}
    held = action.held or frozenset(case.held)
    _take(turn, {**case.answers, **action.answers}, files, held, profile)
    for task in case.tasks:
        if task.marks:
            turn.case = turn.case.with_task(replace(task, marks=()))
            turn.stop(supplement_key(task.key))
            turn.resume(task.key)
    turn.resume(SERVICE_TIMER)
    turn.note("supplement", changed=sorted(touched))


def _withdraw(turn: Turn) -> None:
    withdrawal = turn.service.withdrawal
    if withdrawal is None or turn.case.state not in withdrawal.states:
        raise CaseRefused(Why.NO_SUCH_ACTION)
    if not is_applicant(turn.service, turn.case, turn.by):
        raise CaseRefused(Why.NOT_YOURS)
    turn.enter(withdrawal.to, reason=turn.action.reason)
    turn.note("withdraw", reason=turn.action.reason)


# the clock


def _due(turn: Turn) -> None:
    """A timer has passed: the step's own action, the end of a case nobody supplemented, or word of the delay."""
    timer = turn.case.timer(turn.action.task)
    if timer is None:
        raise CaseRefused(Why.NO_SUCH_TASK)
    if turn.by != CLOCK:
        raise CaseRefused(Why.NOT_YOURS)
    deadline = turn.calendar.due(timer.term)
    if not timer.waits or turn.day <= deadline.day:
        raise CaseRefused(Why.NOT_DUE)
    if deadline.provisional:
        raise CaseRefused(Why.PROVISIONAL)
    key, supplement = timer.key, turn.service.supplement
    if key.startswith("supplement:") and supplement is not None:
        turn.enter(supplement.lapses_to)
        turn.note("lapse", task=key.removeprefix("supplement:"))
        return
    post = turn.service.posts.get(key)
    limit = turn.service.limit if key == SERVICE_TIMER else post.limit if post else None
    task = turn.case.task(key)
    if limit is not None and limit.late != REMIND and task is not None:
        _perform(turn, turn.service.steps[turn.case.state], task, limit.late, "")
        return
    turn.tell(key)
    turn.note("overdue", task=key, deadline=deadline.day.isoformat())
    title = post.title if post else turn.service.title_of(turn.case.state)
    letter = limit.letter if limit else ""
    turn.send(letter, step=title, deadline=deadline.day, parties=post.who if post else ())


def _kept(service: Service, profile: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in profile.items() if name in service.profile_fields}
