"""Breaks of service, demands, what came back (义务与追缴)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.actions.recoveries import (
    ask_relief,
    decide_relief,
    demand_recovery,
    detect_breaches,
    dismiss_recovery,
    open_fen,
    plan_recovery,
    receive_refund,
)
from juxian.apps.funds.enums import ObligationState, RecoveryState, ReliefKind
from juxian.apps.funds.models import Obligation, Recovery, Relief
from juxian.apps.funds.queries.grants import living
from juxian.apps.funds.queries.obligations import recoveries_visible_to, standings
from juxian.apps.funds.rules import may_manage_funds
from juxian.core.dates import add_months
from juxian.core.funds.breach import WORDS, How
from juxian.core.money import split_by_share
from juxian.web.desk.forms import day_field, text_field
from juxian.web.desk.funds.finding import READERS, carried_out, home_here
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.gate import gated
from juxian.web.kit.once import once
from juxian.web.kit.responses import go
from juxian.web.kit.scope import current_scope

PAGE_SIZE = 50
TONES = {"found": "warn", "demanded": "bad", "settled": "ok", "dismissed": "mute"}
STEPS = ("demand", "dismiss", "plan", "receive", "waiver", "write_off")
MOST_PARTS = 60


class StepForm(forms.Form):
    """What the steps of a recovery need; each says what it cannot do without."""

    reason = text_field(gettext_lazy("理由"), 200, required=False)
    amount = forms.DecimalField(
        label=gettext_lazy("金额（元）"), required=False, max_digits=13, decimal_places=2, min_value=0
    )
    day = day_field(gettext_lazy("日期"), required=False)
    reference = text_field(gettext_lazy("凭证编号"), 100, required=False)
    parts = forms.IntegerField(
        label=gettext_lazy("分几期"), required=False, min_value=1, max_value=MOST_PARTS
    )

    def needs(self, *names: str) -> bool:
        """True when all of them were given; the others are pointed out."""
        for name in names:
            if self.cleaned_data.get(name) in (None, ""):
                self.add_error(name, _("请填写这一项。"))
        return not self.errors

    @property
    def amount_fen(self) -> int:
        return int(self.cleaned_data["amount"] * 100)


NEEDED = {
    "demand": (),
    "dismiss": ("reason",),
    "plan": ("parts",),
    "receive": ("amount", "day", "reference"),
    "waiver": ("amount", "reason"),
    "write_off": ("amount", "reason"),
}


@for_roles(*READERS)
@require_safe
def recoveries(request: HttpRequest) -> HttpResponse:
    home, scope = home_here(request), current_scope(request)
    rows = recoveries_visible_to(user_of(request)).filter(obligation__grant__home=home)
    rows = rows.select_related("obligation__grant__person", "obligation__grant__home")
    duties = Obligation.objects.filter(grant__home=home, state=ObligationState.RUNNING)
    context: dict[str, Any] = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "running": duties.count(),
        "may_manage": scope.role == Role.OFFICE,
    }
    context["rows"] = [
        (row, TONES[row.state], WORDS[How(row.how)].in_language(scope.language)) for row in context["page"]
    ]
    return render(request, "desk/funds/recoveries.html", context)


@for_roles(Role.OFFICE)
@require_POST
@gated
def check(request: HttpRequest) -> HttpResponse:
    """Look at every running obligation now; the nightly work does the same."""
    home = home_here(request)
    may_manage_funds(user_of(request), home).or_refuse()
    day = current_scope(request).as_of
    carried_out(
        request, lambda: detect_breaches(home=home, day=day, by=user_of(request)), _("已核查全部服务义务。")
    )
    return go(request, "desk:recoveries")


@for_roles(*READERS)
@require_safe
def recovery(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    form = StepForm(initial={"day": current_scope(request).as_of})
    return render(request, "desk/funds/recovery.html", _context(request, found, form))


def _find(request: HttpRequest, pk: int) -> Recovery:
    rows = recoveries_visible_to(user_of(request)).select_related(
        "obligation__grant__home", "obligation__grant__person__merged_into__merged_into", "demanded_by"
    )
    return get_object_or_404(rows, pk=pk)


def _context(request: HttpRequest, recovery: Recovery, form: StepForm) -> dict[str, Any]:
    scope, grant = current_scope(request), recovery.obligation.grant
    [standing] = standings([recovery.obligation], scope.as_of)
    return {
        "recovery": recovery,
        "grant": grant,
        "person": living(grant.person),
        "standing": standing,
        "tone": TONES[recovery.state],
        "how": WORDS[How(recovery.how)].in_language(scope.language),
        "working": recovery.working.get(scope.language) or recovery.working.get("zh", ""),
        "open_fen": open_fen(recovery) if recovery.state != RecoveryState.FOUND else recovery.total_fen,
        "parts": recovery.parts.all(),
        "receipts": recovery.receipts.select_related("recorded_by"),
        "reliefs": recovery.reliefs.select_related("asked_by", "decided_by"),
        "form": form,
        "office": scope.organisation,
        "user": user_of(request),
        "may_manage": bool(may_manage_funds(user_of(request), grant.home)),
    }


@for_roles(Role.OFFICE)
@require_POST
@gated
@once
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Demand, dismiss, agree on parts, record what came back, ask for relief."""
    found, user, day = _find(request, pk), user_of(request), current_scope(request).as_of
    may_manage_funds(user, found.obligation.grant.home).or_refuse()
    form, step = StepForm(request.POST), request.POST.get("step", "")
    if step not in STEPS or not form.is_valid() or not form.needs(*NEEDED[step]):
        return render(request, "desk/funds/recovery.html", _context(request, found, form), status=422)
    values = form.cleaned_data
    steps: dict[str, Callable[[], object]] = {
        "demand": lambda: demand_recovery(recovery=found, day=day, by=user),
        "dismiss": lambda: dismiss_recovery(recovery=found, reason=values["reason"], by=user),
        "plan": lambda: plan_recovery(recovery=found, parts=_parts(found, values["parts"], day), by=user),
        "receive": lambda: receive_refund(
            recovery=found,
            amount_fen=form.amount_fen,
            day=values["day"],
            reference=values["reference"],
            by=user,
        ),
        "waiver": lambda: ask_relief(
            recovery=found,
            kind=ReliefKind.WAIVER,
            amount_fen=form.amount_fen,
            reason=values["reason"],
            by=user,
        ),
        "write_off": lambda: ask_relief(
            recovery=found,
            kind=ReliefKind.WRITE_OFF,
            amount_fen=form.amount_fen,
            reason=values["reason"],
            by=user,
        ),
    }
    carried_out(request, steps[step], _("已记录。"))
    return go(request, "desk:recovery", pk=pk)


def _parts(recovery: Recovery, count: int, day: Any) -> list[tuple[Any, int]]:
    """Equal monthly parts of what is still owed, the first in a month."""
    amounts = split_by_share(open_fen(recovery), [1] * count)
    return [(add_months(day, number), amount) for number, amount in enumerate(amounts, 1) if amount]


@for_roles(Role.OFFICE)
@require_POST
@gated
@once
def relief(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person approves or refuses a waiver or write-off."""
    rows = Relief.objects.filter(recovery__in=recoveries_visible_to(user_of(request)))
    found = get_object_or_404(rows.select_related("recovery__obligation__grant__home"), pk=pk)
    user = user_of(request)
    may_manage_funds(user, found.recovery.obligation.grant.home).or_refuse()
    approved = request.POST.get("step") == "approve"
    day = current_scope(request).as_of
    carried_out(
        request, lambda: decide_relief(relief=found, approved=approved, day=day, by=user), _("已记录。")
    )
    return go(request, "desk:recovery", pk=found.recovery_id)
