"""Who works on a case: taking work, naming officers, handing over, standing in (指派、转办、代班)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.clock import today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Person
from juxian.apps.services.actions.noting import note
from juxian.apps.services.models import Case, Cover, OfficerOf, Seat, Turn


class NotTaken(Exception):
    """Somebody else has taken the work, or it is done."""

    def __str__(self) -> str:
        return _("这项待办已由他人领取或已办结。")


@transaction.atomic
def take_turn(*, turn: Turn, by: User) -> None:
    """Work on an open turn by oneself; nobody else is kept from acting (领取). Raises ``NotTaken``."""
    taken = Turn.objects.filter(pk=turn.pk, current=True, open=True, officer=None).update(officer=by)
    if not taken and not Turn.objects.filter(pk=turn.pk, open=True, officer=by).exists():
        raise NotTaken
    record(
        "services.taken",
        actor=by,
        subject=turn.case,
        organisation_path=turn.case.home.path,
        detail={"task": turn.key},
    )


@transaction.atomic
def put_back(*, turn: Turn, by: User) -> None:
    """Give work that was taken back to the unit (退回待领)."""
    if Turn.objects.filter(pk=turn.pk, officer=by).update(officer=None):
        record(
            "services.put_back",
            actor=by,
            subject=turn.case,
            organisation_path=turn.case.home.path,
            detail={"task": turn.key},
        )


@transaction.atomic
def assign_officer(*, case: Case, officer: User, by: User, reason: str = "") -> Case:
    """Name who helps through a case (指派专员); the history says so."""
    case = note(
        case, "assign", by, reason, detail={"officer": officer.pk, "before": case.officer_id}, officer=officer
    )
    record(
        "services.officer_assigned",
        actor=by,
        subject=case,
        organisation_path=case.home.path,
        detail={"officer": officer.pk},
        reason=reason,
    )
    return case


@transaction.atomic
def name_officer(*, person: Person, officer: User, by: User) -> OfficerOf:
    """Name the service officer of a person: of the cases that run, and of those to come (服务专员)."""
    made, _created = OfficerOf.objects.update_or_create(
        person=person, defaults={"officer": officer, "since": today()}
    )
    for case in Case.objects.running().filter(person=person).exclude(officer=officer):
        assign_officer(case=case, officer=officer, by=by)
    record(
        "services.officer_named",
        actor=by,
        subject=person,
        organisation_path=person.home.path,
        detail={"officer": officer.pk},
    )
    return made


@transaction.atomic
def hand_over(*, absent: User, to: User, home: Organisation, by: User, reason: str) -> int:
    """Everything that one officer still has in a jurisdiction goes to another (移交); returns how many cases."""
    Turn.objects.filter(officer=absent, open=True, case__home=home).update(officer=to)
    OfficerOf.objects.filter(officer=absent, person__home=home).update(officer=to, since=today())
    cases = list(Case.objects.running().filter(officer=absent, home=home).order_by("pk"))
    for case in cases:
        note(case, "hand_over", by, reason, detail={"officer": to.pk, "before": absent.pk}, officer=to)
    record(
        "services.handed_over",
        actor=by,
        subject=absent,
        organisation_path=home.path,
        detail={"to": to.pk, "cases": len(cases)},
        reason=reason,
    )
    return len(cases)


@transaction.atomic
def cover_for(*, absent: User, stand_in: User, since: date, until: date, by: User, path: str) -> Cover:
    """Somebody stands in for a time (代班); ``until`` is exclusive."""
    made = Cover.objects.create(absent=absent, stand_in=stand_in, since=since, until=until)
    record(
        "services.covered",
        actor=by,
        subject=absent,
        organisation_path=path,
        detail={"stand_in": stand_in.pk, "since": since.isoformat(), "until": until.isoformat()},
    )
    return made


@transaction.atomic
def move_turn(*, turn: Turn, to: Organisation, by: User, reason: str) -> Case:
    """Another unit does the work of an open turn (转办). Raises ``NotTaken`` when it is done."""
    if not Turn.objects.filter(pk=turn.pk, current=True, open=True).update(officer=None):
        raise NotTaken
    Seat.objects.filter(~Q(role="person"), turn=turn).update(organisation=to)
    case = note(turn.case, "move", by, reason, task=turn.key, detail={"to": to.code})
    record(
        "services.turn_moved",
        actor=by,
        subject=case,
        organisation_path=case.home.path,
        detail={"task": turn.key, "to": to.code},
        reason=reason,
    )
    return case
