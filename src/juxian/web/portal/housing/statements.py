"""Bills and receipts of an own lease as a file (租约对账单)."""

from __future__ import annotations

import csv
import io

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from juxian.apps.accounts.enums import Role
from juxian.apps.audit.actions import record
from juxian.apps.housing.models import Bill, Lease, Receipt
from juxian.apps.housing.queries.tenancies import leases_of
from juxian.core.funds.bank import amount_yuan
from juxian.core.identity import mask_name
from juxian.web.kit.access import for_roles, user_of
from juxian.web.kit.cells import as_text
from juxian.web.kit.sheets import download
from juxian.web.portal.own import own_record_or_404

SHOWN_OF_REFERENCE = 4  # the last characters of a receipt's number, enough to compare with one's own paper


@for_roles(Role.PERSON)
@require_safe
def lease_file(request: HttpRequest, pk: int) -> HttpResponse:
    """What the tenant was billed and paid; names and numbers of receipts are masked, since such files are passed on."""
    found = get_object_or_404(leases_of(own_record_or_404(request)), pk=pk)
    with transaction.atomic():
        record(
            "housing.statement_downloaded",
            actor=user_of(request),
            subject=found,
            organisation_path=found.estate.home.path,
            detail={"lease": found.number},
        )
    return download(written(found).encode("utf-8-sig"), "csv", found.number)


def written(lease: Lease) -> str:
    """The rows; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)

    def write(*cells: object) -> None:
        writer.writerow([as_text(str(cell)) for cell in cells])

    names = [mask_name(one.name) for one in (lease.person, lease.spouse) if one is not None]
    write(_("租约"), lease.number, _("承租人"), _("、").join(names))
    write(
        _("账期起"), _("账期止"), _("类别"), _("缴费期限"), _("应缴（元）"), _("已缴（元）"), _("未缴（元）")
    )
    bills = list(Bill.objects.filter(lease=lease, payer="person").order_by("since", "pk"))
    for bill in bills:
        days = (bill.since.isoformat(), bill.until.isoformat())
        money = [amount_yuan(fen) for fen in (bill.amount_fen, bill.paid_fen, bill.open_fen)]
        write(*days, bill.get_kind_display(), bill.due_on.isoformat(), *money)
    sums = (sum(bill.amount_fen for bill in bills), sum(bill.paid_fen for bill in bills))
    write(_("合计"), "", "", "", *(amount_yuan(fen) for fen in (*sums, sums[0] - sums[1])))
    found = Receipt.objects.filter(bill__lease=lease, bill__payer="person").select_related("bill")
    receipts = list(found.order_by("day", "pk"))
    if receipts:
        writer.writerow([])
        write(_("收款日期"), _("类别"), _("金额（元）"), _("凭证号"))
    for one in receipts:
        write(
            one.day.isoformat(),
            one.bill.get_kind_display(),
            amount_yuan(one.amount_fen),
            masked(one.reference),
        )
    return out.getvalue()


def masked(reference: str) -> str:
    """``…8801``: a short number is hidden whole."""
    return f"…{reference[-SHOWN_OF_REFERENCE:]}" if len(reference) > 2 * SHOWN_OF_REFERENCE else "…"
