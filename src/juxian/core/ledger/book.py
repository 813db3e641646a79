"""Posting (入账): balances in, balances out.

What holds after every entry, whoever made it: all balances of a unit add up to nothing, no floor or ceiling is broken,
every key stands once, nothing is reversed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from juxian.core.ledger.accounts import Account, Unit
from juxian.core.ledger.entries import Entry
from juxian.core.ledger.refusals import (
    InvalidEntry,
    KeyRefused,
    KeyReused,
    NotReversible,
    OutOfBounds,
    Refused,
)


@dataclass(frozen=True)
class Balances:
    """A ledger at one moment.

    amounts: account → whole units, absent is 0. posted: key → entry. refused: key → reason of what was refused for good.
    reversed: keys of entries taken back.
    """

    accounts: Mapping[str, Account]
    amounts: Mapping[str, int] = field(default_factory=dict)
    posted: Mapping[str, Entry] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    reversed: Set[str] = frozenset()

    def of(self, account: str) -> int:
        return self.amounts.get(account, 0)

    def total(self, unit: Unit) -> int:
        """Always 0."""
        return sum(amount for name, amount in self.amounts.items() if self.accounts[name].unit is unit)

    def open_account(self, account: Account) -> Balances:
        """The same with one more account; raises ``InvalidEntry`` when the id is known with other bounds."""
        if self.accounts.get(account.id, account) != account:
            raise InvalidEntry(f"account {account.id} exists with other bounds")
        return Balances(
            {**self.accounts, account.id: account}, self.amounts, self.posted, self.refused, self.reversed
        )


def balances_of(accounts: Iterable[Account]) -> Balances:
    """An empty ledger over these accounts."""
    return Balances({account.id: account for account in accounts})


def post(entry: Entry, balances: Balances) -> Balances:
    """The balances after ``entry``; the very same object when it was posted before with the same content.

    Raises ``InvalidEntry`` (not balanced, unknown account…), ``KeyReused``, ``KeyRefused``, ``OutOfBounds``, ``NotReversible``.
    """
    if is_posted(entry, balances):
        return balances
    check(entry, balances)
    return Balances(
        balances.accounts,
        {**balances.amounts, **{name: balances.of(name) + amount for name, amount in entry.changes.items()}},
        {**balances.posted, entry.key: entry},
        balances.refused,
        {*balances.reversed, entry.reverses} if entry.reverses else balances.reversed,
    )


def attempt(entry: Entry, balances: Balances) -> tuple[Balances, Refused | None]:
    """Post, or tell why not; what a bound refused is recorded, so that its key cannot pass later by luck.

    A key with other content is no refusal but an alarm: ``KeyReused`` is raised here too, and ``InvalidEntry``.
    """
    try:
        return post(entry, balances), None
    except OutOfBounds as refusal:
        return refuse(entry.key, str(refusal), balances), refusal
    except (KeyRefused, NotReversible) as refusal:
        return balances, refusal


def refuse(key: str, reason: str, balances: Balances) -> Balances:
    """Close a key that was not posted, e.g. after the bank returned the line; raises ``InvalidEntry`` if it was posted."""
    if key in balances.posted:
        raise InvalidEntry(f"{key} is posted and can only be reversed")
    refused = {**balances.refused, key: balances.refused.get(key, reason)}
    return Balances(balances.accounts, balances.amounts, balances.posted, refused, balances.reversed)


def is_posted(entry: Entry, balances: Balances) -> bool:
    """The key stands in the journal with this content; raises ``KeyReused`` on other content."""
    known = balances.posted.get(entry.key)
    if known is not None and known.body_hash != entry.body_hash:
        raise KeyReused(entry, known)
    return known is not None


def check(entry: Entry, balances: Balances) -> None:
    """A new entry may be posted; raises what ``post`` raises."""
    if entry.key in balances.refused:
        raise KeyRefused(entry, balances.refused[entry.key])
    check_form(entry, balances.accounts)
    if entry.reverses:
        _check_reversal(entry, balances)
    for name, change in entry.changes.items():
        check_bounds(entry, balances.accounts[name], balances.of(name), change)


def check_form(entry: Entry, accounts: Mapping[str, Account]) -> None:
    """Key, legs and units are those of an entry; raises ``InvalidEntry``."""
    names = [posting.account for posting in entry.postings]
    unknown = [name for name in names if name not in accounts]
    if not entry.key or unknown:
        raise InvalidEntry(f"entry {entry.key!r} has no key or unknown accounts {unknown}")
    if (
        len(names) < 2
        or len(set(names)) < len(names)
        or not all(posting.amount for posting in entry.postings)
    ):
        raise InvalidEntry(f"entry {entry.key} needs two accounts, each once, none with 0")
    if sum(posting.amount for posting in entry.postings):
        raise InvalidEntry(f"entry {entry.key} does not add up to nothing")
    if len({accounts[name].unit for name in names}) > 1:
        raise InvalidEntry(f"entry {entry.key} mixes units")


def check_bounds(entry: Entry, account: Account, balance: int, change: int) -> None:
    """Raises ``OutOfBounds``; a movement back towards the allowed side is never refused."""
    after = balance + change
    if change < 0 and account.floor is not None and after < account.floor:
        raise OutOfBounds(entry, account, balance, change)
    if change > 0 and account.ceiling is not None and after > account.ceiling:
        raise OutOfBounds(entry, account, balance, change)


def _check_reversal(entry: Entry, balances: Balances) -> None:
    original = balances.posted.get(entry.reverses)
    if original is None or original.reverses or entry.reverses in balances.reversed:
        raise NotReversible(entry)
    if entry.changes != {name: -amount for name, amount in original.changes.items()}:
        raise InvalidEntry(f"{entry.key} is not the reverse of {original.key}")
