"""A draw from the pool to the offers (抽签)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.accounts.models import User
from juxian.apps.housing.actions.drawing import Giver, declare_void, draw_again, freeze_draw, reveal
from juxian.apps.housing.actions.offering import offer_drawn
from juxian.apps.housing.enums import ContributorRole, DrawState
from juxian.apps.housing.models import Contributor, Draw, Estate
from juxian.apps.housing.queries.draws import allotments_of, draws_visible_to, is_late
from juxian.apps.housing.queries.stock import free_spaces
from juxian.apps.housing.queries.waiting import queue_of
from juxian.apps.housing.queries.witnesses import witnesses_of
from juxian.apps.housing.rules import NotPossible, may_manage
from juxian.core.source import Rejected
from juxian.web.desk.forms import day_field, text_field
from juxian.web.desk.housing.finding import READERS, carried_out, find_estate, tabs_of
from juxian.web.desk.scope import home_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.typed import words_in

PAGE_SIZE = 50
DAYS_TO_REVEAL = 3
STATE_TONES = {DrawState.FROZEN: "info", DrawState.DRAWN: "ok", DrawState.VOID: "bad"}


class GiversForm(forms.Form):
    """Who adds chance, and until when."""

    witness = forms.ChoiceField(
        label=gettext_lazy("见证人"), help_text=gettext_lazy("不经办公寓的人：部门、审计、用人单位等")
    )
    public = text_field(
        gettext_lazy("公开随机数（选填）"),
        120,
        required=False,
        help_text=gettext_lazy("由第三方稍后公布的数，例如：福彩 3D 第 2026200 期开奖号"),
    )
    reveal_by = day_field(
        gettext_lazy("揭示期限"), help_text=gettext_lazy("到期仍未揭示的，本次作废并公布姓名")
    )

    def __init__(self, data: Any, *, witnesses: list[User], **options: Any) -> None:
        super().__init__(data, **options)
        self.witnesses = {str(user.pk): user for user in witnesses}
        names = [(key, str(user)) for key, user in self.witnesses.items()]
        set_choices(self, "witness", [("", gettext_lazy("请选择")), *names])

    def givers(self, organiser: User) -> list[Giver]:
        """Organiser, witness and the public value; call when valid."""
        witness = self.witnesses[self.cleaned_data["witness"]]
        found = [
            Giver(str(organiser), ContributorRole.ORGANISER, organiser),
            Giver(str(witness), ContributorRole.WITNESS, witness),
        ]
        public = self.cleaned_data["public"]
        return [*found, Giver(public, ContributorRole.PUBLIC)] if public else found


class DrawForm(GiversForm):
    """A new draw: how many flats, and who adds chance."""

    title = text_field(gettext_lazy("名称"), 120, help_text=gettext_lazy("例如：2026 年第一批"))
    flats = forms.IntegerField(label=gettext_lazy("房源数"), min_value=1, max_value=2000)
    field_order = ("title", "flats", "witness", "public", "reveal_by")


@dataclass(frozen=True, slots=True)
class Step:
    """One of the steps of a draw, for ``c-steps``."""

    title: str | Promise
    state: str
    note: str | Promise = ""


@for_roles(*READERS)
@require_safe
def draws(request: HttpRequest, code: str) -> HttpResponse:
    estate = find_estate(request, code)
    found = draws_visible_to(user_of(request)).filter(estate=estate).defer("transcript", "plan")
    context = {
        "estate": estate,
        "tabs": tabs_of(estate, "desk:housing-draws"),
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "may_manage": may_manage(user_of(request), estate.home),
    }
    return render(request, "desk/housing/draws.html", context)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Plan and freeze; what makes a draw impossible is told before anything is frozen."""
    estate, scope, user = find_estate(request, code), current_scope(request), user_of(request)
    may_manage(user, estate.home).or_refuse()
    free, waiting = free_spaces(estate).count(), len(queue_of(estate, scope.as_of).standings)
    form = DrawForm(
        request.POST if request.method == "POST" else None,
        witnesses=witnesses_of(estate.home, scope.as_of),
        initial={
            "flats": min(free, waiting) or None,
            "reveal_by": scope.as_of + timedelta(days=DAYS_TO_REVEAL),
        },
    )
    if request.method == "POST" and form.is_valid():
        made = _freeze(form, estate, scope, user)
        if made:
            return go(request, "desk:housing-draw", pk=made.pk)
    context = {"estate": estate, "form": form, "free": free, "waiting": waiting}
    return render(request, "desk/housing/draw_new.html", context, status=422 if form.errors else 200)


def _freeze(form: DrawForm, estate: Estate, scope: Scope, user: User) -> Draw | None:
    return _made(
        form,
        scope.language,
        lambda: freeze_draw(
            estate=estate,
            code=_next_code(estate, scope.as_of.year),
            title=form.cleaned_data["title"],
            spaces=list(free_spaces(estate)[: form.cleaned_data["flats"]]),
            givers=form.givers(user),
            day=scope.as_of,
            reveal_by=form.cleaned_data["reveal_by"],
            by=user,
        ),
    )


def _made(form: forms.Form, language: str, make: Callable[[], Draw]) -> Draw | None:
    """The frozen draw; None when it cannot be, which the form then says."""
    try:
        return make()
    except NotPossible as refused:
        form.add_error(None, str(refused))
    except Rejected as refused:
        for problem in refused.problems:
            form.add_error(None, problem.message.in_language(language))
    return None


