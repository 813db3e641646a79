"""What another system may do in a case through the API (系统办理).

It gives the opinion of a department or carries out a task, where one opinion suffices, and speaks for the applicant in cases
that came through it. People decide, endorse and confirm.
"""

from __future__ import annotations

from collections.abc import Iterator

from juxian.apps.services.models import SystemCase
from juxian.apps.services.queries.actors import System, on_behalf
from juxian.apps.services.queries.loading import Loaded
from juxian.core.services import Actor, CaseRefused, Possible, Role, Service, Why, possible_actions
from juxian.core.services.definition import StepKind

KINDS = (StepKind.CHECK, StepKind.PARALLEL, StepKind.TASK)
ROLES = (Role.DEPARTMENT, Role.OFFICE)


def system_actions(system: System, service: Service, loaded: Loaded) -> list[Possible]:
    """Each action of a task once."""
    found: dict[tuple[str, str], Possible] = {}
    for _actor, possible in _offered(system, service, loaded):
        found.setdefault((possible.task, possible.action), possible)
    return list(found.values())


def actor_of_system(system: System, service: Service, loaded: Loaded, action: str, task: str) -> Actor:
    """As what the system may do this. Raises ``CaseRefused``."""
    if loaded.state.ended:
        raise CaseRefused(Why.ENDED)
    for actor, possible in _offered(system, service, loaded):
        if possible.action == action and task in (possible.task, possible.task.rpartition("/")[2], ""):
            return actor
    raise CaseRefused(Why.NOT_YOURS)


def _offered(system: System, service: Service, loaded: Loaded) -> Iterator[tuple[Actor, Possible]]:
    case, state = loaded.case, loaded.state
    if SystemCase.objects.filter(case=case).exists():
        applicant = on_behalf(system, case, service)
        for possible in possible_actions(service, state, applicant):
            if not possible.task or state.state == service.first.id:
                yield applicant, possible
    step = service.steps.get(state.state)
    if step is None or step.kind not in KINDS:
        return
    for party in dict.fromkeys(party for task in state.tasks for party in service.posts[task.key].who):
        actor = Actor(system.id, party.role, frozenset({party.place}))
        for possible in possible_actions(service, state, actor) if party.role in ROLES else ():
            if not service.posts[possible.task].second_person:
                yield actor, possible
