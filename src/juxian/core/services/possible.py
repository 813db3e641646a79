"""Who could do what in a case now (可办动作)."""

from __future__ import annotations

from dataclasses import dataclass

from juxian.core.services.cases import Actor, CaseState, Task
from juxian.core.services.definition import Post, Service, Step, StepKind
from juxian.core.services.phrases import action_title
from juxian.core.text import Text

BRANCH_ACTIONS = ("pass", "fail")


@dataclass(frozen=True, slots=True)
class Possible:
    """An action that somebody could take now (可办动作)."""

    action: str
    title: Text
    task: str
    reason: bool = False


def possible_actions(service: Service, case: CaseState, by: Actor) -> list[Possible]:
    """What ``by`` could do now, as far as it can be told without answers; the clock is not asked."""
    if case.ended or case.definition != service.digest:
        return []
    found: list[Possible] = []
    for task in case.tasks:
        post = service.posts[task.key]
        if task.open and not task.marks and any(by.is_of(party) for party in post.who):
            found += _possible_in(service, case, task, post, by)
    if is_applicant(service, case, by):
        if case.marks:
            found.append(Possible("supplement", action_title("supplement"), ""))
        if service.withdrawal is not None and case.state in service.withdrawal.states:
            found.append(Possible("withdraw", action_title("withdraw"), ""))
    return found


def is_applicant(service: Service, case: CaseState, by: Actor) -> bool:
    """Whether ``by`` may speak for the applicant: who opened the case, or who is the applicant, in a role that applies."""
    if by.id != case.opened_by and "applicant" not in by.places:
        return False
    return any(by.is_of(party) for post in service.first.posts for party in post.who)


def clock_alone(step: Step, action: str) -> bool:
    """Whether nobody but the clock may do ``action``: a public notice is never cut short (公示期满)."""
    limit = step.posts[0].limit
    return step.kind is StepKind.NOTICE and limit is not None and action == limit.late


def _possible_in(service: Service, case: CaseState, task: Task, post: Post, by: Actor) -> list[Possible]:
    if task.proposal is not None:
        if task.proposal.by == by.id:
            return []
        return [
            Possible("confirm", action_title("confirm"), task.key),
            Possible("reject", action_title("reject"), task.key, reason=True),
        ]
    step = service.steps[case.state]
    if step.kind is StepKind.PARALLEL:
        found = [Possible(name, action_title(name), task.key, name == "fail") for name in BRANCH_ACTIONS]
    else:
        moves = [move for move in step.moves.values() if not clock_alone(step, move.action)]
        found = [Possible(move.action, move.title, task.key, move.reason) for move in moves]
    if post.may_return and service.supplement is not None and case.returns < service.supplement.times:
        found.append(Possible("return", action_title("return"), task.key))
    return found
