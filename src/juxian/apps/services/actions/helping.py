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
from juxian.apps.services.actions.seating import lock_cases, seat_officers, seat_officers_of
from juxian.apps.services.models import Case, Cover, Officership, Seat, Turn


class NotTaken(Exception):
    """Somebody else has taken the work, or it is done."""

    def __str__(self) -> str:
        return _("这项待办已由他人领取或已办结。")


class NotNamed(Exception):
    """An officer cannot be named, ended or replaced so; the message says why, for the user."""


@transaction.atomic
def take_turn(*, turn: Turn, by: User) -> None:
    """Work on an open turn by oneself; nobody else is kept from acting (领取). Raises ``NotTaken``."""
    lock_cases(Case.objects.filter(pk=turn.case_id))
    taken = Turn.objects.filter(pk=turn.pk, current=True, open=True, officer=None).update(officer=by)
    if taken:
        seat_officers(Seat.objects.filter(turn=turn))
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
    lock_cases(Case.objects.filter(pk=turn.case_id))
    if Turn.objects.filter(pk=turn.pk, officer=by).update(officer=None):
        seat_officers(Seat.objects.filter(turn=turn))
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
def name_officer(*, person: Person, officer: User, by: User, reason: str = "") -> Officership:
    """Name the service officer of a person: of the cases that run, and of those to come (服务专员).

    Raises ``NotNamed`` when it is their officer already, ``Overtaken`` when a case moves at this moment.
    """
    made = Officership.objects.select_for_update().standing().filter(person=person).first()
    before = made.officer_id if made else None
    if before == officer.pk:
        raise NotNamed(_("%(who)s 已经是这位人才的服务专员。") % {"who": officer})
    if made is None:
        made = Officership.objects.create(person=person, officer=officer, since=today())
    else:
        made.officer, made.since = officer, today()
        made.save(update_fields=["officer", "since"])
    for case in Case.objects.running().filter(person=person).exclude(officer=officer).select_related("home"):
        assign_officer(case=case, officer=officer, by=by, reason=reason)
    record(
        "services.officer_named",
        actor=by,
        subject=person,
        organisation_path=person.home.path,
        detail={"officer": officer.pk, "before": before},
        reason=reason,
    )
    return made


@transaction.atomic
def end_officer(*, person: Person, by: User, reason: str) -> None:
    """Nobody is named for a person any longer; running cases keep who helps with them (结束服务). Raises ``NotNamed``."""
    standing = Officership.objects.select_for_update().standing().filter(person=person).first()
    if standing is None:
        raise NotNamed(_("这位人才现在没有服务专员。"))
    Officership.objects.filter(pk=standing.pk).update(until=today())
    record(
        "services.officer_ended",
        actor=by,
        subject=person,
        organisation_path=person.home.path,
        detail={"officer": standing.officer_id},
        reason=reason,
    )


@transaction.atomic
def hand_over(*, absent: User, to: User, home: Organisation, by: User, reason: str) -> int:
    """Everything that one officer still has in a jurisdiction goes to another (移交); returns how many cases.

    Raises ``NotNamed`` when both are one, ``Overtaken`` when a case moves at this moment.
    """
    if absent.pk == to.pk:
        raise NotNamed(_("请选择另一位专员接手。"))
    taken = Turn.objects.filter(officer=absent, open=True, case__home=home).order_by()
    helped = Case.objects.running().filter(officer=absent, home=home)
    lock_cases(Case.objects.filter(Q(pk__in=taken.values("case")) | Q(pk__in=helped.values("pk"))))
    turns = list(taken.values_list("pk", flat=True))
    taken.update(officer=to)
    seat_officers_of(turns)
    talents = Officership.objects.standing().filter(officer=absent, person__home=home)
    people = talents.update(officer=to, since=today())
    cases = list(helped.order_by("pk"))
    for case in cases:
        note(case, "hand_over", by, reason, detail={"officer": to.pk, "before": absent.pk}, officer=to)
    record(
        "services.handed_over",
        actor=by,
        subject=absent,
        organisation_path=home.path,
        detail={"to": to.pk, "cases": len(cases), "people": people},
        reason=reason,
    )
    return len(cases)


@transaction.atomic
def cover_for(*, absent: User, stand_in: User, since: date, until: date, by: User, path: str) -> Cover:
    """Somebody stands in for a time (代班); ``until`` is exclusive. Raises ``NotNamed`` for a period that cannot be."""
    if absent.pk == stand_in.pk:
        raise NotNamed(_("代班人不能是本人。"))
    if until <= since:
        raise NotNamed(_("结束日期应在开始日期之后。"))
    if Cover.objects.filter(absent=absent, stand_in=stand_in, since__lt=until, until__gt=since).exists():
        raise NotNamed(_("这段时间已经安排了同一位代班人。"))
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
def end_cover(*, cover: Cover, by: User, path: str) -> None:
    """The absent one is back: from today on nobody stands in; a period that has not begun is taken back (结束代班)."""
    day = today()
    if cover.until <= day:
        return
    if cover.since < day:
        Cover.objects.filter(pk=cover.pk).update(until=day)
    else:
        Cover.objects.filter(pk=cover.pk).delete()
    record(
        "services.cover_ended",
        actor=by,
        subject=cover.absent,
        organisation_path=path,
        detail={"stand_in": cover.stand_in_id, "since": cover.since.isoformat(), "on": day.isoformat()},
    )


@transaction.atomic
def move_turn(*, turn: Turn, to: Organisation, by: User, reason: str) -> Case:
    """Another unit does the work of an open turn (转办). Raises ``NotTaken`` when it is done."""
    lock_cases(Case.objects.filter(pk=turn.case_id))
    if not Turn.objects.filter(pk=turn.pk, current=True, open=True).update(officer=None):
        raise NotTaken
    Seat.objects.filter(~Q(role="person"), turn=turn).update(organisation=to)
    seat_officers(Seat.objects.filter(turn=turn))
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
