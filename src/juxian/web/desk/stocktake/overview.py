"""Base figures, structure, gaps and ages of one day (盘点总览); each figure opens to its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.attrition.queries import standing_figures
from juxian.apps.organisations.models import Organisation
from juxian.apps.stocktake.actions import AT_ONCE, ask_for_take, make_take
from juxian.apps.stocktake.enums import Knowledge
from juxian.apps.stocktake.queries import (
    AGE,
    Rows,
    births,
    counted,
    counted_by_unit,
    needs_no_take,
    needs_on,
    take_of,
)
from juxian.apps.stocktake.rules import may_state_needs, may_take_stock
from juxian.apps.stocktake.tasks import make
from juxian.core.dates import add_years
from juxian.core.indicators.ages import AGE_BANDS, in_bands, median_age, reaching
from juxian.web.desk.stocktake.asking import (
    Asked,
    asked_of,
    day_in,
    fields_of,
    form_context,
    levels_of,
    title_of,
)
from juxian.web.desk.structure import band_title
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.formats import rate
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

UNITS_ON_A_PAGE = 30
AHEAD = (5, 10)  # years
WAVE = 10  # calendar years
LONG_SCALE = 16  # levels: of a longer scale only those with people are shown


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure and the address of its people."""

    number: int
    href: str


@dataclass(frozen=True, slots=True)
class Part:
    """The structure by one field. rows: (words, people, share of those recorded or empty, address)."""

    name: str
    title: str
    rows: list[tuple[str, int, str, str]]
    known: int


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One employer with its people by the levels of the chosen field."""

    code: str
    name: str
    total: Cell
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Gap:
    """What a unit needs at one level and has. missing: 0 where it has enough."""

    unit: str
    title: str
    needed: int
    have: Cell
    missing: int
    basis: str


@dataclass(frozen=True, slots=True)
class AgeRow:
    """One age band, on the day and in years to come if nobody joins or leaves."""

    title: str
    now: Cell
    later: list[int]


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The whole page of one day; a day that was not counted yet says so and offers it."""
    asked = asked_of(request)
    context = form_context(asked)
    if asked.problem:
        return render(
            request, "desk/stocktake/overview.html", context | {"problem": asked.problem}, status=422
        )
    found = asked.counted()
    context |= {
        "found": found,
        "may_count": may_take_stock(user_of(request), asked.home),
        "may_state": may_state_needs(user_of(request), asked.home),
    }
    if found.rows is not None:
        rows = asked.narrowed(found.rows)
        age = retirement_age(request, asked)
        context |= {
            "parts": parts_of(asked, rows),
            **_units(request, asked, rows),
            "gaps": gaps_of(asked, rows),
            "warned": warned_of(asked),
            **ages_of(asked, rows, age),
            "export": asked.address("desk:stocktake-export"),
            "flows": asked.address("desk:stocktake-flows"),
        }
    return render(request, "desk/stocktake/overview.html", context)


@for_roles(Role.OFFICE, Role.LEADER)
@require_POST
def count_day(request: HttpRequest) -> HttpResponse:
    """Have the day counted; a large register is counted in the background. Asking again counts anew."""
    asked = asked_of(request)
    may_take_stock(user_of(request), asked.home).or_refuse()
    day, problem = day_in(request.POST.get("day", ""), current_scope(request).as_of)
    known = request.POST.get("known", "")
    knowledge = known if known in Knowledge.values else Knowledge.NOW
    if problem or needs_no_take(day, knowledge):
        messages.warning(request, problem or _("当天的数据随时可看，不必汇总。"))
        return go(request, asked.address())
    earlier = take_of(asked.home, day, knowledge)
    if earlier is not None and earlier.made_at is None:
        messages.warning(request, _("这一天正在汇总，请稍后刷新。"))
        return go(request, asked.address(day=day.isoformat(), known=knowledge))
    take = ask_for_take(home=asked.home, day=day, knowledge=knowledge, by=user_of(request))
    if asked.home.persons.count() <= AT_ONCE:
        make_take(take=take)
        messages.success(request, _("已汇总。"))
    else:
        make.enqueue(take.pk)
        messages.success(request, _("已开始汇总，稍后刷新本页查看。"))
    return go(request, asked.address(day=day.isoformat(), known=knowledge))


def warned_of(asked: Asked) -> list[tuple[str, int, str]]:
    """Signal, people whom one is warned of, address of their list; of today and of all units alone. One query."""
    if asked.day != asked.scope.as_of or asked.unit is not None:
        return []
    numbers = standing_figures(asked.home)
    signals = asked.scope.pack.attrition.signals
    return [
        (
            signal.title.in_language(asked.scope.language),
            numbers[key],
            f"{reverse('desk:attrition')}?signal={key}",
        )
        for key, signal in signals.items()
        if key in numbers
    ]


def parts_of(asked: Asked, rows: Rows) -> list[Part]:
    """One query for each field."""
    return [_part(asked, rows, name) for name in fields_of(asked.scope.pack.schema)]


