"""The cards of a place, one card, and what the office does with it (服务卡管理)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.cards.actions import issue_card, reissue_card, renew_card, revoke_card
from juxian.apps.cards.enums import Standing
from juxian.apps.cards.models import Card
from juxian.apps.cards.queries import cards_visible_to, with_state
from juxian.apps.cards.rules import NotPossible, may_manage
from juxian.web.desk.forms import ReasonForm, text_field
from juxian.web.desk.scope import home_of, people_of
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.seeking import seeks, sought
from juxian.web.kit.talentcards import benefit_rows, card_rows, code_picture

PAGE_SIZE, USES_SHOWN = 30, 50
SHOWN = [Standing.VALID, Standing.EXPIRED, Standing.REPLACED, Standing.REVOKED]


class IssueForm(forms.Form):
    """A card for somebody by the number of the record; without a level the facts decide."""

    person = text_field(gettext_lazy("人才编号"), 16)
    kind = forms.ChoiceField(label=gettext_lazy("卡种"))
    level = forms.ChoiceField(
        label=gettext_lazy("等级"), required=False, help_text=gettext_lazy("不选则按档案判定")
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], levels: list[tuple[str, str]]) -> None:
        super().__init__(*args)
        set_choices(self, "kind", kinds)
        set_choices(self, "level", [("", _("按档案判定")), *levels])


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
@seeks
def cards(request: HttpRequest) -> HttpResponse:
    return _list(request)


@for_roles(Role.OFFICE)
@require_POST
@once
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a card at the desk, without an application."""
    home = home_of(current_scope(request))
    may_manage(user_of(request), home).or_refuse()
    form = _issue_form(request)
    if form.is_valid():
        number = form.cleaned_data["person"].strip().upper()
        person = people_of(request, home).filter(number=number).first()
        if person is None:
            form.add_error("person", _("没有这个编号的档案。"))
            return _list(request, form)
        try:
            made = issue_card(
                person=person,
                kind=form.cleaned_data["kind"],
                level=form.cleaned_data["level"],
                day=current_scope(request).as_of,
                by=user_of(request),
            )
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已发卡：%(number)s") % {"number": made.number})
            return go(request, "desk:card", made.number)
    return _list(request, form)


@for_roles(Role.OFFICE, Role.LEADER)
@require_safe
def card(request: HttpRequest, number: str) -> HttpResponse:
    found, scope = _find(request, number), current_scope(request)
    context = _shown(request, found) | {
        "before": found.replaces,
        "after": Card.objects.filter(replaces=found).first(),
        "benefits": benefit_rows(found, scope.as_of, scope.language),
        "uses": _uses(request, found),
        "may_manage": may_manage(user_of(request), found.home) if scope.role == Role.OFFICE else False,
    }
    return render(request, "desk/cards/card.html", context)


@for_roles(Role.OFFICE)
@require_safe
def card_print(request: HttpRequest, number: str) -> HttpResponse:
    """The card at the size of a bank card, for the printer."""
    return render(request, "desk/cards/print.html", _shown(request, _find(request, number)))


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def renew(request: HttpRequest, number: str) -> HttpResponse:
    day, by = current_scope(request).as_of, user_of(request)
    return _act(
        request,
        number,
        gettext_lazy("续期"),
        lambda found, _reason: renew_card(card=found, day=day, by=by),
        gettext_lazy("卡号不变，有效期从今日起重新计算，等级按今日的档案重新判定。"),
    )


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def reissue(request: HttpRequest, number: str) -> HttpResponse:
    day, by = current_scope(request).as_of, user_of(request)
    return _act(
        request,
        number,
        gettext_lazy("补办"),
        lambda found, reason: reissue_card(card=found, day=day, by=by, reason=reason),
        gettext_lazy("换发新卡号，期限不变，旧卡立即作废，已用次数不重新计算。"),
    )


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    day, by = current_scope(request).as_of, user_of(request)
    return _act(
        request,
        number,
        gettext_lazy("注销"),
        lambda found, reason: revoke_card(card=found, day=day, by=by, reason=reason),
        gettext_lazy("联网核验立即显示已注销；不联网的窗口在到期前仍会显示签名有效。"),
    )


def _act(
    request: HttpRequest,
    number: str,
    title: str | Promise,
    act: Callable[[Card, str], Card],
    told: str | Promise,
) -> HttpResponse:
    """A page with a reason; what the moment does not allow is told on it."""
    found = _find(request, number)
    may_manage(user_of(request), found.home).or_refuse()
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = act(found, form.cleaned_data["reason"])
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已办理：%(title)s") % {"title": title})
            return go(request, "desk:card", done.number)
    context = _shown(request, found) | {"form": form, "act": title, "told": told}
    return render(request, "desk/cards/act.html", context, status=422 if form.errors else 200)


def _find(request: HttpRequest, number: str) -> Card:
    home = home_of(current_scope(request))
    found = cards_visible_to(user_of(request)).filter(home=home).select_related("home", "person", "replaces")
    return get_object_or_404(found, number=number.upper())


def _shown(request: HttpRequest, found: Card) -> dict[str, object]:
    scope = current_scope(request)
    return {
        "row": card_rows([found], scope.pack, scope.as_of, scope.language)[0],
        "picture": code_picture(found),
    }


def _uses(request: HttpRequest, found: Card) -> list[tuple[str, object]]:
    """(title of the benefit, use) of the newest uses."""
    scope = current_scope(request)
    kind = scope.pack.cards.get(found.kind)
    titles = {one.id: one.title.in_language(scope.language) for one in kind.benefits} if kind else {}
    uses = found.uses.select_related("partner", "by", "reversal")[:USES_SHOWN]
    return [(titles.get(use.benefit, use.benefit), use) for use in uses]


def _issue_form(request: HttpRequest) -> IssueForm:
    scope = current_scope(request)
    kinds = [(kind.id, kind.title.in_language(scope.language)) for kind in scope.pack.cards.values()]
    levels = {
        level.code: level.title.in_language(scope.language)
        for kind in scope.pack.cards.values()
        for level in kind.levels
    }
    data = request.POST if request.method == "POST" else None
    return IssueForm(data, kinds=kinds, levels=list(levels.items()))


def _list(request: HttpRequest, form: IssueForm | None = None) -> HttpResponse:
    scope = current_scope(request)
    home = home_of(scope)
    everything = cards_visible_to(user_of(request)).filter(home=home)
    state = request.GET.get("state", "")
    wanted = sought(request).get("q", "").strip()[:64]
    found = with_state(everything, state, scope.as_of).select_related("person")
    if wanted:
        found = found.filter(
            Q(number=wanted.upper()) | Q(person__number=wanted.upper()) | Q(person__name=wanted)
        )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": card_rows(page.object_list, scope.pack, scope.as_of, scope.language),
        "states": [(one.value, one.label, one.value == state) for one in SHOWN],
        "state": state,
        "q": wanted,
        "kinds": list(scope.pack.cards),
        "form": form or _issue_form(request),
        "may_manage": scope.role == Role.OFFICE,
    }
    return render(request, "desk/cards/list.html", context, status=422 if form and form.errors else 200)
