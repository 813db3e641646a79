"""Running cases go on under a new version of their definition, on purpose (换用新版事项)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.actions.opening import definition_of
from juxian.apps.services.actions.storing import Change, Overtaken, store
from juxian.apps.services.models import Case
from juxian.apps.services.queries.calendar import current_calendar, office_time
from juxian.apps.services.queries.loading import CASE_PARTS, load, load_many
from juxian.core.packs import pack_called
from juxian.core.services import CLOCK, Actor, CannotRevise, Service, obstacles, revise
from juxian.core.text import Text


@dataclass(frozen=True, slots=True)
class Migrated:
    """moved: numbers of cases that go on under the new version; kept: number → what stands in the way."""

    moved: Sequence[str]
    kept: dict[str, tuple[Text, ...]]


_MOVED = Text("刚刚有了变化，请再试一次", "it has moved at this moment; try once more")


@dataclass(frozen=True, slots=True)
class Tried:
    """A running case of an earlier version, and what keeps it from going on under the new one."""

    case: Case
    obstacles: tuple[Text, ...]


def cases_behind(home: Organisation, service: Service) -> QuerySet[Case]:
    """Running cases that began with another version than the pack holds now."""
    running = Case.objects.running().filter(home=home, service=service.id)
    return running.exclude(definition__digest=service.digest)


def try_to_move(home: Organisation, service: Service, most: int) -> list[Tried]:
    """What ``move_to_current`` would do with the first ``most`` cases; nothing is written; three queries."""
    cases = cases_behind(home, service).select_related(*CASE_PARTS).order_by("pk")[:most]
    return [Tried(loaded.case, obstacles(loaded.state, service)) for loaded in load_many(list(cases))]


def move_to_current(
    *,
    home: Organisation,
    service: str,
    by: User | None = None,
    dry_run: bool = True,
    at: datetime | None = None,
) -> Migrated:
    """Move every running case of a service to the version that the pack holds now; each in a transaction of its own.

    Raises ``KeyError`` when the place does not offer the service.
    """
    new = pack_called(home.pack).services[service]
    moved, kept = [], {}
    for pk in list(cases_behind(home, new).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            loaded = load(Case.objects.select_related(*CASE_PARTS).get(pk=pk))
            found = obstacles(loaded.state, new)
            if not found and not dry_run:
                found = _move(loaded.case, home, new, by, at or office_time())
        if found:
            kept[loaded.case.number] = found
        else:
            moved.append(loaded.case.number)
    return Migrated(moved, kept)


def _move(
    case: Case, home: Organisation, service: Service, by: User | None, moment: datetime
) -> tuple[Text, ...]:
    held = Case.objects.select_for_update(of=("self",)).select_related(*CASE_PARTS).get(pk=case.pk)
    case, loaded, calendar = held, load(held), current_calendar()
    before = case.definition.digest
    if before == service.digest:  # somebody else was first
        return (_MOVED,)
    actor = Actor(str(by.pk), None) if by else CLOCK
    try:
        outcome = revise(loaded.state, service, actor, moment, calendar)
    except CannotRevise as refused:
        return refused.obstacles
    case.definition = definition_of(home.pack, service)
    try:
        store([Change(loaded, outcome, service, moment)], calendar)
    except Overtaken:
        return (_MOVED,)
    record(
        "services.revised",
        actor=by,
        subject=case,
        organisation_path=home.path,
        detail={"number": case.number, "before": before, "after": service.digest},
    )
    return ()
