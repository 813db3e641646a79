"""What a person is paid and when, and what they would owe if they left today (我的拨付与义务)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.actions.payees import confirm_account, propose_account, refuse_account
from juxian.apps.funds.enums import AccountState, RecoveryState
from juxian.apps.funds.models import Grant, Obligation, PayeeAccount
from juxian.apps.funds.queries.grants import grants_of
from juxian.apps.funds.queries.obligations import Standing, standings
from juxian.apps.funds.rules import NotPossible
from juxian.apps.persons.models import Person
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.forms import PasswordForm
from juxian.web.kit.gate import gated
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope
from juxian.web.portal.own import own_record, own_record_or_404

SHOWN_AT_ONCE = 12
TONES = {"planned": "info", "paid": "ok", "void": "mute"}


class AccountForm(PasswordForm):
    """The person's own bank details; the password is asked again, since money follows them."""

    field_order = ("bank", "number", "password")

    bank = forms.CharField(label=gettext_lazy("开户行"), max_length=100)
    number = forms.CharField(
        label=gettext_lazy("账号"), max_length=40, help_text=gettext_lazy("8 至 32 位数字，可有空格。")
    )


@dataclass(frozen=True, slots=True)
class ShownDuty:
    """One obligation in words of the page."""

    standing: Standing
    title: str
    working: str
    recovery: Any

    @property
    def is_demanded(self) -> bool:
        """What is owed was asked back already."""
        return self.recovery is not None and self.recovery.state not in (
            RecoveryState.FOUND,
            RecoveryState.DISMISSED,
        )


@for_roles(Role.PERSON)
@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    """Payments made and to come, obligations, bank details."""
    person = own_record(request)
    return render(request, "portal/payments.html", _context(request, person))


def _context(request: HttpRequest, person: Person | None) -> dict[str, Any]:
    scope = current_scope(request)
    if person is None:
        return {"person": None, "contact": scope.pack.contact}
    grants = list(grants_of(person).select_related("home").prefetch_related("instalments"))
    items = [(grant, item, TONES[item.state]) for grant in grants for item in grant.instalments.all()]
    coming = sorted((row for row in items if row[1].state == "planned"), key=lambda row: row[1].due)
    accounts = PayeeAccount.objects.filter(
        person=person, state__in=[AccountState.CONFIRMED, AccountState.PROPOSED]
    )
    return {
        "person": person,
        "grants": grants,
        "paid": [row for row in items if row[1].state == "paid"],
        "coming": coming[:SHOWN_AT_ONCE],
        "later": coming[SHOWN_AT_ONCE:],
        "paid_fen": sum(row[1].amount_fen for row in items if row[1].state == "paid"),
        "coming_fen": sum(row[1].amount_fen for row in coming),
        "duties": own_duties(person, scope.as_of, scope.language),
        "accounts": accounts.select_related("proposed_by"),
        "form": PasswordForm(request),
        "user": request.user,
    }


def own_duties(person: Person, day: date, language: str) -> list[ShownDuty]:
    """Obligations of a person, each with what would be owed if service ended on ``day``."""
    rows = Obligation.objects.filter(grant__in=grants_of(person)).select_related(
        "grant__home", "grant__person__merged_into", "recovery"
    )
    return [
        ShownDuty(
            standing,
            title_of(standing.obligation.grant, language),
            standing.owed.working.in_language(language),
            getattr(standing.obligation, "recovery", None),
        )
        for standing in standings(rows, day)
    ]


def title_of(grant: Grant, language: str) -> str:
    """The name of a grant in the language of the page."""
    return (grant.title_en if language == "en" else "") or grant.title


@for_roles(Role.PERSON)
@require_http_methods(["GET", "HEAD", "POST"])
@gated
@once
def account(request: HttpRequest) -> HttpResponse:
    """Hand in an account; the office checks it."""
    person = own_record_or_404(request)
    form = AccountForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("bank", "number")}
        try:
            propose_account(person=person, holder=person.name, by=user_of(request), **values)
        except NotPossible as why:
            form.add_error("number", str(why))
        else:
            messages.success(request, _("已提交，人才办核对后生效。"))
            return go(request, "portal:payments")
    context = {"person": person, "form": form}
    return render(request, "portal/account.html", context, status=422 if form.errors else 200)


@for_roles(Role.PERSON)
@require_POST
@gated
@once
def account_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that an account that the office typed in is one's own, with the password once more, or that it is not."""
    person = own_record(request)
    found = get_object_or_404(
        PayeeAccount.objects.select_related("person__home", "proposed_by"), pk=pk, person=person
    )
    refused = request.POST.get("step") == "refuse"
    if not refused and not PasswordForm(request, request.POST).is_valid():
        messages.error(request, _("密码不对，账户没有确认。忘记密码的，可带身份证到人才办当面核对。"))
        return go(request, "portal:payments")
    try:
        if refused:
            refuse_account(account=found, by=user_of(request), reason=_("本人否认"))
        else:
            confirm_account(account=found, by=user_of(request))
        messages.success(request, _("已记录。"))
    except NotPossible as why:
        messages.error(request, str(why))
    return go(request, "portal:payments")
