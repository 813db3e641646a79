"""What a year provides (预算下达、追加)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from juxian.apps.accounts.models import User
from juxian.apps.audit.actions import record
from juxian.apps.funds.actions.posting import open_accounts, post
from juxian.apps.funds.models import BudgetLine
from juxian.apps.funds.models.budgets import budget_name
from juxian.apps.funds.queries.budgets import budget_lines, outside, provided, spent_by_line
from juxian.apps.funds.rules import NotPossible
from juxian.apps.organisations.models import Organisation
from juxian.core.funds.book import Fund, FundsBook, Measure, YearBudget
from juxian.core.ledger.accounts import Account, Kind, Unit, account
from juxian.core.ledger.entries import Entry
from juxian.core.ledger.flows import allot, appropriate
from juxian.core.ledger.shares import blocking
from juxian.core.packs import pack_called
from juxian.core.packs.schema import Pack


@transaction.atomic
def load_budgets(pack: Pack, root: Organisation, by: User | None = None) -> int:
    """Post every budget and pool of the pack's ``funds.yaml``; what stands already is left alone. Returns new entries.

    Raises ``KeyReused`` when a paper now says another amount: a change needs a paper of its own.
    """
    book, entries, accounts = pack.funds, [], []
    for budget in book.budgets:
        _store_lines(root, budget)
        for entry, opened in _given(pack.code, budget):
            entries.append(entry)
            accounts += opened
    for pool in book.pools.values():
        unit = Unit(pool.unit)
        name, source = pool_name(pack.code, pool.id), pool_name(pack.code, f"{pool.id}/total")
        accounts += [account(Kind.APPROPRIATION, source, unit), account(Kind.BUDGET, name, unit)]
        entries.append(appropriate(source, name, pool.total, pool.day, pool.document))
    if not entries:
        return 0
    open_accounts(accounts, root)
    new = len(post(*entries, by=by).new)
    if new:
        record(
            "funds.budgets_loaded",
            actor=by,
            subject=root,
            organisation_path=root.path,
            detail={"entries": new},
        )
    return new


def pool_name(pack: str, pool: str) -> str:
    return f"{pack}/pool/{pool}"


def _store_lines(home: Organisation, budget: YearBudget) -> None:
    lines = {item.line for item in budget.appropriations}
    BudgetLine.objects.bulk_create(
        (BudgetLine(home=home, fund=budget.fund, year=budget.year, line=line) for line in sorted(lines)),
        ignore_conflicts=True,
    )


def _given(pack: str, budget: YearBudget) -> Iterable[tuple[Entry, list[Account]]]:
    for item in budget.appropriations:
        target = budget_name(pack, budget.fund, budget.year, item.line)
        opened = [account(Kind.BUDGET, target)]
        if item.from_fund:
            fund, _slash, line = item.giver.partition("/")
            upper = budget_name(pack, fund, budget.year, line)
            opened.append(account(Kind.BUDGET, upper))
            yield allot(upper, target, item.amount_fen, budget.day, budget.document), opened
        else:
            source = f"{pack}/{item.giver}"
            opened.append(account(Kind.APPROPRIATION, source))
            document = f"{budget.document}·{item.giver}"
            yield appropriate(source, target, item.amount_fen, budget.day, document), opened


@transaction.atomic
def appropriate_more(
    *,
    home: Organisation,
    fund: Fund,
    year: int,
    line: str,
    source: str,
    amount_fen: int,
    document: str,
    day: date,
    by: User,
) -> BudgetLine:
    """A paper gives more to a line of a year (下达、追加预算). Raises ``NotPossible`` when a rule of the fund blocks it."""
    pack = pack_called(home.pack)
    stored = budget_lines(home, year)
    check_shares(pack.funds, fund, year, provided(home, fund.id, stored), {line: amount_fen}, "budget")
    found, _created = BudgetLine.objects.get_or_create(home=home, fund=fund.id, year=year, line=line)
    if found.closed_on:
        raise NotPossible(_("%(year)s 年已关账，不能再下达。") % {"year": year})
    giver = f"{home.pack}/{source}"
    open_accounts([account(Kind.APPROPRIATION, giver), account(Kind.BUDGET, found.name)], home)
    post(appropriate(giver, found.name, amount_fen, day, f"{document}·{source}"), by=by)
    record(
        "funds.budget_appropriated",
        actor=by,
        subject=found,
        organisation_path=home.path,
        detail={"document": document, "source": source, "amount_fen": amount_fen},
    )
    return found


def check_spending(home: Organisation, fund: Fund, year: int, more: Mapping[str, int]) -> None:
    """Raises ``NotPossible`` when promising ``more`` (line → fen) breaks a rule over what is spent."""
    if any(rule.measure == "spent" and rule.share.on_breach == "block" for rule in fund.rules):
        book = pack_called(home.pack).funds
        check_shares(book, fund, year, spent_by_line(home, fund.id, year), more, "spent")


def check_shares(
    book: FundsBook,
    fund: Fund,
    year: int,
    before: Mapping[str, int],
    more: Mapping[str, int],
    measure: Measure,
) -> None:
    """Raises ``NotPossible`` when a rule of the fund blocks the change ``more`` (line → fen)."""
    known = dict.fromkeys(fund.lines, 0) | outside(book, year) | dict(before)
    after = known | {line: known.get(line, 0) + amount for line, amount in more.items()}
    rules = [rule.share for rule in fund.rules if rule.measure == measure and rule.since <= year]
    broken = blocking(rules, known, after)
    if broken:
        raise NotPossible(str(broken[0].message))


__all__ = ["appropriate_more", "check_shares", "check_spending", "load_budgets", "pool_name"]
