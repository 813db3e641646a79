"""Figures computed from records (指标计算): indicators, published figures, and who stands behind them.

The number and the list behind it come from the same filter, so that a figure always opens to exactly its persons.
Numbers are kept until the audit log tells of a change of the register; a list is always read afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import BigIntegerField, Count, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, ExtractMonth, ExtractYear

from juxian.apps.audit.models import AuditEntry
from juxian.apps.housing.queries.figures import stock_figure
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.conditions import as_filter
from juxian.apps.persons.models import Fact, Person, Profile
from juxian.core.facts.schema import Kind
from juxian.core.indicators import Indicator, ReportedFigure, Target, holds
from juxian.core.indicators.model import Stock
from juxian.core.packs.schema import Pack

FEN_PER_YUAN = 100
KEPT_SECONDS = 24 * 3600
CHANGING = (
    "persons.",
    "imports.",
    "packs.",
    "housing.",
)  # prefixes of the audited actions that change what is counted
READING = ("persons.value_revealed", "persons.searched_by_number")  # of these, the ones that only read
T = TypeVar("T")
_seen: ContextVar[int | None] = ContextVar("last change of the register", default=None)


@dataclass(frozen=True, slots=True)
class FigureResult:
    """A published figure beside the computed one. computed: None while ``figure.pending`` names a module."""

    figure: ReportedFigure
    computed: int | None
    holds: bool | None

    @property
    def pending(self) -> str:
        return self.figure.pending


@dataclass(frozen=True, slots=True)
class TargetResult:
    """A target beside what is reached; ``share`` in per cent of the target, None while not computed."""

    target: Target
    computed: int | None

    @property
    def share(self) -> int | None:
        return None if self.computed is None else round(100 * self.computed / self.target.value)


def facts_behind(indicator: Indicator, pack: Pack, as_of: date) -> QuerySet[Fact]:
    """Standing facts that a ``facts`` indicator counts or adds up."""
    found = Fact.objects.standing().filter(
        kind=indicator.kind, since__lte=as_of, person__home__code=pack.root, person__merged_into=None
    )
    return found.filter(_where(indicator, pack, as_of, "fact")).order_by()


def people_behind(indicator: Indicator, pack: Pack, as_of: date) -> QuerySet[Person]:
    """The persons behind a figure, each once; none for figures about organisations."""
    people = Person.objects.living_records().filter(home__code=pack.root)
    if indicator.measure == "facts":
        return people.filter(pk__in=facts_behind(indicator, pack, as_of).values("person"))
    if indicator.measure == "persons":
        return people.filter(pk__in=_profiles(indicator, pack, as_of).values("pk"))
    if indicator.measure == "ratio":
        return people_behind(pack.indicators[indicator.of], pack, as_of)
    return people.none()


def organisations_behind(indicator: Indicator, pack: Pack, as_of: date) -> QuerySet[Organisation]:
    """The organisations behind a figure; none for figures about persons."""
    if indicator.measure != "organisations":
        return Organisation.objects.none()
    found = Organisation.objects.filter(pack=pack.code).filter(Q(since=None) | Q(since__lte=as_of))
    return found.filter(_where(indicator, pack, as_of, "organisation"))


def measure(indicator: Indicator, pack: Pack, as_of: date) -> int | None:
    """The value on ``as_of``: a count, a sum (whole yuan for money), or per cent for a ratio; None: no base."""
    return kept("measure", pack, (indicator.id, as_of), lambda: _measure(indicator, pack, as_of))


def kept(what: str, pack: Pack, about: tuple[object, ...], compute: Callable[[], T]) -> T:
    """``compute()``, or its result from before when nothing has changed the register since."""
    key = ":".join(map(str, ("assessment", what, pack.digest, last_change_of_register(), *about)))
    found: T | None = cache.get(key)
    if found is None:
        found = compute()
        cache.set(key, found, KEPT_SECONDS)
    return found


@contextmanager
def at_one_moment() -> Iterator[None]:
    """All figures inside, or of the function decorated, are of one moment: the audit log is asked once."""
    token = _seen.set(last_change_of_register())
    try:
        yield
    finally:
        _seen.reset(token)


def last_change_of_register() -> int:
    """Number of the last audit entry that may have changed a figure; 0 before the first."""
    if (seen := _seen.get()) is not None:
        return seen
    changed = reduce(or_, (Q(action__startswith=prefix) for prefix in CHANGING))
    entries = AuditEntry.objects.filter(changed).exclude(action__in=READING).order_by("-id")
    return entries.values_list("id", flat=True).first() or 0


def _measure(indicator: Indicator, pack: Pack, as_of: date) -> int | None:
    if indicator.measure == "facts":
        return _measure_facts(indicator, pack, as_of)
    if indicator.measure == "persons":
        return _profiles(indicator, pack, as_of).count()
    if indicator.measure == "organisations":
        return organisations_behind(indicator, pack, as_of).count()
    if indicator.measure == "housing":
        return stock_figure(pack.root, Stock(indicator.stock), as_of)
    part = measure(pack.indicators[indicator.of], pack, as_of)
    whole = measure(pack.indicators[indicator.to], pack, as_of)
    return round(100 * part / whole) if part is not None and whole else None


@at_one_moment()
def reported_figures(pack: Pack) -> list[FigureResult]:
    """Every published figure with what the records give (公布数与计算数)."""
    cache: dict[tuple[str, date], int | None] = {}
    return [_figure_result(figure, pack, cache) for figure in pack.figures]


@at_one_moment()
def target_results(pack: Pack, as_of: date) -> list[TargetResult]:
    """Every target with what is reached by ``as_of`` (目标完成)."""
    return [
        TargetResult(
            target, measure(pack.indicators[target.indicator], pack, as_of) if target.indicator else None
        )
        for target in pack.targets
    ]


def months_of_introduction(pack: Pack, as_of: date) -> dict[tuple[int, int], int]:
    """Introductions by (year, month) in the year of ``as_of`` and the one before."""
    return kept("months", pack, (as_of,), lambda: _months_of_introduction(pack, as_of))


def _months_of_introduction(pack: Pack, as_of: date) -> dict[tuple[int, int], int]:
    rows = (
        Fact.objects.standing()
        .filter(
            kind="introduction",
            person__home__code=pack.root,
            person__merged_into=None,
            since__gte=date(as_of.year - 1, 1, 1),
            since__lte=as_of,
        )
        .order_by()
        .annotate(year=ExtractYear("since"), month=ExtractMonth("since"))
        .values("year", "month")
        .annotate(n=Count("id"))
    )
    return {(row["year"], row["month"]): row["n"] for row in rows}


def structure(pack: Pack, field: str) -> dict[str | None, int]:
    """Persons by the level of a profile column (one of ``Profile.COLUMNS``); None: not recorded."""
    if field not in Profile.COLUMNS:
        raise ValueError(f"{field} is not a column of the profile")
    return kept("structure", pack, (field,), lambda: _structure(pack, field))


def _structure(pack: Pack, field: str) -> dict[str | None, int]:
    rows = Profile.objects.filter(home__code=pack.root).values(field).annotate(n=Count("pk")).order_by()
    return {row[field]: row["n"] for row in rows}


def ages(pack: Pack, as_of: date) -> dict[int, int]:
    """Persons by year of birth (from ``birth_date``), for the age structure."""
    return kept("ages", pack, (), lambda: _ages(pack))


def _ages(pack: Pack) -> dict[int, int]:
    rows = (
        Profile.objects.filter(home__code=pack.root, birth_date__isnull=False)
        .annotate(year=ExtractYear("birth_date"))
        .values("year")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return {row["year"]: row["n"] for row in rows}


def _figure_result(
    figure: ReportedFigure, pack: Pack, cache: dict[tuple[str, date], int | None]
) -> FigureResult:
    if figure.pending:
        return FigureResult(figure, None, None)
    key = (figure.indicator, figure.as_of)
    if key not in cache:
        cache[key] = measure(pack.indicators[figure.indicator], pack, figure.as_of)
    return FigureResult(figure, cache[key], holds(figure.relation, figure.value, cache[key]))


def _measure_facts(indicator: Indicator, pack: Pack, as_of: date) -> int:
    facts = facts_behind(indicator, pack, as_of)
    if indicator.sum:
        number = Cast(KT(f"value__{indicator.sum}"), BigIntegerField())
        total: int = facts.aggregate(total=Sum(number))["total"] or 0
        return total // FEN_PER_YUAN if _is_money(indicator, pack) else total
    if indicator.distinct:
        counted: int = facts.aggregate(n=Count("person", distinct=True))["n"]
        return counted
    return facts.count()


def _is_money(indicator: Indicator, pack: Pack) -> bool:
    return pack.schema.kinds[indicator.kind].fields[indicator.sum].type.kind is Kind.MONEY


def _profiles(indicator: Indicator, pack: Pack, as_of: date) -> QuerySet[Profile]:
    found = Profile.objects.filter(home__code=pack.root, person__merged_into=None)
    return found.filter(_where(indicator, pack, as_of, "profile"))


def _where(indicator: Indicator, pack: Pack, as_of: date, table: Any) -> Q:
    return as_filter(indicator.where, pack.schema, as_of, table) if indicator.where else Q()