def _next_code(estate: Estate, year: int) -> str:
    """``2026-3``: the third draw of the year; attempts share the code."""
    used = estate.draws.filter(code__startswith=f"{year}-").values("code").distinct().count()
    return f"{year}-{used + 1}"


@for_roles(*READERS)
@require_safe
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one attempt: what was frozen, who has given what, the order, the offers, what comes next."""
    found, scope, user = find_draw(request, pk), current_scope(request), user_of(request)
    contributors = list(found.contributors.all())
    entries = found.entries.select_related("application__person").order_by("place", "public_id")
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    offers = {offer.application_id: offer for offer in found.offers.select_related("space__unit__building")}
    may = bool(may_manage(user, found.estate.home))
    context = {
        "draw": found,
        "estate": found.estate,
        "tone": STATE_TONES[DrawState(found.state)],
        "steps": steps_of(found, contributors),
        "contributors": contributors,
        "own": next((one for one in contributors if one.user_id == user.pk), None),
        "public_value": next((one for one in contributors if one.role == ContributorRole.PUBLIC), None),
        "page": page,
        "rows": [(entry, offers.get(entry.application_id)) for entry in page.object_list],
        "flats": found.spaces.count(),
        "todo": len(allotments_of(found)) if may else 0,
        "may_manage": may,
        "late": may and is_late(found, scope.as_of),
        "again": may and found.state == DrawState.VOID and not _has_successor(found),
    }
    return render(request, "desk/housing/draw.html", context)


@for_roles(Role.OFFICE)
@require_POST
@once
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer what was drawn to those who are next."""
    found = managed_draw(request, pk)
    scope, user = current_scope(request), user_of(request)
    return carried_out(
        request,
        lambda: offer_drawn(draw=found, day=scope.as_of, by=user),
        _("已按抽签次序配租，等待答复。"),
        "desk:housing-draw",
        pk,
    )


@for_roles(Role.OFFICE)
@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare an attempt void that somebody has failed."""
    found = managed_draw(request, pk)
    scope, user = current_scope(request), user_of(request)
    return carried_out(
        request,
        lambda: declare_void(draw=found, day=scope.as_of, by=user),
        _("本次抽签已作废，未履行的人已写入记录。"),
        "desk:housing-draw",
        pk,
    )


@for_roles(Role.OFFICE)
@require_POST
def publish_value(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the public value once its third party has published it."""
    found, user = managed_draw(request, pk), user_of(request)
    row = get_object_or_404(found.contributors, role=ContributorRole.PUBLIC)
    value = words_in(request.POST.get("value", ""))
    try:
        reveal(contributor=row, nonce="", value=value, by=user)
        messages.success(request, _("已登记公开随机数。"))
    except NotPossible as refused:
        messages.error(request, str(refused))
    except ValueError:
        messages.error(request, _("请填写公布的数，1 至 200 个字。"))
    return go(request, "desk:housing-draw", pk)


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the same pool again after a void attempt, with another witness."""
    found, scope, user = managed_draw(request, pk), current_scope(request), user_of(request)
    form = GiversForm(
        request.POST if request.method == "POST" else None,
        witnesses=witnesses_of(found.estate.home, scope.as_of),
        initial={"reveal_by": scope.as_of + timedelta(days=DAYS_TO_REVEAL)},
    )
    if request.method == "POST" and form.is_valid():
        made = _again(form, found, scope, user)
        if made:
            return go(request, "desk:housing-draw", pk=made.pk)
    context = {"draw": found, "estate": found.estate, "form": form}
    return render(request, "desk/housing/draw_again.html", context, status=422 if form.errors else 200)


def _again(form: GiversForm, void_draw: Draw, scope: Scope, user: User) -> Draw | None:
    return _made(
        form,
        scope.language,
        lambda: draw_again(
            void=void_draw,
            givers=form.givers(user),
            day=scope.as_of,
            reveal_by=form.cleaned_data["reveal_by"],
            by=user,
        ),
    )


def find_draw(request: HttpRequest, pk: int) -> Draw:
    """A draw of the acting jurisdiction; 404 for all others."""
    home = home_of(current_scope(request))
    return get_object_or_404(draws_visible_to(user_of(request)).filter(estate__home=home), pk=pk)


def managed_draw(request: HttpRequest, pk: int) -> Draw:
    found = find_draw(request, pk)
    may_manage(user_of(request), found.estate.home).or_refuse()
    return found


def steps_of(draw: Draw, contributors: list[Contributor]) -> list[Step]:
    """Where a draw stands, for everybody."""
    committed = all(one.commitment for one in contributors if one.role != ContributorRole.PUBLIC)
    over = draw.state != DrawState.FROZEN
    done = (True, committed or over, over, over, bool(draw.closed_on) and draw.state == DrawState.DRAWN)
    titles = (
        (gettext_lazy("名单冻结"), draw.frozen_on.isoformat()),
        (gettext_lazy("各方承诺"), ""),
        (gettext_lazy("各方揭示"), "" if over else draw.reveal_by.isoformat()),
        (gettext_lazy("作废") if draw.state == DrawState.VOID else gettext_lazy("抽取"), ""),
        (gettext_lazy("配租"), ""),
    )
    now = next((place for place, one in enumerate(done) if not one), len(done))
    return [
        Step(title, "done" if one else "now" if place == now else "next", note)
        for place, ((title, note), one) in enumerate(zip(titles, done, strict=True))
    ]


def _has_successor(draw: Draw) -> bool:
    return Draw.objects.filter(estate=draw.estate, code=draw.code, attempt__gt=draw.attempt).exists()
