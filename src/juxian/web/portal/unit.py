"""An employer's own people (本单位人才)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
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
    codes = Organisation.objects.under(scope.organisation.path).values("code")
    people = persons_visible_to(request.user).filter(profile__employer__in=codes)  # type: ignore[arg-type]
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:60]
    shown = people.filter(name__contains=wanted) if wanted else people
    shown = shown.select_related("profile").order_by("name_key", "pk")
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "organisation": scope.organisation,
        "page": page,
        "rows": rows_of(page.object_list, scope.pack.schema, scope.language),
        "q": wanted,
        "total": people.order_by().count(),
        "structures": [(_title(field, scope), _structure(people, field, scope)) for field in COUNTED],
    }
    return render_part(request, "portal/unit.html#list", context)


def _title(field: str, scope: Scope) -> str:
    return scope.pack.schema.profile[field].title.in_language(scope.language)


def _structure(people: Any, field: str, scope: Scope) -> list[tuple[str, int]]:
    """(level, persons) from the highest level down; levels without anybody are left out."""
    column = f"profile__{field}"
    counted: dict[str | None, int] = dict(people.order_by().values_list(column).annotate(Count("pk")))
    levels = scope.pack.schema.scale_of(scope.pack.schema.profile[field].type).levels.values()
    found = [
        (level.title.in_language(scope.language), counted[level.code])
        for level in levels
        if level.code in counted
    ]
    return found[::-1]
