"""Ages of the register and the wave of retirements (年龄结构与退休潮); each figure opens to its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.queries import births_in
from juxian.core.dates import add_years
from juxian.core.indicators.ages import AGE_BANDS, AgeBand, in_bands, median_age, reaching
from juxian.web.desk.scope import employers_of, home_of
from juxian.web.kit.access import for_roles
from juxian.web.kit.charts import Chart, Mark, histogram
from juxian.web.kit.formats import count
from juxian.web.kit.scope import current_scope

AHEAD = (5, 10)  # years
WAVE = 10  # calendar years shown


@dataclass(frozen=True, slots=True)
class BandRow:
    """One age band: persons now, with their list, and in years to come if nobody joins or leaves."""

    title: str
    now: int
    href: str
    later: list[int]


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def structure(request: HttpRequest) -> HttpResponse:
    """Of the whole register or of one employer (``?employer=``); ``?age=`` is the age that is reached."""
    scope = current_scope(request)
    home = home_of(scope)
    employers = employers_of(home, scope.language)
    employer = request.GET.get("employer", "")
    employer = employer if employer in dict(employers) else ""
    asked = request.GET.get("age", "")
    ages = scope.pack.schema.retirement_ages
    age = int(asked) if asked in {str(item) for item in ages} else ages[0]
    born, unknown = births_in(home, employer)
    wave = reaching(born, age, scope.as_of.year, WAVE)
    context = {
        "employers": employers,
        "employer": employer,
        "age": str(age),
        "ages": [(str(item), _("%(age)s 岁") % {"age": item}) for item in sorted(ages)],
        "rows": band_rows(born, scope.as_of, employer),
        "ahead": [add_years(scope.as_of, years).year for years in AHEAD],
        "total": sum(born.values()),
        "unknown": unknown,
        "median": median_age(born, scope.as_of),
        "leaving": sum(wave),
        "chart": _wave(wave, age, scope.as_of.year, employer),
        "day": scope.as_of,
    }
    return render(request, "desk/structure.html", context)


def band_rows(born: dict[date, int], day: date, employer: str) -> list[BandRow]:
    columns = [in_bands(born, add_years(day, years)) for years in (0, *AHEAD)]
    return [
        BandRow(
            band_title(band),
            columns[0][place],
            _list(_condition(band), employer),
            [column[place] for column in columns[1:]],
        )
        for place, band in enumerate(AGE_BANDS)
    ]


def _wave(wave: list[int], age: int, first: int, employer: str) -> Chart:
    marks = [
        Mark(str(first + place), number, _list(_born_in(first + place - age), employer))
        for place, number in enumerate(wave)
    ]
    most = max(range(len(wave)), key=lambda place: wave[place])
    finding = _("今后 %(years)s 年有 %(total)s 人满 %(age)s 岁，%(year)s 年最多，%(most)s 人") % {
        "years": len(wave),
        "total": count(sum(wave)),
        "age": age,
        "year": first + most,
        "most": count(wave[most]),
    }
    return histogram(_("退休潮"), marks, finding, width=728, height=220)


def band_title(band: AgeBand) -> str:
    if band.low is None:
        return _("%(age)s 岁及以下") % {"age": band.high}
    if band.high is None:
        return _("%(age)s 岁以上") % {"age": band.low - 1}
    return _("%(low)s–%(high)s 岁") % {"low": band.low, "high": band.high}


def _condition(band: AgeBand) -> str:
    """The band in the rule language, for the list behind its figure."""
    if band.low is None:
        return f"age <= {band.high}"
    return f"age in {band.low}..{band.high}" if band.high is not None else f"age >= {band.low}"


def _born_in(year: int) -> str:
    return f"birth_date >= {year}-01-01 and birth_date <= {year}-12-31"


def _list(condition: str, employer: str) -> str:
    parameters = {"condition": condition} | ({"employer": employer} if employer else {})
    return f"{reverse('desk:persons')}?{urlencode(parameters)}"
