"""An employer's own people (本单位人才)."""

from __future__ import annotations

from collections import Counter

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from juxian.apps.accounts.enums import Role
from juxian.apps.organisations.models import Organisation
from juxian.apps.persons.queries import persons_visible_to
from juxian.web.kit.access import for_roles
from juxian.web.kit.responses import render_part
from juxian.web.kit.rows import rows_of
from juxian.web.kit.scope import Scope, current_scope

PAGE_SIZE = 20
COUNTED = ("degree", "title_level", "talent_level")


@for_roles(Role.EMPLOYER)
@require_GET
def unit(request: HttpRequest) -> HttpResponse:
    """People whose present employer is the acting post's organisation or stands below it."""
    scope = current_scope(request)
    codes = Organisation.objects.under(scope.organisation.path).values_list("code", flat=True)
    home = Organisation.objects.get(code=scope.pack.root)  # with it the index of employers serves
    people = persons_visible_to(request.user)  # type: ignore[arg-type]
    people = people.filter(profile__home=home, profile__employer__in=list(codes))
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:60]
    levels = list(people.order_by().values_list(*(f"profile__{field}" for field in COUNTED)))
    shown = people.filter(name__contains=wanted) if wanted else people
    shown = shown.select_related("profile").order_by("name_key", "pk")
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "organisation": scope.organisation,
        "page": page,
        "rows": rows_of(page.object_list, scope.pack.schema, scope.language),
        "q": wanted,
        "total": len(levels),
        "structures": [_structure(place, levels, field, scope) for place, field in enumerate(COUNTED)],
    }
    return render_part(request, "portal/unit.html#list", context)


def _structure(
    place: int, levels: list[tuple[str | None, ...]], field: str, scope: Scope
) -> tuple[str, list[tuple[str, int]]]:
    """Title of a field, and (level, persons) from the highest level down; levels without anybody are left out."""
    known = scope.pack.schema.profile[field]
    counted = Counter(row[place] for row in levels)
    scale = scope.pack.schema.scale_of(known.type).levels.values()
    found = [
        (level.title.in_language(scope.language), counted[level.code])
        for level in scale
        if counted[level.code]
    ]
    return known.title.in_language(scope.language), found[::-1]
