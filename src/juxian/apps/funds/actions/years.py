"""Changes to the budgets of a year: moved, given on to the fund below, promised, closed (调剂、补助、年度承诺、关账)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.funds.actions.budgets import check_shares
from juxian.apps.funds.actions.posting import open_accounts, post
from juxian.apps.funds.enums import OpenPromises
from juxian.apps.funds.models import BudgetLine, Instalment
from juxian.apps.funds.models.budgets import budget_name
from juxian.apps.funds.queries.budgets import budget_lines, provided
from juxian.apps.funds.queries.years import closing_of, year_plan
from juxian.apps.funds.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.book import Fund
from juxian.core.ledger.accounts import Kind, account
from juxian.core.ledger.closing import OpenReserves
from juxian.core.ledger.flows import allot, move
from juxian.core.packs import pack_called

__all__ = ["OpenReserves", "allot_to_lower", "close_fund_year", "move_between_lines", "reserve_year"]


@transaction.atomic
def move_between_lines(
    *,
    home: Organisation,
    fund: Fund,
    year: int,
    line: str,
    other: str,
    amount_fen: int,
    document: str,
    day: date,
    by: User,
) -> None:
    """A paper moves money from one line of a fund to another (科目调剂).

    Raises ``NotPossible`` (a rule of the fund, a closed year, the same line) and ``OutOfBounds``.
    """
    if line == other:
        raise NotPossible(_("调出和调入须是两个科目。"))
    stored = budget_lines(home, year)
    more = {line: -amount_fen, other: amount_fen}
    check_shares(pack_called(home.pack).funds, fund, year, provided(home, fund.id, stored), more, "budget")
    source, target = (_open_line(home, fund.id, year, name) for name in (line, other))
    open_accounts([account(Kind.BUDGET, row.name) for row in (source, target)], home)
    post(move(source.name, target.name, amount_fen, day, document), by=by)
    record(
        "funds.budget_moved",
        actor=by,
        subject=source,
        organisation_path=home.path,
        detail={"document": document, "to": other, "amount_fen": amount_fen},
    )


@transaction.atomic
def allot_to_lower(
    *,
    home: Organisation,
    fund: Fund,
    line: str,
    lower: Fund,
    lower_line: str,
    year: int,
    amount_fen: int,
    document: str,
    day: date,
    by: User,
) -> None:
    """A line of a fund gives to a line of the fund below it (下级资金补助).

    Raises ``NotPossible`` (not the fund below, a rule of one of the two, a closed year) and ``OutOfBounds``.
    """
    if lower.within != fund.id:
        raise NotPossible(_("只能补助本资金的下级资金。"))
    book, stored = pack_called(home.pack).funds, budget_lines(home, year)
    for one, changed in ((fund, {line: -amount_fen}), (lower, {lower_line: amount_fen})):
        check_shares(book, one, year, provided(home, one.id, stored), changed, "budget")
    source = _open_line(home, fund.id, year, line)
    target = _open_line(home, lower.id, year, lower_line)
    open_accounts([account(Kind.BUDGET, row.name) for row in (source, target)], home)
    post(allot(source.name, target.name, amount_fen, day, document), by=by)
    record(
        "funds.budget_allotted",
        actor=by,
        subject=source,
        organisation_path=home.path,
        detail={"document": document, "to": f"{lower.id}/{lower_line}", "amount_fen": amount_fen},
    )


def _open_line(home: Organisation, fund: str, year: int, line: str) -> BudgetLine:
    found, _created = BudgetLine.objects.select_related("home").get_or_create(
        home=home, fund=fund, year=year, line=line
    )
    if found.closed_on:
        raise NotPossible(_("%(year)s 年已关账，不能再变动。") % {"year": year})
    return found


@transaction.atomic
def reserve_year(*, home: Organisation, year: int, day: date, by: User | None = None) -> int:
    """Promise out of the year's budget what falls due in it from grants of earlier years; the earliest first.

    What a line cannot bear stays without a budget and is not paid. Returns the number of instalments that got one.
    """
    plan = year_plan(home, year, day)
    if not plan.entries:
        return 0
    opened = [account(kind, name) for name in plan.grants for kind in (Kind.RESERVED, Kind.PAID)]
    open_accounts(opened, home)  # a grant of which nothing fell due before has none yet
    post(*plan.entries, by=by)
    for line_id, items in plan.held.items():
        Instalment.objects.filter(pk__in=items).update(budget=line_id)
    record(
        "funds.year_reserved",
        actor=by,
        subject=home,
        organisation_path=home.path,
        detail={"year": year, "instalments": plan.count, "amount_fen": plan.amount_fen},
    )
    return plan.count


@transaction.atomic
def close_fund_year(
    *,
    home: Organisation,
    fund: Fund,
    year: int,
    day: date,
    by: User,
    promises: str = OpenPromises.KEEP,
    seen: str = "",
) -> int:
    """Carry what is left of a year into the next, by the fund's rule (年终结转); returns the entries.

    promises: open ones are kept and paid next year, or go back and are promised anew out of next year's budget. seen: stamp
    of the figures that were approved. Raises ``OpenReserves`` when the rule refuses open promises, ``NotPossible`` when the
    year is closed or not over, or when the figures are no longer those that were seen.
    """
    closing = closing_of(home, fund, year, promises, day)
    if seen and seen != closing.stamp:
        raise NotPossible(_("关账数据在查看之后有变化，请重新核对后再办。"))
    lines = [item.line for item in closing.lines]
    following = [budget_name(home.pack, fund.id, year + 1, line.line) for line in lines]
    opened = [account(Kind.BUDGET, name) for name in following]
    open_accounts([*opened, account(Kind.APPROPRIATION, f"{home.pack}/{closing.source}")], home)
    BudgetLine.objects.bulk_create(
        (BudgetLine(home=home, fund=fund.id, year=year + 1, line=line.line) for line in lines),
        ignore_conflicts=True,
    )
    if closing.entries:
        post(*closing.entries, by=by)
    if closing.renewed:
        waiting = Instalment.objects.filter(budget__in=lines, state="planned")
        waiting.exclude(lines__state="open").update(budget=None)
    BudgetLine.objects.filter(pk__in=[line.pk for line in lines]).update(closed_on=day)
    if closing.renewed:
        reserve_year(home=home, year=year + 1, day=day, by=by)
    record(
        "funds.year_closed",
        actor=by,
        subject=lines[0],
        organisation_path=home.path,
        detail={
            "fund": fund.id,
            "year": year,
            "entries": len(closing.entries),
            "carried_fen": closing.sum_of("carried_fen"),
            "lapsed_fen": closing.sum_of("lapsed_fen"),
            "promises": promises,
            "open": len(closing.promises),
        },
    )
    return len(closing.entries)
