"""The counter of a partner: what stands behind a code, and a use that is recorded (窗口核验与登记)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.cards.actions import record_use, take_back_use
from juxian.apps.cards.models import CardUse
from juxian.apps.cards.queries import Checked, checked, uses_known_to
from juxian.apps.cards.rules import NotPossible, may_record, may_take_back
from juxian.core.cards.code import LONGEST, masked
from juxian.web.desk.forms import ReasonForm, visible_text
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.once import FIELD, once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.kit.talentcards import benefit_rows, card_rows

SHOWN_TODAY = 30


class CodeForm(forms.Form):
    """The text behind the QR code, as a scanner types it."""

    code = forms.CharField(
        label=gettext_lazy("卡码"),
        max_length=LONGEST,
        validators=[visible_text],
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("用扫码枪扫描，或粘贴二维码的内容"),
    )


class UseForm(CodeForm):
    benefit = forms.CharField(max_length=64, validators=[visible_text])


@for_roles(Role.OFFICE, Role.DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """What a code says and what is left; a code never stands in an address."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _show(request, form, form.cleaned_data["code"])
    return _show(request, form)


@for_roles(Role.OFFICE, Role.DEPARTMENT)
@require_POST
@once
def use(request: HttpRequest) -> HttpResponse:
    """Record a use for the unit of the acting post."""
    scope, form = current_scope(request), UseForm(request.POST)
    if not form.is_valid():
        return _show(request, form)
    code = form.cleaned_data["code"]
    found = checked(code, scope.as_of, place=scope.pack.code)
    may_record(user_of(request), scope.organisation).or_refuse()
    if found.card is None:
        form.add_error(None, found.title)
        return _show(request, form, code)
    try:
        record_use(
            card=found.card,
            benefit=form.cleaned_data["benefit"],
            partner=scope.organisation,
            key=f"desk:{request.POST.get(FIELD, '')}",
            day=scope.as_of,
            by=user_of(request),
        )
    except NotPossible as refused:
        form.add_error(None, str(refused))
        return _show(request, form, code)
    messages.success(request, _("已登记一次使用。"))
    return _show(request, CodeForm({"code": code}), code)


@for_roles(Role.OFFICE, Role.DEPARTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
@once
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """A use that was recorded by mistake, with a reason; both records stay."""
    scope, by = current_scope(request), user_of(request)
    known = uses_known_to(by).filter(card__home__pack=scope.pack.code)
    found = get_object_or_404(known, pk=pk)
    may_take_back(by, found, scope.as_of).or_refuse()
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            take_back_use(use=found, reason=form.cleaned_data["reason"], by=by)
        except NotPossible as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已撤回，次数已退回。"))
            return go(request, "desk:card-counter")
    context = {"use": found, "title": _titles(request).get(found.benefit, found.benefit), "form": form}
    return render(request, "desk/cards/take_back.html", context, status=422 if form.errors else 200)


def _titles(request: HttpRequest) -> dict[str, str]:
    """Benefit → its title in the place's kinds of card."""
    scope = current_scope(request)
    kinds = scope.pack.cards.values()
    return {item.id: item.title.in_language(scope.language) for kind in kinds for item in kind.benefits}


def _today(request: HttpRequest) -> list[tuple[str, CardUse]]:
    """(title of the benefit, use) of what the unit of the acting post recorded today, the newest first."""
    scope, titles = current_scope(request), _titles(request)
    uses = CardUse.objects.filter(partner=scope.organisation, day=scope.as_of)
    return [
        (titles.get(use.benefit, use.benefit), use)
        for use in uses.select_related("card", "reversal")[:SHOWN_TODAY]
    ]


def _show(request: HttpRequest, form: forms.Form, code: str = "") -> HttpResponse:
    scope = current_scope(request)
    found: Checked | None = checked(code, scope.as_of, place=scope.pack.code) if code else None
    card = found.card if found else None
    context = {
        "form": form,
        "today": _today(request),
        "code": code,
        "found": found,
        "row": card_rows([card], scope.pack, scope.as_of, scope.language)[0] if card else None,
        "holder": masked(card.person.name) if card else "",
        "benefits": benefit_rows(card, scope.as_of, scope.language) if card else [],
    }
    return render(request, "desk/cards/counter.html", context, status=422 if form.errors else 200)
