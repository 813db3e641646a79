"""Entering, changing and closing teams and carriers; their members and equipment (登记、变更、撤销、成员、设备)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.collectives.actions import (
    CollectiveDraft,
    add_equipment,
    change_collective,
    change_role,
    close_collective,
    found_collective,
    join,
    leave,
    retire_equipment,
)
from juxian.apps.collectives.enums import Sort
from juxian.apps.collectives.models import Collective
from juxian.apps.collectives.rules import may_manage
from juxian.apps.organisations.models import Organisation
from juxian.core.dates import add_months
from juxian.web.desk.collectives.finding import (
    carried_out,
    find_collective,
    kinds_of,
    levels_of,
    no_such_person,
    person_called,
)
from juxian.web.desk.collectives.forms import (
    CollectiveForm,
    EndForm,
    EquipmentForm,
    JoinForm,
    MemberForm,
)
from juxian.web.desk.collectives.pages import roles_of, show
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.scope import employers_of, home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.collectives import stay_rows
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

CARRIERS_OFFERED, LEAVES = 500, "leave"


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: HttpRequest) -> HttpResponse:
    """A team or carrier is entered."""
    home = home_of(current_scope(request))
    may_manage(user_of(request), home).or_refuse()
    form = CollectiveForm(_posted(request), choices=_choices(request, home))
    made: list[Collective] = []
    if form.is_valid() and carried_out(
        form,
        lambda: made.append(
            found_collective(home=home, draft=_draft(request, form, home), by=user_of(request))
        ),
    ):
        messages.success(request, _("已登记：%(name)s") % {"name": made[0].name})
        return go(request, "desk:collective", made[0].pk)
    return _form_page(request, form)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of it changes, with a reason; a second time changes nothing."""
    found = _managed(request, pk)
    known = {name: getattr(found, name) for name in ("kind", "name", "level", "field", "document")}
    initial = known | {
        "host": found.host.code,
        "carrier": found.carrier_id,
        "since": found.since,
        "due": found.due,
    }
    choices = _choices(request, found.home, found)
    form = CollectiveForm(_posted(request), choices=choices, changing=True, initial=initial)
    if form.is_valid() and carried_out(
        form,
        lambda: change_collective(
            collective=found,
            draft=_draft(request, form, found.home, term=False),
            by=user_of(request),
            reason=form.cleaned_data["reason"],
        ),
    ):
        messages.success(request, _("已变更。"))
        return go(request, "desk:collective", pk)
    return _form_page(request, form, found)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """It is no more; its members leave with it."""
    found = _managed(request, pk)
    form = EndForm(_posted(request), initial={"day": current_scope(request).as_of})
    if form.is_valid() and carried_out(
        form, lambda: close_collective(collective=found, by=user_of(request), **form.cleaned_data)
    ):
        messages.success(request, _("已撤销，成员同日退出。"))
        return go(request, "desk:collective", pk)
    return _act_page(request, found, form, _("撤销"), _("成员同日退出，设备同日停用；历史仍可回看。"))


@for_roles(Role.OFFICE)
@require_POST
@once
def join_it(request: HttpRequest, pk: int) -> HttpResponse:
    found = _managed(request, pk)
    form = JoinForm(request.POST, roles=roles_of(request, found))
    if form.is_valid():
        person = person_called(request, found.home, form.cleaned_data["number"])
        if person is None:
            form.add_error("number", no_such_person())
        elif carried_out(
            form,
            lambda: join(
                collective=found,
                person=person,
                role=form.cleaned_data["role"],
                since=form.cleaned_data["since"],
                by=user_of(request),
            ),
        ):
            messages.success(request, _("已加入：%(name)s") % {"name": person.name})
            return go(request, "desk:collective", pk)
    return show(request, found, joining=form)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, pk: int, stay: int) -> HttpResponse:
    """Another role from a day on, or none any more; who has left is not changed again."""
    found, scope = _managed(request, pk), current_scope(request)
    standing = get_object_or_404(found.stays.filter(until=None).select_related("person"), pk=stay)
    standing.collective = found
    roles = [(code, title) for code, title in roles_of(request, found) if code != standing.role]
    offered = [(LEAVES, _("退出")), *((code, _("改任%(role)s") % {"role": title}) for code, title in roles)]
    form = MemberForm(_posted(request), roles=offered, initial={"day": scope.as_of})

    def act() -> None:
        wanted = form.cleaned_data
        common: dict[str, Any] = {"day": wanted["day"], "by": user_of(request), "reason": wanted["reason"]}
        if wanted["role"] == LEAVES:
            leave(stay=standing, **common)
        else:
            change_role(stay=standing, role=wanted["role"], **common)

    if form.is_valid() and carried_out(form, act):
        messages.success(
            request, _("已办理：%(title)s") % {"title": dict(offered)[form.cleaned_data["role"]]}
        )
        return go(request, "desk:collective", pk)
    row = stay_rows([standing], scope.pack, scope.language, scope.as_of)[0]
    context = {"found": found, "row": row, "form": form}
    return render(request, "desk/collectives/member.html", context, status=422 if form.errors else 200)


