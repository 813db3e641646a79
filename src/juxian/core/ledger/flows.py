"""The entries of the office's business, each with its key (业务分录).

Appropriation → budget → reserve (granted) → pay (the bank confirms) or void (refused, given up); afterwards demand → receipt,
waiver or write-off. Quota posts and places run the same way, with ``occupy`` and ``vacate`` in the place of paying.
A *grant* is the name of one promise to one receiver; it has its own reserved, paid and receivable accounts.
"""

from __future__ import annotations

from datetime import date

from juxian.core.ledger.accounts import Account, Kind, Unit, account
from juxian.core.ledger.book import Balances
from juxian.core.ledger.entries import Entry, transfer
from juxian.core.ledger.refusals import InvalidEntry


def grant_accounts(grant: str, unit: Unit = Unit.FEN) -> tuple[Account, ...]:
    """Reserved, paid, receivable, penalty and written-off accounts of one grant."""
    kinds = (Kind.RESERVED, Kind.PAID, Kind.RECEIVABLE, Kind.PENALTY, Kind.WRITTEN_OFF)
    return tuple(account(kind, grant, unit) for kind in kinds)


def occupancy_accounts(holder: str, unit: Unit) -> tuple[Account, ...]:
    """Reserved and occupied accounts of one named holder, who holds at most one."""
    return account(Kind.RESERVED, holder, unit), account(Kind.OCCUPIED, holder, unit, ceiling=1)


def appropriate(source: str, budget: str, amount: int, day: date, document: str) -> Entry:
    """A source gives to a budget (下达预算、核定编制); ``document`` is the reference of the paper that says so."""
    _positive(amount)
    return transfer(
        f"appropriate:{document}:{budget}",
        day,
        {f"appropriation:{source}": -amount, f"budget:{budget}": amount},
        document,
    )


def allot(upper: str, budget: str, amount: int, day: date, document: str) -> Entry:
    """A line of the fund above gives to a line of the fund below (下级资金补助)."""
    _positive(amount)
    return transfer(
        f"allot:{document}:{budget}", day, {f"budget:{upper}": -amount, f"budget:{budget}": amount}, document
    )


def move(line: str, other: str, amount: int, day: date, document: str) -> Entry:
    """Money goes from one line of a fund to another (科目调剂) by the paper that says so."""
    _positive(amount)
    return transfer(
        f"move:{document}:{line}:{other}",
        day,
        {f"budget:{line}": -amount, f"budget:{other}": amount},
        document,
    )


def reserve(budget: str, grant: str, amount: int, day: date, number: int | str = 1) -> Entry:
    """A grant is promised out of a budget (承诺); ``number``: first promise 1, a later increase 2…

    A later year's promise is numbered by the year and its first instalment, e.g. ``2027-3``: one that was given back at
    the end of a year is promised again under another key.
    """
    _positive(amount)
    return transfer(
        f"reserve:{grant}:{number}", day, {f"budget:{budget}": -amount, f"reserved:{grant}": amount}
    )


def pay(key: str, grant: str, amount: int, day: date) -> Entry:
    """The bank confirms an instalment (拨付); ``key`` from ``payment_key``."""
    _positive(amount)
    return transfer(key, day, {f"reserved:{grant}": -amount, f"paid:{grant}": amount})


def payment_key(programme: str, grant: str, instalment: int, balances: Balances) -> str:
    """``pay:{programme}:{grant}:{instalment}:{attempt}``: the attempt rises only past keys refused for good or reversed.

    Asked again after the instalment is posted it is the posted key, so that a second click finds the first.
    """
    stem, number = f"pay:{programme}:{grant}:{instalment}", 1
    while f"{stem}:{number}" in balances.refused or f"{stem}:{number}" in balances.reversed:
        number += 1
    return f"{stem}:{number}"


def void(budget: str, grant: str, amount: int, day: date, number: int | str, reason: str) -> Entry:
    """A promise is given up in part or whole (撤销承诺): the money is free again."""
    _positive(amount)
    return transfer(
        f"void:{grant}:{number}", day, {f"reserved:{grant}": -amount, f"budget:{budget}": amount}, reason
    )


def demand(grant: str, refund_fen: int, penalty_fen: int, day: date, number: int = 1) -> Entry:
    """Money is asked back (追缴): refund out of what was paid, and a penalty beside it."""
    if refund_fen < 0 or penalty_fen < 0:
        raise InvalidEntry("a demand is not negative")
    _positive(refund_fen + penalty_fen)
    return transfer(
        f"demand:{grant}:{number}",
        day,
        {
            f"paid:{grant}": -refund_fen,
            f"penalty:{grant}": -penalty_fen,
            f"receivable:{grant}": refund_fen + penalty_fen,
        },
    )


def receive(budget: str, grant: str, amount: int, day: date, statement_line: str) -> Entry:
    """Money came back (退回到账) into a budget; ``statement_line`` names the line of the bank's statement."""
    _positive(amount)
    return transfer(
        f"receive:{statement_line}", day, {f"receivable:{grant}": -amount, f"budget:{budget}": amount}
    )


def write_off(grant: str, amount: int, day: date, decision: str) -> Entry:
    """Part of a demand is waived or given up (减免、核销) by a named decision."""
    _positive(amount)
    return transfer(
        f"write_off:{grant}:{decision}",
        day,
        {f"receivable:{grant}": -amount, f"written_off:{grant}": amount},
        decision,
    )


def occupy(holder: str, day: date, document: str) -> Entry:
    """An approved post or place is taken by a named person (实名占用)."""
    return transfer(f"occupy:{holder}:{document}", day, {f"reserved:{holder}": -1, f"occupied:{holder}": 1})


def vacate(pool: str, holder: str, day: date, document: str) -> Entry:
    """The person leaves and the post or place returns to the pool (人走编收)."""
    return transfer(f"vacate:{holder}:{document}", day, {f"occupied:{holder}": -1, f"budget:{pool}": 1})


def carry_over(old: str, new: str, amount: int, day: date) -> Entry:
    """What is left of a year's budget goes into the next year's (结转)."""
    _positive(amount)
    return transfer(f"carry:{old}:{new}", day, {f"budget:{old}": -amount, f"budget:{new}": amount})


def lapse(budget: str, source: str, amount: int, day: date) -> Entry:
    """What is left of a year's budget goes back to its source (收回)."""
    _positive(amount)
    return transfer(
        f"lapse:{budget}:{source}", day, {f"budget:{budget}": -amount, f"appropriation:{source}": amount}
    )


def _positive(amount: int) -> None:
    if amount <= 0:
        raise InvalidEntry(f"the amount must be above 0, not {amount}")
