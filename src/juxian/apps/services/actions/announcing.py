"""Other systems are told that cases began, went on and ended (办件事件推送)."""

from __future__ import annotations

from collections.abc import Iterable

from juxian.apps.messaging.actions import Happened, announce
from juxian.apps.messaging.enums import HookEvent
from juxian.apps.services.models import Case
from juxian.apps.services.queries.loading import Loaded
from juxian.core.services import CaseState, Outcome


def announce_changes(changes: Iterable[tuple[Loaded, Outcome]]) -> None:
    """One event for each transition; whoever wants more asks the API for the case."""
    announce([_happened(loaded.case, loaded.state, outcome) for loaded, outcome in changes])


def _happened(case: Case, before: CaseState, outcome: Outcome) -> Happened:
    after = outcome.case
    if any(event.action == "open" for event in outcome.events):
        event = HookEvent.CASE_OPENED
    else:
        event = HookEvent.CASE_CLOSED if after.ended and not before.ended else HookEvent.CASE_MOVED
    data = {
        "number": case.number,
        "service": case.service,
        "version": after.version,
        "before": before.state,
        "state": after.state,
        "result": after.result or None,
        "waits_for_applicant": case.supplementing,
        "due_on": case.due_on.isoformat() if case.due_on else None,
    }
    return Happened(event.value, case.home_id, case.home.code, f"case:{case.number}:{after.version}", data)
