"""What a user could do in a case now (可办动作)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from juxian.apps.accounts.models import User
from juxian.apps.clock import today
from juxian.apps.services.models import Case, Seat, Turn
from juxian.apps.services.queries.actors import actors_of, on_behalf
from juxian.apps.services.queries.loading import Loaded
from juxian.apps.services.rules import may_act_for_applicant
from juxian.core.services import Actor, Possible, Service, possible_actions
from juxian.core.services.definition import StepKind

SAFE_KINDS = (StepKind.ENDORSE, StepKind.CHECK, StepKind.PARALLEL, StepKind.TASK)
SAFE_ACTIONS = ("pass", "endorse", "done")


@dataclass(frozen=True, slots=True)
class Choice:
    """An action; for_applicant: it would be done on behalf of the applicant (代办)."""

    possible: Possible
    for_applicant: bool = False


def choices_of(user: User, service: Service, loaded: Loaded, seats: Sequence[Seat]) -> list[Choice]:
    """The user's own actions first, then what an officer may do for the applicant; each action of a task once."""
    case = loaded.case
    found: dict[tuple[str, str], Choice] = {}
    for actor in actors_of(user, case, seats, today()):
        for possible in possible_actions(service, loaded.state, actor):
            found.setdefault((possible.task, possible.action), Choice(possible))
    if may_act_for_applicant(user, case):
        for possible in possible_actions(service, loaded.state, _helper(user, case, service)):
            found.setdefault((possible.task, possible.action), Choice(possible, True))
    return list(found.values())


def _helper(user: User, case: Case, service: Service) -> Actor:
    return on_behalf(user, case, service)


def safe_action(service: Service, turn: Turn) -> str:
    """What may be done to this turn along with many others; empty when it has to be looked at alone."""
    step, post = service.steps.get(turn.state), service.posts[turn.key]
    if step is None or step.kind not in SAFE_KINDS or post.second_person or turn.proposal or turn.waiting:
        return ""
    if step.kind is StepKind.PARALLEL:
        return "pass"
    return next((name for name in SAFE_ACTIONS if name in step.moves and not step.moves[name].reason), "")
