"""How complete and how fresh the records of each unit are (完整度与时效); each figure opens to its people."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.persons.queries import units_by_gaps
from juxian.core.facts.completeness import WHOLE
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles
from juxian.web.kit.dossier import names_of
from juxian.web.kit.formats import rate
from juxian.web.kit.responses import render_part
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One employer. share: mean completeness of its records, empty until they have been derived again."""

    code: str
    name: str
    people: int
    share: str
    missing: int
    stale: int


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def completeness(request: HttpRequest) -> HttpResponse:
    """Units with most to ask for first."""
    scope = current_scope(request)
    page = Paginator(units_by_gaps(home_of(scope), scope.as_of), PAGE_SIZE).get_page(request.GET.get("page"))
    names = names_of({row["employer"] for row in page}, scope.language)
    rows = [
        UnitRow(
            code=row["employer"],
            name=names.get(row["employer"], row["employer"]),
            people=row["people"],
            share="" if row["whole"] is None else rate(int(row["whole"]), WHOLE),
            missing=row["missing"],
            stale=row["stale"],
        )
        for row in page
    ]
    return render_part(request, "desk/completeness.html#list", {"page": page, "rows": rows})
