"""Rent and deposits of one lease (租金与押金): charged, received, given back. A *lease* is the name of one tenancy.

The estate's ``held`` account is what lies on its account at the bank; income and deposits are what it stands for.
"""

from __future__ import annotations

from datetime import date

from juxian.core.ledger.accounts import Account, Kind, account
from juxian.core.ledger.entries import Entry, transfer
from juxian.core.ledger.refusals import InvalidEntry


def estate_accounts(estate: str) -> tuple[Account, ...]:
    """Money at the bank, and rent earned."""
    return account(Kind.HELD, estate), account(Kind.INCOME, estate)


def lease_accounts(lease: str) -> tuple[Account, ...]:
    """What the tenant owes, what is held for the tenant, and what was given up."""
    return account(Kind.RECEIVABLE, lease), account(Kind.DEPOSIT, lease), account(Kind.WRITTEN_OFF, lease)


def charge(estate: str, lease: str, period: str, amount: int, day: date) -> Entry:
    """A bill (租金账单) for a period, e.g. ``2026-03``."""
    _positive(amount)
    return transfer(
        f"charge:{lease}:{period}", day, {f"receivable:{lease}": amount, f"income:{estate}": -amount}, period
    )


def collect(estate: str, lease: str, amount: int, day: date, reference: str) -> Entry:
    """Rent came in (租金到账); ``reference`` names the receipt or the line of the bank's statement."""
    _positive(amount)
    return transfer(
        f"collect:{lease}:{reference}",
        day,
        {f"held:{estate}": amount, f"receivable:{lease}": -amount},
        reference,
    )


def take_deposit(estate: str, lease: str, amount: int, day: date, reference: str) -> Entry:
    """A deposit came in (收取押金)."""
    _positive(amount)
    return transfer(
        f"deposit:{lease}:{reference}",
        day,
        {f"held:{estate}": amount, f"deposit:{lease}": -amount},
        reference,
    )


def return_deposit(estate: str, lease: str, amount: int, day: date, reference: str) -> Entry:
    """A deposit goes back (退还押金); never more than is held for the tenant."""
    _positive(amount)
    return transfer(
        f"deposit_back:{lease}:{reference}",
        day,
        {f"deposit:{lease}": amount, f"held:{estate}": -amount},
        reference,
    )


def set_off_deposit(lease: str, amount: int, day: date, reference: str) -> Entry:
    """What is owed is taken out of the deposit (押金抵扣欠款)."""
    _positive(amount)
    return transfer(
        f"set_off:{lease}:{reference}",
        day,
        {f"deposit:{lease}": amount, f"receivable:{lease}": -amount},
        reference,
    )


def _positive(amount: int) -> None:
    if amount <= 0:
        raise InvalidEntry(f"the amount must be above 0, not {amount}")
