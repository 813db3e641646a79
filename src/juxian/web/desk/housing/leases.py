"""Leases and bills at the desk (租约与账单)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.housing.actions.billing import receive
from juxian.apps.housing.actions.households import move_in_together, move_out_of_two
from juxian.apps.housing.actions.letting import end_lease, give_notice, renew_lease
from juxian.apps.housing.actions.passing import pass_lease
from juxian.apps.housing.enums import LeaseState
from juxian.apps.housing.models import Lease, RentPeriod
from juxian.apps.housing.queries.photos import photos_of_flat
from juxian.apps.housing.queries.repairs import repairs_of_lease
from juxian.apps.housing.queries.stock import scheme_of
from juxian.apps.housing.queries.tenancies import (
    bills_visible_to,
    grounds_of,
    income_of,
    leases_visible_to,
    sharers_of,
    with_open,
)
from juxian.apps.housing.rules import may_manage
from juxian.core.dates import add_months
from juxian.core.housing.words import PAYERS, Cause, Payer, cause_title
from juxian.core.money import FEN_PER_YUAN
from juxian.web.desk.forms import ReasonForm, text_field
from juxian.web.desk.housing.finding import (
    READERS,
    carried_out,
    chosen_months,
    find_estate,
    sent_back,
    tabs_of,
)
from juxian.web.desk.housing.households import SpouseForm
from juxian.web.desk.housing.inspections import REPAIR_TONES
from juxian.web.desk.scope import home_of
from juxian.web.kit import formats
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.fields import set_choices
from juxian.web.kit.once import once
from juxian.web.kit.responses import render_part
from juxian.web.kit.scope import Scope, current_scope

PAGE_SIZE, GROUNDS = 50, "grounds"
PER_MILLE_OF_PER_CENT = 10
TONES = {LeaseState.RUNNING: "ok", LeaseState.LEAVING: "warn", LeaseState.ENDED: "mute"}


class ReceiptForm(forms.Form):
    """Money that came in for a bill, in yuan."""

    amount = forms.DecimalField(
        label=gettext_lazy("金额（元）"), min_value=Decimal("0.01"), max_digits=12, decimal_places=2
    )
    reference = text_field(gettext_lazy("凭证号"), 64)


class NoticeForm(forms.Form):
    """Why somebody has to leave."""

    cause = forms.ChoiceField(label=gettext_lazy("退出事由"))
    reason = text_field(gettext_lazy("说明"), 200, help_text=gettext_lazy("写入审计记录"))

    def __init__(self, data: QueryDict | None, *, causes: Iterable[str], language: str) -> None:
        super().__init__(data)
        choices = [(cause, cause_title(cause).in_language(language)) for cause in causes]
        set_choices(self, "cause", choices)


@dataclass(frozen=True, slots=True)
class RentRow:
    """A stretch of one rent: share of the base in words, parts by payer in words."""

    period: RentPeriod
    share: str
    parts: str


@for_roles(*READERS)
@require_safe
def leases(request: HttpRequest, code: str) -> HttpResponse:
    """Leases of an estate with what is owed; the income of the last twelve months."""
    estate, scope = find_estate(request, code), current_scope(request)
    wanted = request.GET.get("state", "")
    found = with_open(leases_visible_to(user_of(request)).filter(estate=estate))
    if wanted in LeaseState.values:
        found = found.filter(state=wanted)
    elif wanted == GROUNDS:
        found = found.filter(state=LeaseState.RUNNING).exclude(grounds=[])
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "estate": estate,
        "tabs": tabs_of(estate, "desk:housing-leases"),
        "page": page,
        "rows": [lease_row(lease, scope) for lease in page.object_list],
        "states": [*LeaseState.choices, (GROUNDS, _("有退出事由"))],
        "state": wanted,
        "income": income_of(estate, add_months(scope.as_of, -12), scope.as_of),
    }
    return render_part(request, "desk/housing/leases.html#list", context)


def lease_row(lease: Lease, scope: Scope) -> tuple[Lease, str, str, bool]:
    """A lease with its tone, the causes found last night in words, and whether the keys are overdue."""
    running, leaving = lease.state == LeaseState.RUNNING, lease.state == LeaseState.LEAVING
    causes = formats.listed(cause_title(one).in_language(scope.language) for one in lease.grounds)
    late = leaving and lease.leave_by is not None and lease.leave_by < scope.as_of
    return lease, TONES[LeaseState(lease.state)], causes if running else "", late


@for_roles(*READERS)
@require_safe
def lease(request: HttpRequest, pk: int) -> HttpResponse:
    """One tenancy: rents, bills, what was seen, why it should end, what can be done now."""
    found, scope = find_lease(request, pk), current_scope(request)
    may = bool(may_manage(user_of(request), found.estate.home))
    standing = found.state != LeaseState.ENDED
    context = {
        "lease": found,
        "estate": found.estate,
        "tone": TONES[LeaseState(found.state)],
        "cause": cause_title(found.cause).in_language(scope.language) if found.cause else "",
        "rents": rent_rows(found, scope.language),
        "bills": [(bill, yuan(bill.open_fen)) for bill in found.bills.all()[:PAGE_SIZE]],
        "grounds": [
            (cause_title(one.cause).in_language(scope.language), one)
            for one in (grounds_of(found, scope.as_of) if standing else [])
        ],
        "inspections": found.inspections.select_related("by")[:PAGE_SIZE],
        "may_manage": may,
        "notice": NoticeForm(None, causes=scheme_of(found.estate).leaving.causes, language=scope.language),
        "terms": scheme_of(found.estate).tenure.choices,
        "sharers": sharers_of(found),
        "shared": found.space.unit.spaces.count() > 1,
        "repairs": [(one, REPAIR_TONES.get(one.result, "info")) for one in repairs_of_lease(found)],
        "spouse_form": SpouseForm(None, user=user_of(request)),
        "part_form": ReasonForm(),
        "pass_form": ReasonForm(auto_id="pass-%s"),
        "passes": scheme_of(found.estate).passes_to_spouse and found.state == LeaseState.RUNNING,
        "photos": photos_of_flat(found.space.unit),
    }
    return render(request, "desk/housing/lease.html", context)


@for_roles(Role.OFFICE)
@require_POST
@once
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a bill, or a part of it, was paid today."""
    home, user, scope = home_of(current_scope(request)), user_of(request), current_scope(request)
    bill = get_object_or_404(bills_visible_to(user).filter(lease__estate__home=home), pk=pk)
    may_manage(user, home).or_refuse()
    form = ReceiptForm(request.POST)
    if not form.is_valid():
        return sent_back(request, form, "desk:housing-lease", bill.lease_id)
    return carried_out(
        request,
        lambda: receive(
            bill=bill,
            amount_fen=int(form.cleaned_data["amount"] * FEN_PER_YUAN),
            day=scope.as_of,
            reference=form.cleaned_data["reference"],
            by=user,
        ),
        _("已登记收款。"),
        "desk:housing-lease",
        bill.lease_id,
    )


