"""Bank details of whom a grant pays (收款账户)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.actions.payees import confirm_account, propose_account, refuse_account
from juxian.apps.funds.models import PayeeAccount
from juxian.apps.funds.queries.grants import grants_visible_to, living
from juxian.apps.funds.rules import NotPossible, may_propose_account
from juxian.web.desk.funds.finding import carried_out, find_grant, home_here
from juxian.web.desk.funds.forms import AccountForm, ReasonOptional
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.gate import gated
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.typed import whole_number


@for_roles(Role.OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
@gated
@once
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Type in the account; somebody else confirms it."""
    grant = find_grant(request, pk)
    person = living(grant.person)
    may_propose_account(user_of(request), person).or_refuse()
    form = AccountForm(request.POST if request.method == "POST" else None, initial={"holder": person.name})
    if request.method == "POST" and form.is_valid():
        try:
            propose_account(person=person, by=user_of(request), **form.cleaned_data)
        except NotPossible as why:
            wrong_name = form.cleaned_data["holder"] != person.name
            form.add_error("holder" if wrong_name else "number", str(why))
        else:
            return go(request, "desk:grant", pk=pk)
    context = {"grant": grant, "person": person, "form": form}
    return render(request, "desk/funds/account.html", context, status=422 if form.errors else 200)


@for_roles(Role.OFFICE)
@require_POST
@gated
@once
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or refuse what somebody else has handed in; ``step``: confirm or refuse."""
    rows = PayeeAccount.objects.filter(person__home=home_here(request))
    account = get_object_or_404(rows.select_related("person__home", "proposed_by"), pk=pk)
    user, form = user_of(request), ReasonOptional(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    if request.POST.get("step") == "refuse":
        carried_out(
            request,
            lambda: refuse_account(account=account, by=user, reason=reason or _("核对不符")),
            _("已否认这个账户。"),
        )
    else:
        carried_out(
            request, lambda: confirm_account(account=account, by=user, evidence=reason), _("账户已确认。")
        )
    grants = grants_visible_to(user).filter(person=account.person_id)
    wanted = whole_number(request.POST.get("grant", "")) or 0
    grant = grants.filter(pk=wanted).first() or grants.first()
    return go(request, "desk:grant", pk=grant.pk) if grant else go(request, "desk:grants")
