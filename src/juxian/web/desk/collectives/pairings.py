"""Mentors and apprentices: the list, a new pair, the end of one (师带徒、导师制)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.collectives.actions import end_pairing, pair
from juxian.apps.collectives.models import Pairing
from juxian.apps.collectives.queries import pairings_visible_to
from juxian.apps.collectives.rules import may_manage
from juxian.core.packs.collectives import OUTCOMES
from juxian.web.desk.collectives.changing import last_day
from juxian.web.desk.collectives.finding import (
    Asked,
    asked_of,
    carried_out,
    levels_of,
    no_such_person,
    person_called,
)
from juxian.web.desk.collectives.forms import OutcomeForm, PairingForm
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.collectives import pairing_rows
from juxian.web.kit.once import once
from juxian.web.kit.paging import page_by_key
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.seeking import seeks

PAGE_SIZE = 30


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
@seeks
def pairings(request: HttpRequest) -> HttpResponse:
    """Pairs that stand on the day (``?as_of=``), or of another state."""
    return _list(request)


@for_roles(Role.OFFICE)
@require_POST
@once
def new(request: HttpRequest) -> HttpResponse:
    home, scope = home_of(current_scope(request)), current_scope(request)
    may_manage(user_of(request), home).or_refuse()
    form = PairingForm(request.POST, kinds=_kinds(request))
    if form.is_valid():
        wanted = dict(form.cleaned_data)
        for name in ("mentor", "apprentice"):
            wanted[name] = person_called(request, home, wanted[name])
            if wanted[name] is None:
                form.add_error(name, no_such_person())
        kind = scope.pack.collectives.pairings[wanted["kind"]]
        if wanted["due"] is None and kind.months:
            wanted["due"] = last_day(wanted["since"], kind.months)
        if not form.errors and carried_out(form, lambda: pair(home=home, by=user_of(request), **wanted)):
            messages.success(
                request,
                _("已结对：%(mentor)s 带 %(apprentice)s")
                % {"mentor": wanted["mentor"].name, "apprentice": wanted["apprentice"].name},
            )
            return go(request, "desk:pairings")
    return _list(request, form)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """A pair ends with an outcome; one that has ended is not there any more."""
    scope, home = current_scope(request), home_of(current_scope(request))
    may_manage(user_of(request), home).or_refuse()
    rows = pairings_visible_to(user_of(request)).filter(home=home, until=None)
    found = get_object_or_404(rows.select_related("mentor", "apprentice"), pk=pk)
    form = OutcomeForm(
        request.POST if request.method == "POST" else None,
        outcomes=levels_of(request, OUTCOMES),
        initial={"day": scope.as_of},
    )
    if form.is_valid() and carried_out(
        form, lambda: end_pairing(pairing=found, by=user_of(request), **form.cleaned_data)
    ):
        messages.success(request, _("已结束。"))
        return go(request, "desk:pairings")
    row = pairing_rows([found], scope.pack, scope.language, scope.as_of)[0]
    context = {"row": row, "form": form}
    return render(request, "desk/collectives/pairing_end.html", context, status=422 if form.errors else 200)


def pairs_asked(request: HttpRequest, asked: Asked) -> QuerySet[Pairing]:
    """Those of the acting place that fit the filters, the newest first."""
    found = pairings_visible_to(user_of(request)).filter(home=home_of(current_scope(request)))
    match asked.state:
        case "due":
            found = found.on(asked.day).filter(due__lt=asked.day)
        case "ended":
            found = found.filter(until__lte=asked.day)
        case "all":
            found = found.filter(since__lte=asked.day)
        case _:
            found = found.on(asked.day)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.q:
        wanted = asked.q.upper()
        found = found.filter(
            Q(mentor__name=asked.q)
            | Q(apprentice__name=asked.q)
            | Q(mentor__number=wanted)
            | Q(apprentice__number=wanted)
        )
    return found.select_related("mentor", "apprentice").order_by("-pk")


def _kinds(request: HttpRequest) -> list[tuple[str, str]]:
    scope = current_scope(request)
    known = scope.pack.collectives.pairings
    return [(key, kind.title.in_language(scope.language)) for key, kind in known.items()]


def _list(request: HttpRequest, form: forms.Form | None = None) -> HttpResponse:
    scope, asked = current_scope(request), asked_of(request)
    page, after = page_by_key(pairs_asked(request, asked), request.GET.get("after", ""), PAGE_SIZE)
    kept = {name: value for name, value in request.GET.items() if name != "after" and value}
    context: dict[str, Any] = {
        "asked": asked,
        "rows": pairing_rows(page, scope.pack, scope.language, asked.day),
        "after": after,
        "first": not request.GET.get("after"),
        "kinds": _kinds(request),
        "states": [("due", _("已期满")), ("ended", _("已结束")), ("all", _("全部"))],
        "kept": urlencode(kept),
        "narrowed": any((asked.q, asked.kind, asked.state, not asked.is_today)),
        "form": form or PairingForm(kinds=_kinds(request), initial={"since": scope.as_of}),
        "may_manage": scope.role == Role.OFFICE,
    }
    refused = asked.problem or (form is not None and form.errors)
    return render_part(
        request, "desk/collectives/pairings.html#list", context, status=422 if refused else 200
    )
