"""How services are kept: median days, on-time rate, returns, materials asked for twice (办理指标)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Avg, Count, Q, Sum

from juxian.apps.organisations.models import Organisation
from juxian.apps.services.models import Case, Rating, Turn

DAYS = 365  # figures are of cases that ended in the last year


@dataclass(slots=True)
class ServiceFigures:
    """running: now. ended, returns, asked_twice: of the last year. median_days: working days, None when none has ended.

    in_time, timed: cases with a settled deadline. stars: tenths of a star of the average, None without ratings.
    """

    running: int = 0
    late: int = 0
    ended: int = 0
    returns: int = 0
    asked_twice: int = 0
    in_time: int = 0
    timed: int = 0
    median_days: int | None = None
    stars: int | None = None
    ratings: int = 0
    _days: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What a unit has done in the last year. in_time of timed: before their last day."""

    unit: Organisation
    done: int
    in_time: int
    timed: int
    open: int


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
        in_time=Count("id", filter=Q(on_time=True)),
        timed=Count("id", filter=Q(on_time__isnull=False)),
    ):
        figures = found.setdefault(done["service"], ServiceFigures())
        figures.ended, figures.returns = done["number"], done["back"] or 0
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
    """Units with work in the last year, the busiest first; two queries."""
    turns = Turn.objects.filter(case__home__in=list(homes), seats__organisation__isnull=False)
    turns = turns.filter(case__service=service) if service else turns
    rows = list(
        turns.order_by()
        .values("seats__organisation")
        .annotate(
            done=Count("id", filter=Q(done_at__date__gte=_since(day))),
            in_time=Count("id", filter=Q(done_at__date__gte=_since(day), on_time=True)),
            timed=Count("id", filter=Q(done_at__date__gte=_since(day), on_time__isnull=False)),
            waiting=Count("id", filter=Q(open=True, current=True)),
        )
    )
    units = Organisation.objects.in_bulk([row["seats__organisation"] for row in rows])
    found = [
        UnitFigures(
            units[row["seats__organisation"]], row["done"], row["in_time"], row["timed"], row["waiting"]
        )
        for row in rows
    ]
    return sorted(found, key=lambda figures: (-figures.done, -figures.open, figures.unit.path))


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
