"""The waiting list at the desk (轮候名单)."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.actions.applying import renew_snapshot
from juxian.apps.housing.models import Application, Estate
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.queries.waiting import Place, applications_visible_to, missing_titles, places_of
from juxian.apps.housing.rules import may_manage
from juxian.web.desk.housing.finding import READERS, carried_out, find_estate, tabs_of, user_of
from juxian.web.desk.scope import home_of
from juxian.web.kit import formats
from juxian.web.kit.access import for_roles
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A place and whose it is; ``range``: ``3`` or ``3–7`` for equal points."""

    place: Place
    application: Application
    range: str
    parts: list[tuple[str, int]]


@for_roles(*READERS)
@require_safe
def queue(request: HttpRequest, code: str) -> HttpResponse:
    """Everybody in the queue with points, and those whose papers are not complete."""
    estate, scope = find_estate(request, code), current_scope(request)
    page = Paginator(places_of(estate, scope.as_of), PAGE_SIZE).get_page(request.GET.get("page"))
    incomplete = Application.objects.filter(estate=estate, state="incomplete").select_related(
        "person", "estate__home"
    )
    context = {
        "estate": estate,
        "tabs": tabs_of(estate, "desk:housing-queue"),
        "page": page,
        "rows": _rows(estate, list(page.object_list), scope.language),
        "scheme": scheme_of(estate),
        "incomplete": [
            (one, formats.listed(missing_titles(one, scope.language))) for one in incomplete[:PAGE_SIZE]
        ],
        "may_manage": may_manage(user_of(request), estate.home),
    }
    return render(request, "desk/housing/queue.html", context)


@for_roles(Role.OFFICE)
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at the facts of an application again."""
    scope, user = current_scope(request), user_of(request)
    found = applications_visible_to(user).filter(estate__home=home_of(scope)).select_related("estate__home")
    application = get_object_or_404(found, pk=pk)
    may_manage(user, application.estate.home).or_refuse()
    return carried_out(
        request,
        lambda: renew_snapshot(application=application, day=scope.as_of, by=user),
        _("已按最新信息重新核对。"),
        "desk:housing-queue",
        application.estate.code,
    )


def _rows(estate: Estate, places: list[Place], language: str) -> list[Row]:
    titles = [rule.title.in_language(language) for rule in scheme_of(estate).points]
    wanted = Application.objects.select_related("person", "estate").in_bulk(
        [int(one.standing.id) for one in places]
    )
    return [
        Row(
            one,
            wanted[int(one.standing.id)],
            range_of(one),
            list(zip(titles, one.standing.parts, strict=True)),
        )
        for one in places
    ]


def range_of(place: Place) -> str:
    """``3``, or ``3–7`` for those of equal points."""
    return str(place.first) if place.first == place.last else f"{place.first}–{place.last}"
