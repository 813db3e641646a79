"""Running cases go on under a new version of their definition, on purpose (换用新版事项)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.actions.opening import definition_of
from juxian.apps.services.actions.storing import Change, store
from juxian.apps.services.models import Case
from juxian.apps.services.queries.calendar import current_calendar, office_time
from juxian.apps.services.queries.loading import CASE_PARTS, load
from juxian.core.packs import pack_called
from juxian.core.services import CLOCK, Actor, CannotRevise, Service, obstacles, revise
from juxian.core.text import Text


@dataclass(frozen=True, slots=True)
class Migrated:
    """moved: numbers of cases that go on under the new version; kept: number → what stands in the way."""

    moved: Sequence[str]
    kept: dict[str, tuple[Text, ...]]


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
    cases = Case.objects.running().filter(home=home, service=service).exclude(definition__digest=new.digest)
    moved, kept = [], {}
    for pk in list(cases.order_by("pk").values_list("pk", flat=True)):
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
    loaded, calendar = load(case), current_calendar()
    before = case.definition.digest
    actor = Actor(str(by.pk), None) if by else CLOCK
    try:
        outcome = revise(loaded.state, service, actor, moment, calendar)
    except CannotRevise as refused:
        return refused.obstacles
    case.definition = definition_of(home.pack, service)
    store([Change(loaded, outcome, service, moment)], calendar)
    record(
        "services.revised",
        actor=by,
        subject=case,
        organisation_path=home.path,
        detail={"number": case.number, "before": before, "after": service.digest},
    )
    return ()
