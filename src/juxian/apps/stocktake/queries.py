"""Counting the register as of a day (盘点口径): every count and the list behind it are one query with one filter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from juxian.apps.clock import SHANGHAI, today
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.models import Fact, Profile
from juxian.apps.stocktake.enums import Knowledge
from juxian.apps.stocktake.models import Need, Take, TakeRow
from juxian.core.dates import latest_start
from juxian.core.indicators.ages import AGE_BANDS, AgeBand

SCALED = (
    "degree", "academic_degree", "title_level", "talent_level", "six_ranks", "discipline", "skill_level", "gender",
)  # fmt: skip
AGE = "age"
SERVING = "serving"
Rows = QuerySet[Any, Any]  # of Profile or TakeRow: the same columns


@dataclass(frozen=True, slots=True)
class Flow:
    """People of one unit between two days. moved: of those who left, now at another unit of the register.

    came_over: of those who joined, from another unit of the register.
    """

    start: int
    stayed: int
    left: int
    moved: int
    joined: int
    came_over: int
    end: int


def take_of(home: Organisation, day: date, knowledge: str) -> Take | None:
    return Take.objects.filter(home=home, day=day, knowledge=knowledge).first()


def needs_no_take(day: date, knowledge: str) -> bool:
    """Today, as known now, is what the profiles hold."""
    return day == today() and knowledge == Knowledge.NOW


def rows_on(home: Organisation, day: date, knowledge: str, take: Take | None) -> Rows | None:
    """One row for each person of the register on ``day``; None while the take has not been made."""
    if needs_no_take(day, knowledge):
        discipline = Cast(KT("values__discipline"), CharField())
        return Profile.objects.filter(home=home).annotate(discipline=discipline).order_by()
    if take is None or take.made_at is None:
        return None
    return TakeRow.objects.filter(take=take).order_by()


def is_outdated(take: Take) -> bool:
    """Whether something was recorded or withdrawn since; what was known then does not change by it."""
    if take.made_at is None or take.knowledge == Knowledge.THEN:
        return False
    facts = Fact.objects.filter(person__home=take.home)
    return (
        facts.filter(pk__gt=take.last_fact).exists() or facts.filter(withdrawn_at__gte=take.made_at).exists()
    )


def known_on(day: date, knowledge: str) -> Q:
    """Facts that count: those that stand today, or those that stood at the end of ``day``."""
    if knowledge == Knowledge.NOW:
        return Q(withdrawn_at=None)
    end = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    return Q(recorded_at__lt=end) & (Q(withdrawn_at=None) | Q(withdrawn_at__gte=end))


def of_unit(rows: Rows, unit: Organisation | None, *, serving: bool) -> Rows:
    """Rows of one unit with what lies below it; ``serving``: only those at work on the day."""
    if unit is not None:
        rows = rows.filter(employer__in=Organisation.objects.under(unit.path).values("code"))
    return rows.filter(status=SERVING) if serving else rows


def with_age(rows: Rows, day: date) -> Rows:
    """``age``: the place of the age band on ``day`` as a text, None without a date of birth."""
    whens = [When(born_in(band, day), then=Value(str(place))) for place, band in enumerate(AGE_BANDS)]
    found: Rows = rows.annotate(age=Case(*whens, default=None, output_field=CharField(null=True)))
    return found


def born_in(band: AgeBand, day: date) -> Q:
    """Births that give an age of the band on ``day``; the same years as ``core.indicators.ages``."""
    born = Q(birth_date__lte=day)
    if band.low is not None:
        born &= Q(birth_date__lte=latest_start(day, band.low * 12))
    if band.high is not None:
        born &= Q(birth_date__gt=latest_start(day, (band.high + 1) * 12))
    return born


def at_level(rows: Rows, field: str, level: str) -> Rows:
    """The rows behind one count; an empty level: nothing is recorded."""
    return rows.filter(**{field: level}) if level else rows.filter(**{f"{field}__isnull": True})


def counted(rows: Rows, field: str) -> dict[str, int]:
    """Level → rows; an empty text stands for nothing recorded."""
    found = rows.order_by().values(field).annotate(n=Count("person_id"))
    return {row[field] or "": row["n"] for row in found}


def counted_by_unit(rows: Rows, field: str, units: Collection[str]) -> dict[tuple[str, str], int]:
    """(unit, level) → rows of the given units."""
    found = rows.filter(employer__in=list(units)).order_by().values("employer", field)
    return {(row["employer"], row[field] or ""): row["n"] for row in found.annotate(n=Count("person_id"))}


def births(rows: Rows) -> tuple[dict[date, int], int]:
    """Rows by day of birth, and how many have none."""
    found = rows.order_by().values_list("birth_date").annotate(n=Count("person_id"))
    born = dict(found)
    return born, born.pop(None, 0)


def joined(start: Rows, end: Rows) -> Rows:
    """Of ``end``: those who were not at the same unit at the start; ``here``: they were at another one."""
    return _marked(end, start).filter(same=False)


def left(start: Rows, end: Rows) -> Rows:
    """Of ``start``: those who are not at the same unit at the end; ``here``: they are at another one."""
    return _marked(start, end).filter(same=False)


def stayed(start: Rows, end: Rows) -> Rows:
    """Of ``end``: those who were at the same unit at the start."""
    return _marked(end, start).filter(same=True)


def flows(start: Rows, end: Rows) -> dict[str, Flow]:
    """Unit → its people between two days, in two queries. start, end: rows at work, of all units."""
    before = _grouped(_marked(start, end))
    after = _grouped(_marked(end, start))
    none = {"n": 0, "others": 0, "elsewhere": 0}
    return {
        unit: Flow(
            start=old["n"],
            stayed=old["n"] - old["others"],
            left=old["others"],
            moved=old["elsewhere"],
            joined=new["others"],
            came_over=new["elsewhere"],
            end=new["n"],
        )
        for unit in sorted(before.keys() | after.keys())
        for old, new in [(before.get(unit, none), after.get(unit, none))]
    }


def _marked(rows: Rows, others: Rows) -> Rows:
    same = others.filter(person=OuterRef("person"), employer=OuterRef("employer"))
    here = others.filter(person=OuterRef("person"), employer__isnull=False)
    found: Rows = rows.filter(employer__isnull=False).annotate(same=Exists(same), here=Exists(here))
    return found


def _grouped(rows: Rows) -> dict[str, dict[str, int]]:
    found = rows.order_by().values("employer")
    counts = found.annotate(
        n=Count("person_id"),
        others=Count("person_id", filter=Q(same=False)),
        elsewhere=Count("person_id", filter=Q(same=False, here=True)),
    )
    return {row["employer"]: {name: row[name] for name in ("n", "others", "elsewhere")} for row in counts}


def needs_on(home: Organisation, day: date, unit: Organisation | None) -> list[Need]:
    """What units need on the day, with their units read."""
    found = Need.objects.current_on(day).filter(home=home).select_related("unit")
    if unit is not None:
        found = found.filter(unit__in=Organisation.objects.under(unit.path))
    return list(found)
