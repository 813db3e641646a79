"""A statement of what a person was paid: to print, and as a file (本人对账单)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.funds.enums import InstalmentState, LineState
from juxian.apps.funds.models import Grant, Instalment
from juxian.apps.funds.queries.grants import grants_of
from juxian.apps.persons.models import Person
from juxian.core.funds.bank import amount_yuan
from juxian.web.kit.access import for_roles
from juxian.web.kit.cells import as_text
from juxian.web.kit.scope import Scope, current_scope
from juxian.web.kit.sheets import download
from juxian.web.kit.typed import whole_number
from juxian.web.portal.own import own_record
from juxian.web.portal.payments import ShownDuty, own_duties, title_of


@dataclass(frozen=True, slots=True)
class Payment:
    """One instalment in words. reference, account: of the payment that the bank confirmed; empty before."""

    title: str
    item: Instalment
    reference: str
    account: str


@dataclass(frozen=True, slots=True)
class PersonStatement:
    """What was paid in the year (every year for 0), and what would be owed today."""

    person: Person
    year: int
    years: list[int]
    paid: list[Payment]
    coming: list[Payment]
    duties: list[ShownDuty]

    @property
    def paid_fen(self) -> int:
        return sum(payment.item.amount_fen for payment in self.paid)

    @property
    def coming_fen(self) -> int:
        return sum(payment.item.amount_fen for payment in self.coming)

    @property
    def owed_fen(self) -> int:
        """If service ended today; what is asked back already stands apart."""
        return sum(duty.standing.owed.total_fen for duty in self.duties if not duty.is_demanded)


def _statement(request: HttpRequest) -> PersonStatement:
    person, scope = own_record(request), current_scope(request)
    if person is None:
        raise Http404
    grants = grants_of(person).select_related("home").prefetch_related("instalments__lines__account")
    every = [_payment(grant, item, scope) for grant in grants for item in grant.instalments.all()]
    paid = [payment for payment in every if payment.item.state == InstalmentState.PAID]
    years = sorted({payment.item.paid_on.year for payment in paid if payment.item.paid_on}, reverse=True)
    asked = request.GET.get("year", "")
    wanted = whole_number(asked)
    year = wanted if wanted in years else 0
    if year:
        paid = [payment for payment in paid if payment.item.paid_on and payment.item.paid_on.year == year]
    paid.sort(key=lambda payment: (payment.item.paid_on, payment.item.pk))
    coming = [payment for payment in every if payment.item.state == InstalmentState.PLANNED]
    coming.sort(key=lambda payment: (payment.item.due, payment.item.pk))
    return PersonStatement(person, year, years, paid, coming, own_duties(person, scope.as_of, scope.language))


def _payment(grant: Grant, item: Instalment, scope: Scope) -> Payment:
    confirmed = next((line for line in item.lines.all() if line.state == LineState.CONFIRMED), None)
    return Payment(
        title_of(grant, scope.language),
        item,
        confirmed.reference if confirmed else "",
        confirmed.account.masked if confirmed else "",
    )


@for_roles(Role.PERSON)
@require_safe
def statement(request: HttpRequest) -> HttpResponse:
    """To be printed: payments, what is to come, what would be owed today."""
    scope = current_scope(request)
    context = {
        "statement": _statement(request),
        "as_of": scope.as_of,
        "office": scope.organisation,
        "contact": scope.pack.contact,
    }
    return render(request, "portal/statement.html", context)


@for_roles(Role.PERSON)
@require_safe
def payments_file(request: HttpRequest) -> HttpResponse:
    """The same as a file that a spreadsheet opens; no cell of it is a formula."""
    found = _statement(request)
    out = io.StringIO()
    writer = csv.writer(out)

    def write(*cells: object) -> None:
        writer.writerow([as_text(str(cell)) for cell in cells])

    write(
        _("待遇"),
        _("期次"),
        _("应发日"),
        _("金额（元）"),
        _("状态"),
        _("到账日"),
        _("业务编号"),
        _("收款账户"),
    )
    for payment in [*found.paid, *found.coming]:
        item = payment.item
        write(
            payment.title,
            item.number,
            item.due.isoformat(),
            amount_yuan(item.amount_fen),
            item.get_state_display(),
            item.paid_on.isoformat() if item.paid_on else "",
            payment.reference,
            payment.account,
        )
    if found.duties:
        writer.writerow([])
        write(
            _("如果今天离开应退"), "", current_scope(request).as_of.isoformat(), amount_yuan(found.owed_fen)
        )
        for duty in found.duties:
            owed = amount_yuan(duty.standing.owed.total_fen)
            write(duty.title, "", duty.standing.ends_on.isoformat(), owed, duty.working)
    return download(out.getvalue().encode("utf-8-sig"), "csv", "payments")
