"""Work that waits for a user (待办队列): every page and count is a stretch of one index, whatever the number of cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Case, Seat
from juxian.apps.services.models.turns import FAR
from juxian.apps.services.queries.visible import helped_by
from juxian.core.workdays import Calendar

WORKERS = (Role.OFFICE, Role.DEPARTMENT, Role.LEADER, Role.REVIEWER, Role.EMPLOYER)
FALLEN = (Role.DEPARTMENT, Role.EMPLOYER)  # done by the office where nobody else is
SOON = 3  # working days
COUNTED = 9_999
TOGETHER = 100  # stretches of one query
FEW = 500  # cases of one name that are looked up one by one
LAST = chr(0x10FFFF)  # no name goes on with it
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


@dataclass(frozen=True, slots=True)
class Lens:
    """By what views tell work apart. soon: the last day that is due soon. people: the user, and for whom they stand in."""

    day: date
    soon: date
    people: tuple[int, ...]


def lens_of(user: User, day: date, calendar: Calendar) -> Lens:
    return Lens(day, soon_until(day, calendar), tuple(helped_by(user, day)))


def seats_of(user: User, day: date) -> QuerySet[Seat]:
    """Open seats that the user may take: of their roles and units, and what falls to the office.

    One set, to look up single turns in; lists are made of ``work_of``.
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
        own = [pk for pk, kind in offices if kind == "office"]
        condition |= Q(open=True, role__in=FALLEN, organisation__in=own)
        condition |= Q(
            open=True,
            role__in=FALLEN,
            organisation__in=[pk for pk, _kind in offices],
            organisation=F("home"),
        )
    return Seat.objects.filter(condition)


def work_of(user: User, day: date) -> list[QuerySet[Seat]]:
    """``seats_of`` apart: what an organisation has to do in one role is a stretch of an index, in the order of its days.

    One query finds the organisations that have anything open.
    """
    paths = {role: user.paths_for([role], on=day) for role in WORKERS}
    everywhere = {path for own in paths.values() for path in own}
    if not everywhere:
        return []
    open_seats = Seat.objects.filter(open=True, organisation=OuterRef("pk")).order_by()
    found = (
        Organisation.objects.under(*sorted(everywhere))
        .filter(Exists(open_seats))
        .annotate(
            is_home=Exists(Case.objects.filter(home=OuterRef("pk")).order_by()),
            **{f"as_{role}": Exists(open_seats.filter(role=role)) for role in WORKERS},
        )
        .order_by("pk")
        .values("pk", "path", "kind", "is_home", *(f"as_{role}" for role in WORKERS))
    )
    return [
        part
        for row in found
        for role in WORKERS
        if row[f"as_{role}"]
        for part in _part(row["pk"], row["path"], row["kind"], row["is_home"], role, paths)
    ]


def _part(
    pk: int, path: str, kind: str, is_home: bool, role: Role, paths: dict[Role, list[str]]
) -> Iterator[QuerySet[Seat]]:
    seats = Seat.objects.filter(open=True, organisation=pk, role=role)
    if _under(path, paths[role]):
        yield seats
    elif role in FALLEN and _under(path, paths[Role.OFFICE]):
        if kind == "office":
            yield seats
        elif is_home:
            yield seats.filter(home=pk)


