"""Cases of repair become the history of the flat (报修转入维修记录)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from juxian.apps.audit.actions import record
from juxian.apps.housing.models import Lease, Repair, Unit
from juxian.apps.persons.models import Person
from juxian.apps.services.actions.facts import living
from juxian.apps.services.models import Case
from juxian.apps.services.queries.definitions import service_from
from juxian.apps.services.registry import EffectCall
from juxian.core.facts.values import show_value

KIND, DETAIL, UNFIT = "kind", "detail", "unfit"  # fields of the form
SUBMIT = "submit"
NO_LEASE = "no lease"
LONGEST_DETAIL = 500


def repair_of_case(call: EffectCall) -> str:
    """``repair:<id>``: the case as it stands now, whichever of its steps brought it here.

    Handed in, it is a line of the flat's history. Once somebody has taken it in hand, a flat in which nobody can live is in
    repair; when the case ends, that is lifted and the line closed. An applicant without a lease: ``no lease``.
    """
    case = Case.objects.select_related("definition", "person").get(pk=call.case.pk)
    found = Repair.objects.select_for_update().filter(case=case).first()
    if found is None:
        lease = _lease_of(living(case.person))
        if lease is None:
            return NO_LEASE
        found = Repair(case=case, unit=lease.space.unit, lease=lease, reported_on=call.since)
    answers = (case.data or {}).get("answers", {})
    found.kind, found.detail = _kind(case, answers), str(answers.get(DETAIL, ""))[:LONGEST_DETAIL]
    found.unfit = bool(answers.get(UNFIT))
    if found.begun_on is None and call.key.split(":")[2:3] != [SUBMIT] and not case.result:
        found.begun_on = call.since
    if case.result and not found.result:
        found.result, found.ended_on = case.result, call.since
    found.save()
    _settle(found.unit)
    return f"repair:{found.pk}"


def _settle(unit: Unit) -> None:
    """A flat is in repair as long as a case says so that was taken in hand and has not ended."""
    going_on = unit.repairs.filter(unfit=True, begun_on__isnull=False, ended_on=None).exists()
    if not Unit.objects.filter(pk=unit.pk).exclude(in_repair=going_on).update(in_repair=going_on):
        return
    home = unit.building.estate.home
    action = "housing.repair_began" if going_on else "housing.repair_ended"
    record(action, actor=None, subject=unit, organisation_path=home.path, detail={"unit": str(unit)})


def _lease_of(person: Person) -> Lease | None:
    """The lease that stands, else the last that ended: something may be found broken when the keys go back."""
    leases = Lease.objects.of(person).select_related("space__unit__building__estate__home")
    return leases.standing().first() or leases.order_by("-keys_on", "-pk").first()


def _kind(case: Case, answers: Mapping[str, Any]) -> str:
    """What is broken, in the office's words."""
    code = answers.get(KIND)
    if code is None:
        return ""
    service = service_from(case.definition)
    return show_value(code, service.fields[KIND].type, service.schema, "zh")
