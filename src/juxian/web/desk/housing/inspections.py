"""Flats one by one, and inspections (房屋与检查)."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.actions.inspecting import inspect
from juxian.apps.housing.actions.stock import close_unit
from juxian.apps.housing.enums import Condition, Finding
from juxian.apps.housing.models import Lease, Unit
from juxian.apps.housing.queries.photos import photos_of
from juxian.apps.housing.queries.repairs import repairs_of
from juxian.apps.housing.queries.stock import inventory_of, units_visible_to, who_lives_in
from juxian.apps.housing.queries.tenancies import due_for_inspection, inspections_visible_to
from juxian.apps.housing.rules import may_manage
from juxian.web.desk.forms import text_field
from juxian.web.desk.housing.finding import READERS, carried_out, find_estate, tabs_of
from juxian.web.desk.housing.photos import address_of_photos
from juxian.web.desk.housing.stock import square_metres
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import words_in

PAGE_SIZE = 50
REPAIR_TONES = {"granted": "ok", "refused": "mute", "withdrawn": "mute", "lapsed": "mute"}


class InspectionForm(forms.Form):
    """What was seen; each thing of the furnishing that is not in order is ticked."""

    lease = forms.ChoiceField(label=gettext_lazy("承租人"), required=False)
    finding = forms.ChoiceField(label=gettext_lazy("结果"), choices=Finding.choices)
    note = text_field(gettext_lazy("说明"), 500, required=False)
    worn = forms.MultipleChoiceField(
        label=gettext_lazy("待修或缺失的设施"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: QueryDict | None, *, unit: Unit, leases: list[Lease]) -> None:
        super().__init__(data)
        self.items = {str(item.pk): item for item in inventory_of(unit)}
        self.leases = {str(lease.pk): lease for lease in leases}
        tenants = [(key, lease.person.name) for key, lease in self.leases.items()]
        set_choices(self, "lease", [*tenants, ("", gettext_lazy("无人承租"))])
        set_choices(self, "worn", [(key, item.name) for key, item in self.items.items()])

    def conditions(self) -> dict[int, Condition]:
        """The state of everything that was looked at; call when valid."""
        worn = set(self.cleaned_data["worn"])
        return {
            item.pk: Condition.WORN if key in worn else Condition.GOOD for key, item in self.items.items()
        }


@for_roles(*READERS)
@require_safe
def inspections(request: HttpRequest, code: str) -> HttpResponse:
    """Flats that are due, longest ago first, and what was seen lately."""
    estate, scope = find_estate(request, code), current_scope(request)
    due = due_for_inspection(estate, scope.as_of)
    seen = inspections_visible_to(user_of(request)).filter(unit__building__estate=estate)
    context = {
        "estate": estate,
        "tabs": tabs_of(estate, "desk:housing-inspections"),
        "due": due[:PAGE_SIZE],
        "due_count": due.count(),
        "page": Paginator(seen, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_manage": may_manage(user_of(request), estate.home),
    }
    return render(request, "desk/housing/inspections.html", context)


@for_roles(*READERS)
@require_safe
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    """One flat: who lives there, what stands there, what was seen."""
    found = find_unit(request, pk)
    estate = found.building.estate
    context = {
        "unit": found,
        "estate": estate,
        "area": square_metres(found.area_dm2),
        "places": [(place, square_metres(place.space.area_dm2)) for place in who_lives_in(found)],
        "repairs": [(one, REPAIR_TONES.get(one.result, "info")) for one in repairs_of(found)[:PAGE_SIZE]],
        "leases": Lease.objects.filter(space__unit=found).select_related(
            "person", "spouse", "space__unit__building", "estate"
        )[:PAGE_SIZE],
        "items": inventory_of(found),
        "inspections": found.inspections.select_related("by")[:PAGE_SIZE],
        "photos": photos_of(found),
        "photos_address": address_of_photos(found),
        "may_manage": may_manage(user_of(request), estate.home),
    }
    return render(request, "desk/housing/unit.html", context)


@for_roles(Role.OFFICE)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a flat out of use with a reason, or put it back without one."""
    found, user = managed_unit(request, pk), user_of(request)
    reason = words_in(request.POST.get("reason", ""), 200)
    told = _("已停用。") if reason else _("已恢复使用。")
    return carried_out(
        request, lambda: close_unit(unit=found, reason=reason, by=user), told, "desk:housing-unit", pk
    )


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record an inspection of today."""
    found, scope, user = managed_unit(request, pk), current_scope(request), user_of(request)
    standing = list(Lease.objects.standing().filter(space__unit=found).select_related("person"))
    form = InspectionForm(request.POST if request.method == "POST" else None, unit=found, leases=standing)
    if request.method == "POST" and form.is_valid():
        inspect(
            unit=found,
            day=scope.as_of,
            finding=Finding(form.cleaned_data["finding"]),
            by=user,
            lease=form.leases.get(form.cleaned_data["lease"]),
            note=form.cleaned_data["note"],
            conditions=form.conditions(),
        )
        return go(request, "desk:housing-unit", pk=pk)
    context = {"unit": found, "estate": found.building.estate, "form": form}
    return render(request, "desk/housing/inspect.html", context, status=422 if form.errors else 200)


def find_unit(request: HttpRequest, pk: int) -> Unit:
    """A flat of the acting jurisdiction; 404 for all others."""
    home = home_of(current_scope(request))
    units = units_visible_to(user_of(request)).filter(building__estate__home=home)
    return get_object_or_404(units.select_related("building__estate__home"), pk=pk)


def managed_unit(request: HttpRequest, pk: int) -> Unit:
    found = find_unit(request, pk)
    may_manage(user_of(request), found.building.estate.home).or_refuse()
    return found
