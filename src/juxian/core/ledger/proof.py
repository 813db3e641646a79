"""Recompute a whole journal (核验账目): the first difference is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from juxian.core.ledger.accounts import Account
from juxian.core.ledger.book import check_bounds, check_form
from juxian.core.ledger.entries import Entry
from juxian.core.ledger.refusals import InvalidEntry, OutOfBounds
from juxian.core.text import Text


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not fit: ``place`` is the key of an entry or the id of an account."""

    place: str
    message: Text


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it is stored, with the hash that was stored beside it."""

    entry: Entry
    body_hash: str


def first_difference(
    accounts: Mapping[str, Account], journal: Iterable[Kept], balances: Mapping[str, int]
) -> Difference | None:
    """Replay the journal in the order of posting and compare the balances; None when all agrees.

    balances: account → what the stored balance row says; an account without a row holds 0.
    """
    amounts: defaultdict[str, int] = defaultdict(int)
    entries: dict[str, Entry] = {}
    taken_back: set[str] = set()
    for kept in journal:
        entry = kept.entry
        wrong = _wrong(kept, entries, taken_back, accounts, amounts)
        if wrong is not None:
            return Difference(entry.key, wrong)
        entries[entry.key] = entry
        if entry.reverses:
            taken_back.add(entry.reverses)
        for posting in entry.postings:
            amounts[posting.account] += posting.amount
    for name in sorted(amounts.keys() | balances.keys()):
        if amounts[name] != balances.get(name, 0) or name not in accounts:
            return Difference(
                name,
                Text(
                    f"余额记为 {balances.get(name, 0)}，按分录应为 {amounts[name]}",
                    f"the balance says {balances.get(name, 0)}, the entries {amounts[name]}",
                ),
            )
    return None


def _wrong(
    kept: Kept,
    entries: Mapping[str, Entry],
    taken_back: set[str],
    accounts: Mapping[str, Account],
    amounts: Mapping[str, int],
) -> Text | None:
    entry = kept.entry
    if entry.body_hash != kept.body_hash:
        return Text("内容与入账时的哈希不符", "the content is not that of its hash")
    if entry.key in entries:
        return Text("业务编号重复入账", "the key is posted twice")
    try:
        check_form(entry, accounts)
        for posting in entry.postings:
            account = accounts[posting.account]
            check_bounds(entry, account, amounts.get(posting.account, 0), posting.amount)
    except OutOfBounds as refusal:
        return refusal.message
    except InvalidEntry as error:
        return Text(f"不是有效分录：{error}", f"not an entry: {error}")
    return _wrong_reversal(entry, entries, taken_back) if entry.reverses else None


def _wrong_reversal(entry: Entry, entries: Mapping[str, Entry], taken_back: set[str]) -> Text | None:
    original = entries.get(entry.reverses)
    if original is None or original.reverses or entry.reverses in taken_back:
        return Text("冲销的分录不存在或已冲销", "what it takes back is not there, or was taken back before")
    if entry.changes != {name: -amount for name, amount in original.changes.items()}:
        return Text("与原分录金额不符", "the amounts are not those of the original")
    return None
