"""Posts of the pools: what is free, who holds one, until when (编制周转池)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.actions.seats import return_seat, take_seat
from juxian.apps.funds.queries.seats import pool_balances, seats_visible_to
from juxian.apps.funds.rules import may_manage_funds, may_read_funds
from juxian.apps.organisations.models import Organisation
from juxian.web.desk.forms import day_field, text_field
from juxian.web.desk.funds.finding import READERS, carried_out, home_here
from juxian.web.desk.scope import employers_of, people_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.gate import gated
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 50


class SeatForm(forms.Form):
    """Who takes a post, for which unit, by which paper."""

    pool = forms.ChoiceField(label=gettext_lazy("编制池"))
    number = text_field(gettext_lazy("人才编号"), 20)
    unit = forms.ChoiceField(label=gettext_lazy("用编单位"))
    document = text_field(gettext_lazy("批准文件"), 100)
    day = day_field(gettext_lazy("用编日"))

    def __init__(self, *args: Any, pools: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "pool", pools)
        set_choices(self, "unit", units)


class ReturnForm(forms.Form):
    """When and why a post goes back."""

    day = day_field(gettext_lazy("收回日"))
    reason = text_field(gettext_lazy("原因"), 200)


@for_roles(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
@gated
@once
def seats(request: HttpRequest) -> HttpResponse:
    """The pools and who holds a post; the office gives one to a named person."""
    home, scope, user = home_here(request), current_scope(request), user_of(request)
    may_read_funds(user, home).or_refuse()
    pools, units = scope.pack.funds.pools, employers_of(home, scope.language)
    form = SeatForm(
        request.POST if request.method == "POST" else None,
        pools=[(id_, pool.title.in_language(scope.language)) for id_, pool in pools.items()],
        units=units,
        initial={"day": scope.as_of},
    )
    if request.method == "POST":
        may_manage_funds(user, home).or_refuse()
        if form.is_valid() and _taken(request, home, form):
            return go(request, "desk:seats")
    rows = seats_visible_to(user).filter(home=home).select_related("person", "unit")
    state = request.GET.get("state", "")
    rows = rows.exclude(left_on=None) if state == "left" else rows.filter(left_on=None)
    context = {
        "pools": [
            (row, row.pool.title.in_language(scope.language)) for row in pool_balances(scope.pack.code, pools)
        ],
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "titles": {id_: pool.title.in_language(scope.language) for id_, pool in pools.items()},
        "state": state,
        "form": form,
        "as_of": scope.as_of,
        "may_manage": scope.role == Role.OFFICE and bool(pools),
    }
    return render(request, "desk/funds/seats.html", context, status=422 if form.errors else 200)


def _taken(request: HttpRequest, home: Organisation, form: SeatForm) -> bool:
    values = form.cleaned_data
    person = people_of(request, home).select_related("home").filter(number=values["number"]).first()
    if person is None:
        form.add_error("number", _("没有这个编号的人才。"))
        return False
    return carried_out(
        request,
        lambda: take_seat(
            home=home,
            pool=current_scope(request).pack.funds.pools[values["pool"]],
            person=person,
            unit=Organisation.objects.under(home.path).get(code=values["unit"]),
            document=values["document"],
            since=values["day"],
            by=user_of(request),
        ),
        _("已登记用编。"),
    )


@for_roles(Role.OFFICE)
@require_POST
@gated
@once
def seat_return(request: HttpRequest, pk: int) -> HttpResponse:
    """The post goes back to the pool."""
    seat = get_object_or_404(
        seats_visible_to(user_of(request)).filter(home=home_here(request)).select_related("home"), pk=pk
    )
    may_manage_funds(user_of(request), seat.home).or_refuse()
    form = ReturnForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        carried_out(
            request,
            lambda: return_seat(seat=seat, day=values["day"], reason=values["reason"], by=user_of(request)),
            _("编制已收回。"),
        )
    return go(request, "desk:seats")