def _under(path: str, above: Iterable[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in above)


def in_view(seats: QuerySet[Seat], view: str, lens: Lens) -> QuerySet[Seat]:
    """view: of ``VIEWS``. What waits for the applicant stands in ``supplement`` alone."""
    if view == "supplement":
        return which_wait(seats, True)
    seats = which_wait(seats, False)
    match view:
        case "mine":
            return seats.filter(officer__in=lens.people)
        case "overdue":
            return seats.filter(due_on__lt=lens.day)
        case "soon":
            return seats.filter(due_on__gte=lens.day, due_on__lte=lens.soon)
    return seats


def of_applicants(parts: Sequence[QuerySet[Seat]], beginning: str) -> list[QuerySet[Seat]]:
    """Of cases whose applicant's name begins so.

    Few are found along the index of the names of open cases; where many begin so, a page is soon full in the queue's own order.
    """
    if connection.vendor == "postgresql":
        begins = Q(applicant__startswith=beginning)
    else:  # SQLite's LIKE knows no index; its order of texts is that of their characters
        begins = Q(applicant__gte=beginning, applicant__lt=beginning + LAST)
    cases = list(Case.objects.filter(begins, result="").order_by().values_list("pk", flat=True)[: FEW + 1])
    if len(cases) > FEW:
        return [part.filter(case__applicant__startswith=beginning) for part in parts]
    return [part.filter(case__in=cases) for part in parts]


def which_wait(seats: QuerySet[Seat], waits: bool) -> QuerySet[Seat]:
    """Those that wait for the applicant, or those that do not."""
    return seats.filter(
        waiting__in=[waits]
    )  # an equality, not ``NOT waiting``, of which SQLite's index knows nothing


def soon_until(day: date, calendar: Calendar) -> date:
    """The last day that is due soon."""
    for _step in range(SOON):
        day = calendar.next_working_day(day)
    return day


def page_of(
    parts: Sequence[QuerySet[Seat]], after: Cursor | None, size: int
) -> tuple[list[Seat], Cursor | None]:
    """One page by the day on which it is due, what has none last; and where the next one begins.

    Of each part no more is read than one page.
    """
    if after is not None:  # the first condition is the one that an index can use
        later = Q(due_on__gt=after.due_on) | Q(pk__gt=after.seat)
        parts = [part.filter(later, due_on__gte=after.due_on) for part in parts]
    keys: list[tuple[date, int]] = []
    for some in _together(parts):
        first = [
            Seat.objects.filter(pk__in=part.order_by("due_on", "pk").values("pk")[: size + 1])
            .order_by()
            .values_list("due_on", "pk")
            for part in some
        ]
        keys += first[0].union(*first[1:], all=True) if len(first) > 1 else first[0]
    keys.sort()
    related = ("turn__officer", "case__definition", "case__employer", "case__officer", "organisation")
    ids = [pk for _day, pk in keys[:size]]
    seats = Seat.objects.filter(pk__in=ids).select_related(*related).defer("case__data")
    rows = list(seats.order_by("due_on", "pk"))
    further = len(keys) > size
    return _once(rows), Cursor(rows[-1].due_on, rows[-1].pk) if further and rows else None


def counts(parts: Sequence[QuerySet[Seat]], lens: Lens) -> dict[str, int]:
    """Each view's seats, counted up to ``COUNTED``; one more stands for all that follow."""
    return {view: bounded([in_view(part, view, lens) for part in parts], COUNTED + 1) for view in VIEWS}


def bounded(parts: Sequence[QuerySet[Seat]], most: int) -> int:
    """How many there are, counted no further than ``most``."""
    number = 0
    for some in _together(parts):
        ids = [part.order_by().values("pk") for part in some]
        rows = ids[0].union(*ids[1:], all=True) if len(ids) > 1 else ids[0]
        number += rows[: most - number].count() if number < most else 0
    return number


def _together(parts: Sequence[QuerySet[Seat]]) -> Iterator[Sequence[QuerySet[Seat]]]:
    for first in range(0, len(parts), TOGETHER):
        yield parts[first : first + TOGETHER]


def has_day(seat: Seat) -> bool:
    return seat.due_on != FAR


def _once(seats: Iterable[Seat]) -> list[Seat]:
    """A turn that the user may take in two capacities stands once."""
    return list({seat.turn_id: seat for seat in seats}.values())


def _ids(paths: list[str]) -> list[int]:
    return list(Organisation.objects.under(*paths).values_list("pk", flat=True)) if paths else []
