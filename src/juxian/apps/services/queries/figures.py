"""How services are kept: median days, on-time rate, returns, materials asked for twice (办理指标)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate

from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Case, CaseEvent, Rating, Seat, Turn
from juxian.apps.services.queries.calendar import current_calendar
from juxian.core.workdays import Calendar

DAYS = 365  # figures are of cases that ended in the last year


@dataclass(slots=True)
class ServiceFigures:
    """running: now. ended, returns, asked_twice: of the last year. median_days: working days, None when none has ended.

    returned, twice: cases behind returns and asked_twice. in_time, timed: cases with a settled deadline. stars: tenths of a star of the average, None without ratings.
    """

    running: int = 0
    late: int = 0
    ended: int = 0
    returns: int = 0
    asked_twice: int = 0
    returned: int = 0
    twice: int = 0
    in_time: int = 0
    timed: int = 0
    median_days: int | None = None
    stars: int | None = None
    ratings: int = 0
    _days: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What a unit has done in the last year, in cases. in_time of timed: no turn of the unit after its last day.

    median_days: working days of a turn from the day it began, without those on which it waited for a supplement, as its
    deadline rests then; median_whole: with them; None when none was done.
    returned: cases that the unit returned for supplement, ``returns`` how often. twice: cases in which it asked for something
    again that had been asked for, ``asked_twice`` how often.
    """

    unit: Organisation
    done: int
    in_time: int
    timed: int
    open: int
    median_days: int | None = None
    returned: int = 0
    returns: int = 0
    twice: int = 0
    asked_twice: int = 0
    median_whole: int | None = None


def service_figures(homes: Iterable[int], day: date) -> dict[str, ServiceFigures]:
    """Service → figures of the places; four queries whatever the number of cases."""
    homes = list(homes)
    found: dict[str, ServiceFigures] = {}
    running = Case.objects.running().filter(home__in=homes).order_by().values("service")
    for row in running.annotate(number=Count("id"), late=Count("id", filter=Q(due_on__lt=day))):
        figures = found.setdefault(row["service"], ServiceFigures())
        figures.running, figures.late = row["number"], row["late"]
    ended = Case.objects.filter(home__in=homes, ended_at__date__gte=_since(day)).order_by()
    for done in ended.values("service").annotate(
        number=Count("id"),
        back=Sum("returns"),
        twice=Sum("asked_twice"),
        returned=Count("id", filter=Q(returns__gt=0)),
        again=Count("id", filter=Q(asked_twice__gt=0)),
        in_time=Count("id", filter=Q(on_time=True)),
        timed=Count("id", filter=Q(on_time__isnull=False)),
    ):
        figures = found.setdefault(done["service"], ServiceFigures())
        figures.ended, figures.returns = done["number"], done["back"] or 0
        figures.returned, figures.twice = done["returned"], done["again"]
        figures.asked_twice, figures.in_time, figures.timed = (
            done["twice"] or 0,
            done["in_time"],
            done["timed"],
        )
    counted = ended.filter(working_days__isnull=False).values_list("service", "working_days")
    for service, days, number in counted.annotate(Count("id")):
        found[service]._days[days or 0] = number
    for figures in found.values():
        figures.median_days = _median(figures._days)
    ratings = Rating.objects.filter(case__home__in=homes, at__date__gte=_since(day)).order_by()
    for service, number, mean in ratings.values_list("case__service").annotate(Count("pk"), Avg("stars")):
        figures = found.setdefault(service, ServiceFigures())
        figures.ratings, figures.stars = number, round(mean * 10)
    return found


def unit_figures(homes: Iterable[int], day: date, service: str = "") -> list[UnitFigures]:
    """Units with work in the last year, the busiest first; five queries whatever the number of cases."""
    places, since = list(homes), _since(day)
    turns = Turn.objects.filter(case__home__in=places, seats__organisation__isnull=False)
    turns = (turns.filter(case__service=service) if service else turns).order_by()
    done = Q(done_at__date__gte=since)
    rows = list(
        turns.values("seats__organisation").annotate(
            done=Count("case", filter=done, distinct=True),
            timed=Count("case", filter=done & Q(on_time__isnull=False), distinct=True),
            overdue=Count("case", filter=done & Q(on_time=False), distinct=True),
            waiting=Count("case", filter=Q(open=True, current=True), distinct=True),
        )
    )
    days, returns = _days_by_unit(turns.filter(done)), _returns_by_unit(places, since, service)
    units = Organisation.objects.in_bulk([row["seats__organisation"] for row in rows])
    found = []
    for row in rows:
        pk = row["seats__organisation"]
        cases, again = returns.get(pk, ([], []))
        net, whole = days.get(pk, ({}, {}))
        found.append(
            UnitFigures(
                units[pk],
                row["done"],
                row["timed"] - row["overdue"],
                row["timed"],
                row["waiting"],
                _median(net),
                len(set(cases)),
                len(cases),
                len(set(again)),
                len(again),
                _median(whole),
            )
        )
    return sorted(found, key=lambda figures: (-figures.done, -figures.open, figures.unit.path))