@for_roles(Role.OFFICE)
@require_POST
@once
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Give notice from today."""
    found, scope, user = managed_lease(request, pk), current_scope(request), user_of(request)
    form = NoticeForm(request.POST, causes=scheme_of(found.estate).leaving.causes, language=scope.language)
    if not form.is_valid():
        return sent_back(request, form, "desk:housing-lease", pk)
    return carried_out(
        request,
        lambda: give_notice(
            lease=found,
            cause=Cause(form.cleaned_data["cause"]),
            day=scope.as_of,
            by=user,
            reason=form.cleaned_data["reason"],
        ),
        _("已通知腾退。"),
        "desk:housing-lease",
        pk,
    )


@for_roles(Role.OFFICE)
@require_POST
@once
def keys(request: HttpRequest, pk: int) -> HttpResponse:
    """The keys came back today."""
    found, scope, user = managed_lease(request, pk), current_scope(request), user_of(request)
    return carried_out(
        request,
        lambda: end_lease(lease=found, day=scope.as_of, by=user),
        _("已交还，账目已结。"),
        "desk:housing-lease",
        pk,
    )


@for_roles(Role.OFFICE)
@require_POST
@once
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant the renewal that was asked for."""
    found, scope, user = managed_lease(request, pk), current_scope(request), user_of(request)
    return carried_out(
        request,
        lambda: renew_lease(lease=found, day=scope.as_of, by=user, months=chosen_months(request)),
        _("已续租。"),
        "desk:housing-lease",
        pk,
    )


@for_roles(Role.OFFICE)
@require_POST
@once
def spouse(request: HttpRequest, pk: int) -> HttpResponse:
    """The spouse of a tenant comes onto the lease."""
    found, scope, user = managed_lease(request, pk), current_scope(request), user_of(request)
    form = SpouseForm(request.POST, user=user)
    if not form.is_valid():
        return sent_back(request, form, "desk:housing-lease", pk)
    return carried_out(
        request,
        lambda: move_in_together(
            lease=found,
            spouse=form.cleaned_data["number"],
            evidence=form.cleaned_data["evidence"],
            day=scope.as_of,
            by=user,
        ),
        _("已登记共同承租人。"),
        "desk:housing-lease",
        pk,
    )


@for_roles(Role.OFFICE)
@require_POST
@once
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """The spouse leaves, the tenant stays."""
    found, scope, user = managed_lease(request, pk), current_scope(request), user_of(request)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return sent_back(request, form, "desk:housing-lease", pk)
    return carried_out(
        request,
        lambda: move_out_of_two(lease=found, day=scope.as_of, by=user, reason=form.cleaned_data["reason"]),
        _("已登记迁出，租约由承租人继续。"),
        "desk:housing-lease",
        pk,
    )


@for_roles(Role.OFFICE)
@require_POST
@once
def hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    """The tenant leaves, the spouse becomes the tenant."""
    found, scope, user = managed_lease(request, pk), current_scope(request), user_of(request)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return sent_back(request, form, "desk:housing-lease", pk)
    return carried_out(
        request,
        lambda: pass_lease(lease=found, day=scope.as_of, by=user, reason=form.cleaned_data["reason"]),
        _("已转由配偶承租，押金、账单和本期租金随租约。"),
        "desk:housing-lease",
        pk,
    )


def find_lease(request: HttpRequest, pk: int) -> Lease:
    """A lease of the acting jurisdiction; 404 for all others."""
    home = home_of(current_scope(request))
    return get_object_or_404(leases_visible_to(user_of(request)).filter(estate__home=home), pk=pk)


def managed_lease(request: HttpRequest, pk: int) -> Lease:
    found = find_lease(request, pk)
    may_manage(user_of(request), found.estate.home).or_refuse()
    return found


def yuan(fen: int) -> str:
    """Yuan with two decimals, as it is typed."""
    return f"{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02}"


def rent_rows(lease: Lease, language: str) -> list[RentRow]:
    """The rents of a lease in words."""
    return [
        RentRow(
            period,
            f"{formats.decimal(period.share, PER_MILLE_OF_PER_CENT, 1)}%",
            formats.listed(
                f"{PAYERS[Payer(payer)].in_language(language)} {formats.money(fen)}"
                for payer, fen in period.parts.items()
            ),
        )
        for period in lease.rents.all()
    ]
