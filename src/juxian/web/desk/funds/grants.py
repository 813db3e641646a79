"""Promises to persons: the list, one of them, holding and ending it (拨付事项)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.actions.grants import end_grant, suspend_grant
from juxian.apps.funds.actions.raising import may_be_raised, raise_grant
from juxian.apps.funds.enums import AccountState, GrantState
from juxian.apps.funds.models import Grant, PayeeAccount
from juxian.apps.funds.queries.grants import grants_visible_to, living
from juxian.apps.funds.queries.household import households
from juxian.apps.funds.rules import may_manage_funds, may_read_funds
from juxian.web.desk.forms import ReasonForm
from juxian.web.desk.funds.finding import WITH_PAYERS, carried_out, find_grant, home_here
from juxian.web.kit import formats
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.gate import gated
from juxian.web.kit.once import once
from juxian.web.kit.responses import go, render_part
from juxian.web.kit.scope import current_scope
from juxian.web.kit.seeking import seeks, sought

PAGE_SIZE = 50
TONES = {"active": "info", "suspended": "warn", "done": "ok", "ended": "mute"}
STEPS = ("suspend", "resume", "end", "raise")


@for_roles(*WITH_PAYERS)
@require_safe
@seeks
def grants(request: HttpRequest) -> HttpResponse:
    home = home_here(request)
    rows = grants_visible_to(user_of(request)).filter(home=home).select_related("person", "home")
    state, wanted = request.GET.get("state", ""), sought(request).get("q", "").replace("\0", "").strip()[:60]
    if state in GrantState.values:
        rows = rows.filter(state=state)
    if wanted:
        rows = rows.filter(person__name__contains=wanted)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(grant, TONES[grant.state]) for grant in page],
        "state": state,
        "states": GrantState.choices,
        "q": wanted,
        "may_manage": current_scope(request).role == Role.OFFICE,
    }
    return render_part(request, "desk/funds/grants.html#list", context)


@for_roles(*WITH_PAYERS)
@require_safe
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_grant(request, pk)
    return render(request, "desk/funds/grant.html", _context(request, found, ReasonForm()))


def _context(request: HttpRequest, grant: Grant, form: ReasonForm) -> dict[str, Any]:
    scope, person = current_scope(request), living(grant.person)
    policy = scope.pack.policies.get(grant.policy)
    fund = scope.pack.funds.funds.get(grant.fund)
    line = fund.lines.get(grant.line) if fund else None
    accounts = PayeeAccount.objects.filter(
        person=person, state__in=[AccountState.CONFIRMED, AccountState.PROPOSED]
    ).select_related("proposed_by", "confirmed_by")
    reads_all = bool(may_read_funds(user_of(request), grant.home))
    household = (
        households([person], grant.word, scope.pack, scope.language, apart=f"grant:{grant.pk}")[person.pk]
        if reads_all
        else None
    )
    english = scope.language == "en"
    instalments = list(grant.instalments.select_related("budget").prefetch_related("lines__run"))
    return {
        "grant": grant,
        "tone": TONES[grant.state],
        "title": (grant.title_en if english else "") or grant.title,
        "person": person,
        "merged": person.pk != grant.person_id,
        "household": household,
        "reads_all": reads_all,
        "home": grant.home,
        "policy": policy,
        "fund": fund,
        "line": line,
        "payers": _payers(grant, scope.pack.funds.payers, scope.language),
        "instalments": instalments,
        "paid_fen": sum(item.amount_fen for item in instalments if item.state == "paid"),
        "accounts": accounts,
        "form": form,
        "may_manage": bool(may_manage_funds(user_of(request), grant.home)),
        "may_raise": may_be_raised(scope.pack, grant),
        "origin": origin_of(grant.source_key),
        "case": case_in(grant.source_key),
    }


def case_in(source_key: str) -> str:
    """The number of the case that a grant comes from; empty for one that comes from elsewhere."""
    kind, _colon, rest = source_key.partition(":")
    return rest.partition(":")[0] if kind == "case" else ""


def origin_of(source_key: str) -> str:
    """Where a grant comes from, in the office's words."""
    kind, _colon, rest = source_key.partition(":")
    first = rest.partition(":")[0]
    if kind == "case":
        return _("办件 %(number)s") % {"number": first}
    if kind == "sweep":
        return _("%(day)s 筛查认定") % {"day": formats.day(first)}
    if kind == "found":
        return _("免申即享")
    if kind == "raise":
        return _("升层次补差")
    return _("演示数据") if kind == "demo" else source_key


def _payers(grant: Grant, titles: Any, language: str) -> list[tuple[str, int, bool]]:
    return [
        (titles[payer].in_language(language) if payer in titles else payer, share, payer == grant.here)
        for payer, share in grant.payers.items()
    ]


@for_roles(Role.OFFICE)
@require_POST
@gated
@once
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold the payments, let them go on, or end the grant, with a reason."""
    found = find_grant(request, pk)
    user = user_of(request)
    may_manage_funds(user, found.home).or_refuse()
    form, step = ReasonForm(request.POST), request.POST.get("step", "")
    if not form.is_valid() or step not in STEPS:
        return render(request, "desk/funds/grant.html", _context(request, found, form), status=422)
    reason, day = form.cleaned_data["reason"], current_scope(request).as_of
    if step == "end":
        carried_out(
            request,
            lambda: end_grant(grant=found, day=day, reason=reason, by=user),
            _("已终止，未发部分已释放。"),
        )
    elif step == "raise":
        carried_out(
            request,
            lambda: raise_grant(grant=found, day=day, reason=reason, by=user),
            _("已按现在的层次重新核定，余下各期发放差额。"),
        )
    else:
        carried_out(
            request,
            lambda: suspend_grant(grant=found, suspended=step == "suspend", reason=reason, by=user),
            _("已记录。"),
        )
    return go(request, "desk:grant", pk=pk)
