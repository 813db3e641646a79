"""Lines of a case's history that are no transition of the engine (办理记录补记)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.services.actions.seating import seat_officers
from juxian.apps.services.actions.storing import Overtaken
from juxian.apps.services.models import Case, CaseEvent, Seat
from juxian.apps.services.queries.actors import engine_id
from juxian.apps.services.queries.calendar import office_time


@transaction.atomic
def note(
    case: Case,
    action: str,
    by: User | None,
    reason: str = "",
    *,
    task: str = "",
    detail: Mapping[str, Any] | None = None,
    **columns: Any,
) -> Case:
    """Add a line and one to the version, with further columns of the case in the same update. Raises ``Overtaken``."""
    moment = office_time()
    changed = Case.objects.filter(pk=case.pk, version=case.version).update(
        version=case.version + 1, moved_at=moment, **columns
    )
    if not changed:
        raise Overtaken(Case.objects.get(pk=case.pk))
    case.version, case.moved_at = case.version + 1, moment
    for name, value in columns.items():
        setattr(case, name, value)
    if "officer" in columns:
        seat_officers(Seat.objects.filter(case=case))
    CaseEvent.objects.create(
        case=case,
        version=case.version,
        at=moment,
        actor=by,
        action=action,
        before=case.state,
        after=case.state,
        task=task,
        reason=reason,
        detail={**(detail or {}), "by": engine_id(by)},
    )
    return case
