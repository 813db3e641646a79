"""Posting to the stored ledger (入账). The core decides; here rows are locked, read and written in sets.

One call locks all accounts of its entries in the order of their ids, and it comes before ``audit.record``: both orders keep
concurrent transactions from waiting for each other in a circle. Whatever many clerks do at once is wrapped in
``juxian.apps.gate.writing``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from juxian.apps.accounts.models import User
from juxian.apps.funds.actions import sets
from juxian.apps.funds.models import Account, Entry
from juxian.apps.funds.queries.ledger import entries_called
from juxian.apps.organisations.models import Organisation
from juxian.core.ledger import accounts as core_accounts
from juxian.core.ledger import entries as core
from juxian.core.ledger.batch import Batch, attempt_all, post_all
from juxian.core.ledger.book import Balances
from juxian.core.ledger.refusals import InvalidEntry, KeyReused

__all__ = ["close_key", "open_accounts", "post", "post_what_can_be", "reverse"]


@transaction.atomic
def open_accounts(wanted: Iterable[core_accounts.Account], home: Organisation) -> None:
    """Open those that are not there yet; raises ``InvalidEntry`` when one is known with other bounds."""
    by_name = {account.id: account for account in wanted}
    known = {name: row.account for name, row in sets.read_accounts(by_name).items()}
    missing = [account for name, account in by_name.items() if name not in known]
    Account.objects.bulk_create((_row(account, home) for account in missing), ignore_conflicts=True)
    other = sorted(name for name, account in known.items() if account != by_name[name])
    if other:
        raise InvalidEntry(f"accounts exist with other bounds: {', '.join(other)}")


def _row(account: core_accounts.Account, home: Organisation) -> Account:
    return Account(
        name=account.id,
        kind=account.kind,
        unit=account.unit,
        floor=account.floor,
        ceiling=account.ceiling,
        home=home,
    )


@transaction.atomic
def post(*entries: core.Entry, by: User | None = None) -> Batch:
    """Post all of them or none; entries that stand with the same content are left alone.

    Raises what the core raises (``OutOfBounds``, ``KeyRefused``, ``KeyReused``, ``NotReversible``, ``InvalidEntry``).
    """
    locked = _locked(entries)
    return _write(post_all(entries, locked.balances), entries, locked.ids, by)


@transaction.atomic
def post_what_can_be(*entries: core.Entry, by: User | None = None) -> Batch:
    """Post each that can be posted; what a bound refuses is recorded, so that its key cannot pass later by luck.

    Raises ``KeyReused`` and ``InvalidEntry``; then nothing is posted.
    """
    locked = _locked(entries)
    return _write(attempt_all(entries, locked.balances), entries, locked.ids, by)


@transaction.atomic
def close_key(key: str, reason: str, day: date, by: User | None = None) -> None:
    """Refuse a key that was not posted for good, e.g. after the bank returned the payment; a second time is no error.

    Raises ``InvalidEntry`` when it was posted: that can only be reversed.
    """
    made = core.Entry(key, day, (), "", reason)
    if not sets.insert_entries([made], {key: reason}, {}, by):
        stands = Entry.objects.get(key=key)
        if not stands.refusal:
            raise InvalidEntry(f"{key} is posted and can only be reversed")


def reverse(key: str, day: date, reason: str, by: User | None = None) -> Batch:
    """Take an entry back (红字冲销). Raises ``NotReversible`` and ``InvalidEntry`` (no such entry)."""
    found = entries_called([key]).posted.get(key)
    if found is None:
        raise InvalidEntry(f"there is no entry {key}")
    return post(core.reversal(found, day, reason), by=by)


@dataclass(frozen=True, slots=True)
class _Locked:
    """What bears on some entries; the rows of their accounts are locked until the transaction ends."""

    balances: Balances
    ids: Mapping[str, int]  # account → id


def _locked(entries: Sequence[core.Entry]) -> _Locked:
    rows = sets.read_accounts({posting.account for entry in entries for posting in entry.postings}, lock=True)
    found = entries_called({key for entry in entries for key in (entry.key, entry.reverses) if key})
    balances = Balances(
        {name: row.account for name, row in rows.items()},
        {name: row.balance for name, row in rows.items()},
        found.posted,
        found.refused,
        found.taken_back,
    )
    return _Locked(balances, {name: row.id for name, row in rows.items()})


def _write(
    batch: Batch, entries: Sequence[core.Entry], accounts: Mapping[str, int], by: User | None
) -> Batch:
    """accounts: name → id."""
    closed = batch.closed
    new = [*batch.new, *(entry for entry in entries if entry.key in closed)]
    if not new:
        return batch
    ids = sets.insert_entries(new, closed, _ids([entry.reverses for entry in batch.new]), by)
    for entry in new:
        if entry.key not in ids:  # another transaction was first, with other accounts: so the content differs
            raise KeyReused(entry, entries_called([entry.key]).posted.get(entry.key, entry))
    legs = [
        (ids[entry.key], accounts[posting.account], posting.amount)
        for entry in batch.new
        for posting in entry.postings
    ]
    changes: Counter[int] = Counter()
    for _entry, account, amount in legs:
        changes[account] += amount
    sets.insert_postings(legs)
    sets.change_balances(changes)
    return batch


def _ids(keys: Iterable[str]) -> dict[str, int]:
    wanted = [key for key in keys if key]
    return dict(Entry.objects.filter(key__in=wanted).values_list("key", "id")) if wanted else {}
