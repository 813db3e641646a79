"""Moving a case (办理): one transition is one transaction with everything that goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.accounts.rules import same_hands
from juxian.apps.audit.actions import record
from juxian.apps.services.actions.opening import evidence_held, profile_of
from juxian.apps.services.actions.storing import Change, Overtaken, store
from juxian.apps.services.models import Case
from juxian.apps.services.queries.actors import System, actors_of, on_behalf, visiting
from juxian.apps.services.queries.calendar import current_calendar, office_time
from juxian.apps.services.queries.definitions import service_of
from juxian.apps.services.queries.loading import CASE_PARTS, Loaded, load, open_seats
from juxian.apps.services.queries.systems import actor_of_system
from juxian.core.services import Action, Actor, CaseRefused, Mark, Service, Why, act
from juxian.core.services.definition import StepKind

BY_APPLICANT = ("supplement", "withdraw")


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to do, as a form says it. marks: (field or material, note). Names as in core.services.Action."""

    name: str
    task: str = ""
    reason: str = ""
    marks: Sequence[tuple[str, str]] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    materials: Mapping[str, Sequence[str]] = field(default_factory=dict)


@transaction.atomic
def act_on_case(
    *,
    case: Case,
    wanted: Wanted,
    by: User | None,
    expected_version: int | None = None,
    for_applicant: bool = False,
    system: System | None = None,
    at: datetime | None = None,
) -> Case:
    """Carry out one action of a case and return it as it is then.

    expected_version: that of the page on which the user decided; another one raises ``Overtaken``. for_applicant: ``by`` acts
    for the applicant (代办). by: None is the visitor who asked, or ``system``. Raises ``CaseRefused`` with the reason in words.
    """
    moment = at or office_time()
    current = (
        Case.objects.select_for_update(of=("self",)).select_related(*CASE_PARTS).get(pk=case.pk)
    )  # and its turns
    if expected_version is not None and current.version != expected_version:
        raise Overtaken(current)
    service, loaded = service_of(current), load(current)
    action = _action(service, loaded, wanted, moment)
    if system is not None:
        actor = actor_of_system(system, service, loaded, wanted.name, action.task)
    else:
        actor = _actor(service, loaded, wanted, by, for_applicant, moment)
        _refuse_own_hands(loaded, action, by)
    calendar = current_calendar()
    outcome = act(service, loaded.state, action, actor, moment, calendar)
    store([Change(loaded, outcome, service, moment)], calendar)
    record(
        "services.acted",
        actor=by,
        subject=current,
        organisation_path=current.home.path,
        acting_as=system.name[:128]
        if system
        else f"{actor.role or ''}@{','.join(sorted(actor.places))}"[:128],
        detail={
            "number": current.number,
            "action": wanted.name,
            "task": wanted.task,
            "before": loaded.state.state,
            "after": outcome.case.state,
            "version": outcome.case.version,
            "for_applicant": for_applicant,
        },
        reason=wanted.reason[:500],
    )
    return current


def _refuse_own_hands(loaded: Loaded, action: Action, by: User | None) -> None:
    """Who stands in for somebody does not confirm what that person proposed. Raises ``CaseRefused``."""
    task = loaded.state.task(action.task) if action.name in ("confirm", "reject") else None
    proposed = task.proposal.by if task is not None and task.proposal is not None else ""
    if by is not None and proposed.isdecimal() and same_hands(by, int(proposed)):
        raise CaseRefused(Why.SAME_PERSON)


def _action(service: Service, loaded: Loaded, wanted: Wanted, moment: datetime) -> Action:
    takes_profile = wanted.name == "supplement" or (
        wanted.name == "submit" and service.steps.get(loaded.state.state) is service.first
    )
    person = loaded.case.person
    return Action(
        name=wanted.name,
        task=wanted.task,
        answers=wanted.answers,
        materials={name: tuple(files) for name, files in wanted.materials.items()},
        held=evidence_held(person, moment.date()) if takes_profile else frozenset(),
        marks=tuple(Mark(name, note) for name, note in wanted.marks),
        reason=wanted.reason,
        profile=profile_of(person) if takes_profile and person else None,
    )


def _actor(
    service: Service, loaded: Loaded, wanted: Wanted, by: User | None, for_applicant: bool, moment: datetime
) -> Actor:
    """The first of the user's roles in the case that may do this. Raises ``CaseRefused``."""
    case = loaded.case
    if by is None:
        return visiting(case, service)
    if for_applicant:
        return on_behalf(by, case, service)
    actors = actors_of(by, case, open_seats(case), moment.date())
    if not actors:
        raise CaseRefused(Why.NOT_YOURS)
    if wanted.name in BY_APPLICANT:
        parties = [party for post in service.first.posts for party in post.who]
    else:
        task = _task_key(service, loaded, wanted.task)
        parties = list(service.posts[task].who) if task else []
    return next((actor for actor in actors if any(actor.is_of(party) for party in parties)), actors[0])


def _task_key(service: Service, loaded: Loaded, task: str) -> str:
    state = loaded.state
    for key in (task, f"{state.state}/{task}"):
        if key in service.posts and state.task(key):
            return key
    step = service.steps.get(state.state)
    single = step is not None and step.kind is not StepKind.PARALLEL
    return step.posts[0].key if step is not None and single else ""
