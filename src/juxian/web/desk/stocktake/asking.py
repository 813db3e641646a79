"""What a stock-take page is asked for (盘点条件): day, knowledge, unit; everything stands in the address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from juxian.apps.organisations.models import Organisation
from juxian.apps.stocktake.enums import Knowledge
from juxian.apps.stocktake.models import Take
from juxian.apps.stocktake.queries import (
    AGE,
    SCALED,
    Rows,
    is_outdated,
    needs_no_take,
    of_unit,
    rows_on,
    take_of,
    with_age,
)
from juxian.core.facts.schema import Schema
from juxian.core.indicators.ages import AGE_BANDS
from juxian.web.desk.scope import employers_of, home_of
from juxian.web.desk.structure import band_title
from juxian.web.kit.scope import Scope, current_scope

EARLIEST = date(1950, 1, 1)


@dataclass(frozen=True)
class Counted:
    """The register on one day. rows: None until the day has been counted; ``take`` is None where none is needed."""

    day: date
    knowledge: str
    take: Take | None
    rows: Rows | None
    outdated: bool = False


@dataclass(frozen=True)
class Asked:
    """problem: why the day cannot be counted, in words. everybody: also those who are not at work."""

    scope: Scope
    home: Organisation
    day: date
    knowledge: str
    unit: Organisation | None
    everybody: bool
    by: str
    problem: str = ""
    employers: list[tuple[str, str]] = field(default_factory=list)

    def counted(self, day: date | None = None) -> Counted:
        """The register on the day asked for, or on another one; two queries at most."""
        day = day or self.day
        take = None if needs_no_take(day, self.knowledge) else take_of(self.home, day, self.knowledge)
        rows = rows_on(self.home, day, self.knowledge, take)
        return Counted(day, self.knowledge, take, rows, bool(take and rows is not None and is_outdated(take)))

    def narrowed(self, rows: Rows, day: date | None = None) -> Rows:
        """Rows of the unit asked for, with the age on the day."""
        return with_age(of_unit(rows, self.unit, serving=not self.everybody), day or self.day)

    def address(self, view: str = "desk:stocktake", **changes: str) -> str:
        """A page of the stock-take with these conditions, some of them changed; empty ones are left out."""
        values = {
            "day": self.day.isoformat(),
            "known": "" if self.knowledge == Knowledge.NOW else self.knowledge,
            "unit": self.unit.code if self.unit else "",
            "who": "all" if self.everybody else "",
            "by": self.by,
        } | changes
        return f"{reverse(view)}?{urlencode({name: value for name, value in values.items() if value})}"

    def words(self) -> list[tuple[str, str]]:
        """The conditions in words, for the head of a page and of a file."""
        unit = dict(self.employers).get(self.unit.code, self.unit.name) if self.unit else _("全部单位")
        return [
            (_("截至日"), self.day.isoformat()),
            (_("口径"), str(Knowledge(self.knowledge).label)),
            (_("用人单位"), unit),
            (_("人员范围"), _("全部在册") if self.everybody else _("在岗")),
        ]


def asked_of(request: HttpRequest) -> Asked:
    """The conditions in the address; what is unknown counts as not said, a day that cannot be read is told."""
    scope = current_scope(request)
    home = home_of(scope)
    employers = employers_of(home, scope.language)
    day, problem = day_in(request.GET.get("day", ""), scope.as_of)
    known, unit, by = (request.GET.get(name, "") for name in ("known", "unit", "by"))
    return Asked(
        scope=scope,
        home=home,
        day=day,
        knowledge=known if known in Knowledge.values else Knowledge.NOW,
        unit=Organisation.objects.get(code=unit) if unit in dict(employers) else None,
        everybody=request.GET.get("who", "") == "all",
        by=by if by in fields_of(scope.pack.schema) else "degree",
        problem=problem,
        employers=employers,
    )


def day_in(text: str, today: date) -> tuple[date, str]:
    """(day, problem): today where nothing is said, or where the day cannot be counted."""
    if not text.strip():
        return today, ""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return today, _("日期写法不对，请写成 2025-06-30 这样。")
    if day > today:
        return today, _("不能盘点以后的日子。")
    if day < EARLIEST:
        return today, _("日期太早。")
    return day, ""


def fields_of(schema: Schema) -> list[str]:
    """Fields by which a structure is shown; those without a scale in the place are left out."""
    return [name for name in SCALED if name in schema.profile and schema.profile[name].type.scale] + [AGE]


def title_of(name: str, scope: Scope) -> str:
    return _("年龄") if name == AGE else scope.pack.schema.profile[name].title.in_language(scope.language)


def levels_of(name: str, scope: Scope) -> list[tuple[str, str]]:
    """(code, words) of every level, highest first as the scale has them; the last, empty one is what is not recorded."""
    if name == AGE:
        levels = [(str(place), band_title(band)) for place, band in enumerate(AGE_BANDS)]
    else:
        scale = scope.pack.schema.scale_of(scope.pack.schema.profile[name].type)
        levels = [(level.code, level.title.in_language(scope.language)) for level in scale.levels.values()]
    return [*levels, ("", _("未登记"))]


def form_context(asked: Asked) -> dict[str, Any]:
    """What the row of conditions shows."""
    return {
        "asked": asked,
        "employers": asked.employers,
        "unit": asked.unit.code if asked.unit else "",
        "known": asked.knowledge,
        "knowledges": Knowledge.choices,
        "by": asked.by,
        "fields": [(name, title_of(name, asked.scope)) for name in fields_of(asked.scope.pack.schema)],
        "latest": asked.scope.as_of,
    }
