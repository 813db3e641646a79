"""The waiting list at the desk (轮候名单)."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.actions.applying import apply_for_flat, name_spouse, renew_snapshot
from juxian.apps.housing.actions.offering import offer_next
from juxian.apps.housing.enums import LIVE_APPLICATIONS
from juxian.apps.housing.models import Application, Estate
from juxian.apps.housing.queries.stock import free_spaces, scheme_of
from juxian.apps.housing.queries.waiting import (
    Place,
    applications_visible_to,
    bans_of,
    entry_of,
    missing_titles,
    place_of,
    places_of,
)
from juxian.apps.housing.rules import NotPossible, may_manage
from juxian.apps.persons.queries import schema_for
from juxian.core.facts.schema import Field, ProfileField
from juxian.core.facts.values import show_value
from juxian.core.housing.points import points_of
from juxian.core.housing.words import APPLICATION_FIELDS, HOUSEHOLD_MEMBERS
from juxian.web.desk.forms import text_field
from juxian.web.desk.housing.finding import READERS, carried_out, find_estate, tabs_of
from juxian.web.desk.housing.households import NumberForm, SpouseForm
from juxian.web.desk.scope import home_of
from juxian.web.kit import formats
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import whole_number

PAGE_SIZE, FREE_SHOWN = 50, 500
LARGEST_HOUSEHOLD = 20


class ApplicationForm(NumberForm):
    """Who asks, and what the register does not know."""

    number = text_field(gettext_lazy("申请人的人才编号"), 32)
    household_members = forms.IntegerField(
        label=gettext_lazy("家庭人数"),
        min_value=1,
        max_value=LARGEST_HOUSEHOLD,
        help_text=gettext_lazy("本人和一同居住的家人；已登记的配偶自动并为一户"),
    )
    wish = text_field(gettext_lazy("意向"), 120, required=False)


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
        "person", "spouse", "estate__home"
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
        "free": free_spaces(estate)[:FREE_SHOWN],
        "bans": bans_of(estate.home, scope.as_of)[:PAGE_SIZE],
    }
    return render(request, "desk/housing/queue.html", context)


@for_roles(*READERS)
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: the household, what was known on the day of the snapshot, the points that follow from it."""
    return _shown_application(request, find_application(request, pk), SpouseForm(None, user=user_of(request)))


def _shown_application(request: HttpRequest, found: Application, spouse_form: SpouseForm) -> HttpResponse:
    scope = current_scope(request)
    estate, scheme, schema = found.estate, scheme_of(found.estate), schema_for(found.estate.home)
    points = points_of(scheme, entry_of(found), schema, scope.as_of)
    place = place_of(found, scope.as_of)
    context = {
        "application": found,
        "estate": estate,
        "scheme": scheme,
        "standing": found.state in LIVE_APPLICATIONS,
        "snapshot": snapshot_rows(found, scope.language),
        "points": points,
        "parts": [(title.in_language(scope.language), given) for title, given in points.parts],
        "missing": formats.listed(missing_titles(found, scope.language)),
        "place": place,
        "range": range_of(place) if place else "",
        "offers": found.offers.select_related("space__unit__building", "lease"),
        "entries": found.draw_entries.select_related("draw").order_by("-draw_id"),
        "spouse_form": spouse_form,
        "may_manage": may_manage(user_of(request), estate.home),
    }
    status = 422 if spouse_form.errors else 200
    return render(request, "desk/housing/application.html", context, status=status)


@for_roles(Role.OFFICE)
@require_POST
@once
def spouse(request: HttpRequest, pk: int) -> HttpResponse:
    """Record whose spouse an applicant is."""
    found, scope, user = managed_application(request, pk), current_scope(request), user_of(request)
    form = SpouseForm(request.POST, user=user)
    if form.is_valid():
        try:
            name_spouse(
                application=found,
                spouse=form.cleaned_data["number"],
                evidence=form.cleaned_data["evidence"],
                day=scope.as_of,
                by=user,
            )
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已登记为一户。"))
            return go(request, "desk:housing-application", pk)
    return _shown_application(request, found, form)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Enter an application for somebody who asks at the counter, or whose case could not choose between estates."""
    estate, scope, user = find_estate(request, code), current_scope(request), user_of(request)
    may_manage(user, estate.home).or_refuse()
    form = ApplicationForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            made = apply_for_flat(
                estate=estate,
                person=form.cleaned_data["number"],
                asked={HOUSEHOLD_MEMBERS: form.cleaned_data["household_members"]},
                day=scope.as_of,
                by=user,
                wish=form.cleaned_data["wish"],
            )
            messages.success(request, _("已登记申请 %(number)s。") % {"number": made.number})
            return go(request, "desk:housing-application", made.pk)
        except NotPossible as refused:
            form.add_error(None, str(refused))
    context = {"estate": estate, "form": form}
    return render(request, "desk/housing/application_new.html", context, status=422 if form.errors else 200)


@for_roles(Role.OFFICE)
@require_POST
@once
def offer_first(request: HttpRequest, code: str) -> HttpResponse:
    """Offer a free space to the first in the queue."""
    estate, scope, user = find_estate(request, code), current_scope(request), user_of(request)
    may_manage(user, estate.home).or_refuse()
    wanted = request.POST.get("space", "")
    space = get_object_or_404(
        free_spaces(estate),
        pk=whole_number(wanted) or 0,
    )
    return carried_out(
        request,
        lambda: offer_next(estate=estate, space=space, day=scope.as_of, by=user),
        _("已配租给第 1 位，等待答复。"),
        "desk:housing-offers",
        estate.code,
    )


def find_application(request: HttpRequest, pk: int) -> Application:
    """An application of the acting jurisdiction; 404 for all others."""
    home = home_of(current_scope(request))
    return get_object_or_404(applications_visible_to(user_of(request)).filter(estate__home=home), pk=pk)


def managed_application(request: HttpRequest, pk: int) -> Application:
    found = find_application(request, pk)
    may_manage(user_of(request), found.estate.home).or_refuse()
    return found


def snapshot_rows(application: Application, language: str) -> list[tuple[str, str]]:
    """What was known on the day of the snapshot, as people call it."""
    schema = schema_for(application.estate.home)
    fields: dict[str, Field | ProfileField] = {**schema.profile, **APPLICATION_FIELDS}
    return [
        (fields[name].title.in_language(language), show_value(value, fields[name].type, schema, language))
        for name, value in application.snapshot.items()
        if name in fields
    ]


@for_roles(Role.OFFICE)
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at the facts of an application again; back to the page on which that was asked."""
    scope, user = current_scope(request), user_of(request)
    found = managed_application(request, pk)
    of_one = request.POST.get("page") == "application"
    return carried_out(
        request,
        lambda: renew_snapshot(application=found, day=scope.as_of, by=user),
        _("已按最新信息重新核对。"),
        "desk:housing-application" if of_one else "desk:housing-queue",
        found.pk if of_one else found.estate.code,
    )


def _rows(estate: Estate, places: list[Place], language: str) -> list[Row]:
    titles = [rule.title.in_language(language) for rule in scheme_of(estate).points]
    wanted = Application.objects.select_related("person", "spouse", "estate").in_bulk(
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
