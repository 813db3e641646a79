"""A running case goes on under a new version of its definition (换用新版定义): on purpose, never by itself.

``obstacles`` is the dry run: what stands in the way of one case. ``revise`` moves it, or refuses with the same words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from juxian.core.facts.values import Refusal, parse_value
from juxian.core.services.cases import Action, Actor, CaseState, Outcome, Task
from juxian.core.services.definition import SERVICE_TIMER, Service, StepKind
from juxian.core.services.possible import BRANCH_ACTIONS
from juxian.core.services.turns import Turn
from juxian.core.text import Text
from juxian.core.workdays import Calendar, Period


@dataclass
class CannotRevise(Exception):
    """A case that cannot go on under the new version, with every obstacle."""

    obstacles: tuple[Text, ...]

    def __str__(self) -> str:
        return "；".join(text.zh for text in self.obstacles)


def obstacles(case: CaseState, new: Service) -> tuple[Text, ...]:
    """Everything that keeps ``case`` from going on under ``new``; nothing when it can."""
    if case.ended:
        return (Text("办件已办结", "the case has ended"),)
    if case.service != new.id:
        return (Text(f"办件属于事项 {case.service}", f"the case is of the service {case.service}"),)
    if case.state not in new.steps:
        return (Text(f"新版没有环节 {case.state}", f"the new version has no step {case.state}"),)
    return (*_of_tasks(case, new), *_of_answers(case, new))


def revise(case: CaseState, new: Service, by: Actor, at: datetime, calendar: Calendar) -> Outcome:
    """The case under ``new``: deadlines take the new periods from the days on which they began. Raises ``CannotRevise``."""
    found = obstacles(case, new)
    if found:
        raise CannotRevise(found)
    turn = Turn(new, case, Action("revise"), by, at, calendar)
    turn.case = replace(turn.case, definition=new.digest)
    periods = _periods(turn.case, new)
    for timer in turn.case.timers:
        if timer.key in periods:
            turn.reperiod(timer.key, periods[timer.key])
        else:
            turn.stop(timer.key)
    for key, period in periods.items():
        if turn.case.timer(key) is None:
            turn.start(key, period)
    turn.note("revise", before=case.definition, after=new.digest)
    return turn.outcome()


def _of_tasks(case: CaseState, new: Service) -> tuple[Text, ...]:
    step = new.steps[case.state]
    known = {post.key for post in step.posts}
    found = [
        Text(f"新版没有岗位 {task.key}", f"the new version has no place {task.key}")
        for task in case.tasks
        if task.key not in known
    ]
    actions = BRANCH_ACTIONS if step.kind is StepKind.PARALLEL else tuple(step.moves)
    for task in case.tasks:
        if task.proposal is not None and task.proposal.action not in actions:
            words = task.proposal.action
            found.append(
                Text(
                    f"待复核的动作 {words} 已取消",
                    f"the action {words} that waits for a second person is gone",
                )
            )
    if case.marks and new.supplement is None:
        found.append(
            Text("正在补正，而新版不再补正", "the applicant supplements, which the new version does not know")
        )
    return tuple(found)


def _of_answers(case: CaseState, new: Service) -> tuple[Text, ...]:
    found: list[Text] = []
    for name, value in case.answers.items():
        field = new.fields.get(name)
        if field is None:
            found.append(Text(f"新版没有字段 {name}", f"the new version has no field {name}"))
        elif isinstance(parse_value(value, field.type, new.schema), Refusal):
            title = field.title
            found.append(
                Text(f"“{title.zh}”的类型已改变", f"“{title.in_language('en')}” is of another type now")
            )
    for mark in case.marks:
        if mark.name not in new.fields and mark.name not in new.materials:
            found.append(
                Text(f"待补正的 {mark.name} 已取消", f"{mark.name}, which is to be supplemented, is gone")
            )
    return tuple(found)


def _periods(case: CaseState, new: Service) -> dict[str, Period]:
    """The timers that the case has under ``new``."""
    found: dict[str, Period] = {}
    for timer in case.timers:
        if timer.key.startswith("supplement:") and new.supplement is not None:
            found[timer.key] = new.supplement.period
    for task in _open(case):
        limit = new.posts[task.key].limit
        if limit is not None:
            found[task.key] = limit.period
    if case.timer(SERVICE_TIMER) is not None and new.limit is not None:
        found[SERVICE_TIMER] = new.limit.period
    return found


def _open(case: CaseState) -> tuple[Task, ...]:
    return tuple(task for task in case.tasks if task.open)