def _part(asked: Asked, rows: Rows, name: str) -> Part:
    numbers = counted(rows, name)
    known = sum(number for level, number in numbers.items() if level)
    levels = levels_of(name, asked.scope)
    if len(levels) > LONG_SCALE:
        levels = [item for item in levels if numbers.get(item[0], 0) or not item[0]]
    shown = [
        (
            words,
            numbers.get(level, 0),
            rate(numbers.get(level, 0), known) if level and known else "",
            behind(asked, name, level),
        )
        for level, words in levels
    ]
    return Part(name, title_of(name, asked.scope), shown, known)


def behind(asked: Asked, name: str, level: str, unit: str = "") -> str:
    """The address of the people behind one figure."""
    changes = {"unit": unit} if unit else {}
    return asked.address("desk:stocktake-people", by="", field=name, level=level or "-", **changes)


def unit_rows(asked: Asked, rows: Rows, units: list[tuple[str, str]]) -> list[UnitRow]:
    """The given units by the levels of the chosen field, in one query."""
    levels = levels_of(asked.by, asked.scope)
    numbers = counted_by_unit(rows, asked.by, [code for code, _name in units])
    return [
        UnitRow(
            code,
            name,
            Cell(
                sum(numbers.get((code, level), 0) for level, _words in levels),
                asked.address("desk:stocktake-people", by="", unit=code, only="1"),
            ),
            [
                Cell(numbers.get((code, level), 0), behind(asked, asked.by, level, code) + "&only=1")
                for level, _words in levels
            ],
        )
        for code, name in units
    ]


def units_of(asked: Asked) -> list[tuple[str, str]]:
    """Employers of the unit asked for and below it, in the order of the tree."""
    if asked.unit is None:
        return asked.employers
    below = set(Organisation.objects.under(asked.unit.path).values_list("code", flat=True))
    return [item for item in asked.employers if item[0] in below]


def _units(request: HttpRequest, asked: Asked, rows: Rows) -> dict[str, object]:
    page = Paginator(units_of(asked), UNITS_ON_A_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "unit_rows": unit_rows(asked, rows, list(page)),
        "levels": [words for _code, words in levels_of(asked.by, asked.scope)],
        "total": Cell(rows.count(), asked.address("desk:stocktake-people", by="")),
    }


def gaps_of(asked: Asked, rows: Rows) -> list[Gap]:
    """Needs against people, those who lack most first; one query for each field that somebody needs."""
    needs = needs_on(asked.home, asked.day, asked.unit)
    offered = fields_of(asked.scope.pack.schema)
    have: dict[tuple[str, str, str], int] = {}
    for name in sorted({need.field for need in needs if need.field in offered}):
        units = {need.unit.code for need in needs if need.field == name}
        for (unit, level), number in counted_by_unit(rows, name, units).items():
            have[unit, name, level] = number
    words = {
        name: dict(levels_of(name, asked.scope)) for name in {need.field for need in needs} & set(offered)
    }
    gaps = [
        Gap(
            dict(asked.employers).get(need.unit.code, need.unit.name),
            f"{title_of(need.field, asked.scope)} · {words[need.field].get(need.level, need.level)}",
            need.number,
            Cell(
                have.get((need.unit.code, need.field, need.level), 0),
                behind(asked, need.field, need.level, need.unit.code) + "&only=1",
            ),
            max(0, need.number - have.get((need.unit.code, need.field, need.level), 0)),
            need.basis,
        )
        for need in needs
        if need.field in offered
    ]
    return sorted(gaps, key=lambda gap: -gap.missing)


def retirement_age(request: HttpRequest, asked: Asked) -> int:
    ages = asked.scope.pack.schema.retirement_ages
    given = request.GET.get("age", "")
    return int(given) if given in {str(age) for age in ages} else ages[0]


def ages_of(asked: Asked, rows: Rows, age: int) -> dict[str, Any]:
    """Bands now and in years to come, and who reaches the age in each year; one query."""
    born, unknown = births(rows)
    columns = [in_bands(born, add_years(asked.day, years)) for years in (0, *AHEAD)]
    bands = [
        AgeRow(
            band_title(band),
            Cell(columns[0][place], behind(asked, AGE, str(place))),
            [column[place] for column in columns[1:]],
        )
        for place, band in enumerate(AGE_BANDS)
    ]
    first = asked.day.year
    return {
        "bands": bands,
        "ahead": [add_years(asked.day, years).year for years in AHEAD],
        "median": median_age(born, asked.day),
        "unborn": unknown,
        "age": str(age),
        "ages": [
            (str(item), _("%(age)s 岁") % {"age": item})
            for item in sorted(asked.scope.pack.schema.retirement_ages)
        ],
        "wave": [
            (first + place, Cell(number, _born_in_year(asked, first + place - age)))
            for place, number in enumerate(reaching(born, age, first, WAVE))
        ],
    }


def _born_in_year(asked: Asked, year: int) -> str:
    return asked.address("desk:stocktake-people", by="", born=str(year))


def born_between(year: str) -> tuple[date, date] | None:
    """The days of a year of birth in an address; None where it is none."""
    if not (year.isascii() and year.isdigit() and len(year) == 4 and year > "1000"):
        return None
    return date(int(year), 1, 1), date(int(year), 12, 31)