def _days_by_unit(turns: QuerySet[Turn]) -> dict[int, tuple[dict[int, int], dict[int, int]]]:
    """Unit → working days → how many turns took them, without the days of a supplement and with them; one row for each pair
    of days and what rested between.
    """
    calendar = current_calendar()
    found = defaultdict[int, tuple[dict[int, int], dict[int, int]]](lambda: ({}, {}))
    alike = turns.values_list("seats__organisation", TruncDate("opened_at"), TruncDate("done_at"), "rests")
    for unit, first, last, rests, number in alike.annotate(Count("id", distinct=True)):
        whole = calendar.working_days(first, last)
        net = max(0, whole - rested_days(rests, last, calendar))
        for days, counted in zip((net, whole), found[unit], strict=True):
            counted[days] = counted.get(days, 0) + number
    return found


def rested_days(rests: Iterable[Sequence[str | None]], last: date, calendar: Calendar) -> int:
    """Working days up to ``last`` on which a turn waited for the applicant."""
    ends = [(date.fromisoformat(since), until) for since, until in rests if since]
    return sum(
        max(0, calendar.working_days(since, min(date.fromisoformat(until), last) if until else last))
        for since, until in ends
    )


def _returns_by_unit(
    homes: Sequence[int], since: date, service: str
) -> dict[int, tuple[list[int], list[int]]]:
    """Unit → the case of each return, and the case of each thing that was asked for once more."""
    seen, found = (
        defaultdict[int, set[str]](set),
        defaultdict[int, tuple[list[int], list[int]]](lambda: ([], [])),
    )
    for unit, case, at, marks in _returns(homes, service).values_list(
        "unit", "case", TruncDate("at"), "detail__marks"
    ):
        names = [name for name in marks or () if isinstance(name, str)]
        if unit is not None and at >= since:
            found[unit][0].append(case)
            found[unit][1].extend(case for name in names if name in seen[case])
        seen[case].update(names)
    return found


def _returns(homes: Sequence[int], service: str = "") -> QuerySet[CaseEvent, Any]:
    """Returns for supplement in the order in which they happened, with the ``unit`` whose turn it was."""
    seats = Seat.objects.filter(
        case=OuterRef("case"), turn__key=OuterRef("task"), organisation__isnull=False
    ).order_by("-pk")
    events = CaseEvent.objects.filter(action="return", case__home__in=homes, case__returns__gt=0)
    events = events.filter(case__service=service) if service else events
    return events.annotate(unit=Subquery(seats.values("organisation")[:1])).order_by(
        "case", "version", "position"
    )


# the cases behind a figure

SERVICE_SETS = ("running", "late", "ended", "measured", "timed", "in_time", "overtime", "returned", "twice")
UNIT_SETS = ("open", "done", "unit_timed", "unit_in_time", "unit_overtime", "unit_returned", "unit_twice")


def cases_behind_figure(
    home: Organisation, day: date, which: str, *, service: str = "", unit: int = 0
) -> QuerySet[Case]:
    """The very cases that a figure counts; which: of ``SERVICE_SETS``, or of ``UNIT_SETS`` with the key of a ``unit``."""
    cases = Case.objects.filter(home=home)
    cases = cases.filter(service=service) if service else cases
    if which in UNIT_SETS:
        return cases.filter(_of_unit(home, day, which, service, unit))
    since = Q(ended_at__date__gte=_since(day))
    return cases.filter(
        {
            "running": Q(result=""),
            "late": Q(result="", due_on__lt=day),
            "ended": since,
            "measured": since & Q(working_days__isnull=False),
            "timed": since & Q(on_time__isnull=False),
            "in_time": since & Q(on_time=True),
            "overtime": since & Q(on_time=False),
            "returned": since & Q(returns__gt=0),
            "twice": since & Q(asked_twice__gt=0),
        }[which]
    )


def _of_unit(home: Organisation, day: date, which: str, service: str, unit: int) -> Q:
    turns = Turn.objects.filter(case=OuterRef("pk"), seats__organisation=unit).order_by()
    done = turns.filter(done_at__date__gte=_since(day))
    match which:
        case "open":
            return Q(Exists(turns.filter(open=True, current=True)))
        case "done":
            return Q(Exists(done))
        case "unit_timed":
            return Q(Exists(done.filter(on_time__isnull=False)))
        case "unit_in_time":
            late = Exists(done.filter(on_time=False))
            return Q(Exists(done.filter(on_time=True))) & ~Q(late)
        case "unit_overtime":
            return Q(Exists(done.filter(on_time=False)))
    cases, again = _returns_by_unit([home.pk], _since(day), service).get(unit, ([], []))
    return Q(pk__in=set(cases if which == "unit_returned" else again))


def _since(day: date) -> date:
    return day - timedelta(days=DAYS)


def _median(counted: dict[int, int]) -> int | None:
    """The lower median of value → how often."""
    left = (sum(counted.values()) + 1) // 2
    for value in sorted(counted):
        left -= counted[value]
        if left <= 0:
            return value
    return None