@for_roles(Role.OFFICE)
@require_POST
@once
def equip(request: HttpRequest, pk: int) -> HttpResponse:
    found = _managed(request, pk)
    form = EquipmentForm(request.POST)

    def act() -> None:
        wanted = dict(form.cleaned_data)
        worth = wanted.pop("worth")
        worth_fen = None if worth is None else int(worth * 100)
        add_equipment(collective=found, worth_fen=worth_fen, by=user_of(request), **wanted)

    if form.is_valid() and carried_out(form, act):
        messages.success(request, _("已登记：%(name)s") % {"name": form.cleaned_data["name"]})
        return go(request, "desk:collective", pk)
    return show(request, found, equipping=form)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Out of use, with a reason; only what is in use is taken out."""
    found = _managed(request, pk)
    equipment = get_object_or_404(found.equipment.filter(until=None), pk=item)
    form = EndForm(_posted(request), initial={"day": current_scope(request).as_of})
    if form.is_valid() and carried_out(
        form, lambda: retire_equipment(equipment=equipment, by=user_of(request), **form.cleaned_data)
    ):
        messages.success(request, _("已停用。"))
        return go(request, "desk:collective", pk)
    return _act_page(request, found, form, _("停用设备"), equipment.name)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _managed(request: HttpRequest, pk: int) -> Collective:
    found = find_collective(request, pk)
    may_manage(user_of(request), found.home).or_refuse()
    return found


def _choices(request: HttpRequest, home: Organisation, found: Collective | None = None) -> dict[str, Any]:
    """What the selects offer; what stands there now is offered, too, where the pack no longer has it."""
    scope = current_scope(request)
    carriers = Collective.objects.filter(home=home, sort=Sort.CARRIER, until=None).order_by("name", "pk")
    hosts = employers_of(home, scope.language)
    if found is not None and found.host.code not in dict(hosts):
        hosts = [(found.host.code, str(found.host)), *hosts]
    sort = found.sort if found is not None else ""
    return {
        "kind": kinds_of(request, sort),
        "level": levels_of(request),
        "host": hosts,
        "carrier": [(one.pk, one.name) for one in carriers[:CARRIERS_OFFERED]],
    }


def _draft(
    request: HttpRequest, form: forms.Form, home: Organisation, *, term: bool = True
) -> CollectiveDraft:
    """term: a day that was left out follows from the kind's term."""
    wanted = dict(form.cleaned_data)
    wanted.pop("reason", None)
    kind = current_scope(request).pack.collectives.kinds.get(wanted["kind"])
    if term and wanted["due"] is None and kind is not None and kind.months:
        wanted["due"] = last_day(wanted["since"], kind.months)
    wanted["host"] = Organisation.objects.under(home.path).get(code=wanted["host"])
    carrier = wanted["carrier"]
    wanted["carrier"] = Collective.objects.filter(home=home, pk=int(carrier)).first() if carrier else None
    return CollectiveDraft(**wanted)


def last_day(since: date, months: int) -> date:
    """The last day of a term."""
    return add_months(since, months) - timedelta(days=1)


def _form_page(request: HttpRequest, form: forms.Form, found: Collective | None = None) -> HttpResponse:
    context = {"form": form, "found": found}
    return render(request, "desk/collectives/form.html", context, status=422 if form.errors else 200)


def _act_page(request: HttpRequest, found: Collective, form: ReasonForm, act: str, told: str) -> HttpResponse:
    context = {"found": found, "form": form, "act": act, "told": told}
    return render(request, "desk/collectives/act.html", context, status=422 if form.errors else 200)
