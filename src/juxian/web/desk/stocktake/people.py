"""The people behind one figure of a stock-take (数字背后的人): the filter is the one that counted."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.stocktake.queries import Rows, at_level, joined, left, of_unit, stayed
from juxian.web.desk.scope import people_of
from juxian.web.desk.stocktake.asking import (
    Asked,
    asked_of,
    day_in,
    fields_of,
    form_context,
    levels_of,
    title_of,
)
from juxian.web.desk.stocktake.overview import born_between
from juxian.web.kit.access import for_roles
from juxian.web.kit.dossier import names_of
from juxian.web.kit.responses import render_part
from juxian.web.kit.rows import level_badge
from juxian.web.kit.scope import Scope

PAGE_SIZE = 30
SHOWN = ("degree", "title_level", "talent_level", "six_ranks")
FLOWS = {"joined": joined, "left": left, "stayed": stayed}


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """By name; what is shown of each is what held on the day, not today."""
    asked = asked_of(request)
    context: dict[str, Any] = form_context(asked)
    rows, words = (None, []) if asked.problem else behind_figure(request, asked)
    context |= {"words": words, "problem": asked.problem, "uncounted": rows is None}
    if rows is not None:
        page = Paginator(listed(rows, request, asked), PAGE_SIZE).get_page(request.GET.get("page"))
        context |= {
            "page": page,
            "rows": shown_rows(list(page), asked.scope),
            "titles": [title_of(name, asked.scope) for name in SHOWN],
            "export": f"{asked.address('desk:stocktake-export', by='')}&{request.GET.urlencode()}&people=1",
        }
    return render_part(
        request, "desk/stocktake/people.html#list", context, status=422 if asked.problem else 200
    )


def behind_figure(request: HttpRequest, asked: Asked) -> tuple[Rows | None, list[str]]:
    """(rows, the conditions in words) of the figure in the address; None while the day is not counted."""
    found = asked.counted()
    flow = request.GET.get("flow", "")
    if flow in FLOWS:
        return _behind_flow(request, asked, found.rows, flow)
    if found.rows is None:
        return None, []
    rows, words = asked.narrowed(found.rows), [value for _name, value in asked.words()]
    if request.GET.get("only") == "1" and asked.unit is not None:
        rows = rows.filter(employer=asked.unit.code)  # the unit alone, as in the table of units
    name, level = request.GET.get("field", ""), request.GET.get("level", "")
    if name in fields_of(asked.scope.pack.schema) and (
        level == "-" or level in dict(levels_of(name, asked.scope))
    ):
        level = "" if level == "-" else level
        rows = at_level(rows, name, level)
        words.append(f"{title_of(name, asked.scope)} · {dict(levels_of(name, asked.scope))[level]}")
    if born := born_between(request.GET.get("born", "")):
        rows = rows.filter(birth_date__range=born)
        words.append(_("%(year)s 年出生") % {"year": born[0].year})
    return rows, words


def _behind_flow(
    request: HttpRequest, asked: Asked, end: Rows | None, flow: str
) -> tuple[Rows | None, list[str]]:
    since, problem = day_in(request.GET.get("since", ""), asked.scope.as_of)
    start = None if problem else asked.counted(since).rows
    if start is None or end is None:
        return None, []
    rows = FLOWS[flow](of_unit(start, None, serving=True), of_unit(end, None, serving=True))
    if asked.unit is not None:
        rows = rows.filter(employer=asked.unit.code)
    here = request.GET.get("here", "")
    if here in ("0", "1"):
        rows = rows.filter(here=here == "1")
    titles = {"joined": _("进入"), "left": _("离开"), "stayed": _("留任")}
    unit = [asked.unit.name] if asked.unit else []
    return rows, [f"{since.isoformat()} – {asked.day.isoformat()}", *unit, titles[flow]]


def listed(rows: Rows, request: HttpRequest, asked: Asked) -> Rows:
    """Rows of persons that the user may see, by name."""
    seen = people_of(request, asked.home)
    return rows.filter(person__in=seen).select_related("person").order_by("person__name_key", "person_id")


def shown_rows(rows: list[Any], scope: Scope) -> list[dict[str, Any]]:
    """Rows in words; names of employers in one query."""
    words = {name: dict(levels_of(name, scope)) for name in SHOWN if name in fields_of(scope.pack.schema)}
    names = names_of({row.employer for row in rows if row.employer}, scope.language)
    return [
        {
            "number": row.person.number,
            "name": row.person.name,
            "badge": level_badge(row.talent_level),
            "employer": names.get(row.employer or "", row.employer or ""),
            "cells": [words.get(name, {}).get(getattr(row, name) or "-", "") for name in SHOWN],
        }
        for row in rows
    ]
