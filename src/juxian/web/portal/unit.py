"""An employer's own people (本单位人才)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.queries import persons_visible_to
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.charts import Chart, Mark, ranking
from juxian.web.kit.responses import render_part
from juxian.web.kit.rows import rows_of
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.seeking import seeks, sought

PAGE_SIZE = 20
COUNTED = ("degree", "title_level", "talent_level")


@for_roles(Role.EMPLOYER)
@require_safe
@seeks
def unit(request: HttpRequest) -> HttpResponse:
    """People whose present employer is the acting post's organisation or stands below it."""
    scope = current_scope(request)
    codes = Organisation.objects.under(scope.organisation.path).values_list("code", flat=True)
    home = Organisation.objects.get(code=scope.pack.root)  # with it the index of employers serves
    people = persons_visible_to(user_of(request))
    people = people.filter(profile__home=home, profile__employer__in=list(codes))
    wanted = sought(request).get("q", "").replace("\0", "").strip()[:60]
    fields = [f"profile__{field}" for field in COUNTED]
    levels = list(people.order_by().values_list(*fields).annotate(Count("pk")))
    shown = people.filter(name__contains=wanted) if wanted else people
    shown = shown.select_related("profile").order_by("name_key", "pk")
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "organisation": scope.organisation,
        "page": page,
        "rows": rows_of(page.object_list, scope.pack.schema, scope.language),
        "q": wanted,
        "total": sum(row[-1] for row in levels),
        "charts": [chart for at, field in enumerate(COUNTED) if (chart := _chart(at, levels, field, scope))],
    }
    return render_part(request, "portal/unit.html#list", context)


def _chart(at: int, levels: list[tuple[Any, ...]], field: str, scope: Scope) -> Chart | None:
    """Persons at each level of a field, from the highest down; None where nobody has one.

    levels: rows of (level of each field of ``COUNTED`` …, persons); at: the column of ``field``.
    """
    known = scope.pack.schema.profile[field]
    counted: Counter[str | None] = Counter()
    for row in levels:
        counted[row[at]] += row[-1]
    scale = scope.pack.schema.scale_of(known.type).levels.values()
    marks = [
        Mark(level.title.in_language(scope.language), counted[level.code])
        for level in scale
        if counted[level.code]
    ][::-1]
    title = known.title.in_language(scope.language)
    return ranking(title, marks, title, whole=sum(counted.values())) if marks else None
