"""What a page of apartments is about: the acting user, an estate of the place, its tabs (查找)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.models import Estate
from juxian.apps.housing.queries.stock import estates_visible_to
from juxian.apps.housing.rules import NotPossible
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import user_of
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.typed import whole_number

READERS = (Role.OFFICE, Role.LEADER)
TABS: tuple[tuple[str, str | Promise], ...] = (
    ("desk:housing-estate", _("房源")),
    ("desk:housing-queue", _("轮候")),
    ("desk:housing-draws", _("抽签")),
    ("desk:housing-offers", _("配租")),
    ("desk:housing-leases", _("租约")),
    ("desk:housing-inspections", _("检查")),
)


@dataclass(frozen=True, slots=True)
class Tab:
    href: str
    title: str | Promise
    current: bool


def find_estate(request: HttpRequest, code: str) -> Estate:
    """An estate of the acting jurisdiction; 404 for all others."""
    home = home_of(current_scope(request))
    return get_object_or_404(estates_visible_to(user_of(request)).filter(home=home), code=code)


def tabs_of(estate: Estate, current: str) -> list[Tab]:
    """The tabs of an estate; ``current``: name of the address that is open."""
    return [Tab(reverse(view, args=[estate.code]), title, view == current) for view, title in TABS]


def chosen_months(request: HttpRequest) -> int | None:
    """The length of a term that was chosen on a form, where the scheme has several."""
    typed = request.POST.get("months", "")
    return whole_number(typed, digits=3)


def carried_out(
    request: HttpRequest, act: Callable[[], object], told: str, to: str, *args: object
) -> HttpResponse:
    """Do it, say what was done or why not, and go on to ``to``."""
    try:
        act()
    except NotPossible as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, told)
    return go(request, to, *args)


def sent_back(request: HttpRequest, form: forms.Form, to: str, *args: object) -> HttpResponse:
    """Back to a page whose forms are a line each, with what was wrong."""
    for field, errors in form.errors.items():
        label: str | Promise = form.fields[field].label or field if field in form.fields else ""
        messages.error(request, f"{label} {errors[0]}")
    return go(request, to, *args)
