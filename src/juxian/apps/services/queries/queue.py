"""Work that waits for a user (待办队列); every list is one query, by an index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Seat
from juxian.apps.services.models.turns import FAR
from juxian.apps.services.queries.visible import helped_by
from juxian.core.workdays import Calendar

WORKERS = (Role.OFFICE, Role.DEPARTMENT, Role.LEADER, Role.REVIEWER, Role.EMPLOYER)
SOON = 3  # working days
COUNTED = 999
VIEWS = ("unit", "mine", "overdue", "soon", "supplement")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after this day and seat."""

    due_on: date
    seat: int

    def __str__(self) -> str:
        return f"{self.due_on.isoformat()}.{self.seat}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """None for what is no cursor."""
        day, _, number = text.partition(".")
        try:
            return cls(date.fromisoformat(day), int(number)) if 0 < int(number) < 2**63 else None
        except ValueError:
            return None


def seats_of(user: User, day: date) -> QuerySet[Seat]:
    """Open seats that the user may take: of their roles and units, and what falls to the office.

    ``open`` stands in every branch: a branch is looked up by an index of its own, and that of queues holds open seats alone.
    """
    condition = Q(pk__in=[])
    for role in WORKERS:
        units = _ids(user.paths_for([role], on=day))
        if units:
            condition |= Q(open=True, role=role, organisation__in=units)
    offices = list(
        Organisation.objects.under(*user.paths_for([Role.OFFICE], on=day)).values_list("pk", "kind")
    )
    if offices:
        fallen = (Role.DEPARTMENT, Role.EMPLOYER)
        own = [pk for pk, kind in offices if kind == "office"]
        condition |= Q(open=True, role__in=fallen, organisation__in=own)
        condition |= Q(
            open=True, role__in=fallen, organisation__in=[pk for pk, _kind in offices], organisation=F("home")
        )
    return Seat.objects.filter(condition)


def in_view(seats: QuerySet[Seat], view: str, user: User, day: date, calendar: Calendar) -> QuerySet[Seat]:
    """view: of ``VIEWS``. What waits for the applicant stands in ``supplement`` alone."""
    if view == "supplement":
        return seats.filter(turn__waiting=True)
    seats = seats.filter(turn__waiting=False)
    match view:
        case "mine":
            people = helped_by(user, day)
            return seats.filter(Q(turn__officer__in=people) | Q(turn__officer=None, case__officer__in=people))
        case "overdue":
            return seats.filter(due_on__lt=day)
        case "soon":
            return seats.filter(due_on__gte=day, due_on__lte=soon_until(day, calendar))
    return seats


def soon_until(day: date, calendar: Calendar) -> date:
    """The last day that is due soon."""
    for _step in range(SOON):
        day = calendar.next_working_day(day)
    return day


def page_of(seats: QuerySet[Seat], after: Cursor | None, size: int) -> tuple[list[Seat], Cursor | None]:
    """One page by the day on which it is due, what has none last; and where the next one begins."""
    if after is not None:
        seats = seats.filter(Q(due_on__gt=after.due_on) | Q(due_on=after.due_on, pk__gt=after.seat))
    ids = list(seats.order_by("due_on", "pk").values_list("pk", flat=True)[: size + 1])  # sorted while narrow
    parts = ("turn__officer", "case__definition", "case__employer", "case__officer", "organisation")
    rows = list(Seat.objects.filter(pk__in=ids[:size]).select_related(*parts).order_by("due_on", "pk"))
    further = len(ids) > size
    return _once(rows), Cursor(rows[-1].due_on, rows[-1].pk) if further else None


def counts(seats: QuerySet[Seat], user: User, day: date, calendar: Calendar) -> dict[str, int]:
    """Each view's seats, counted up to ``COUNTED``."""
    return {
        view: in_view(seats, view, user, day, calendar).order_by()[: COUNTED + 1].count() for view in VIEWS
    }


def has_day(seat: Seat) -> bool:
    return seat.due_on != FAR


def _once(seats: Iterable[Seat]) -> list[Seat]:
    """A turn that the user may take in two capacities stands once."""
    return list({seat.turn_id: seat for seat in seats}.values())


def _ids(paths: list[str]) -> list[int]:
    return list(Organisation.objects.under(*paths).values_list("pk", flat=True)) if paths else []
