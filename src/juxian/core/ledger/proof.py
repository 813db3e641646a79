"""Recompute a whole journal (核验账目): the first difference is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

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


@dataclass
class Replay:
    """A journal taken in the order of posting, entry by entry, without keeping it.

    original: key → entry posted before it; asked for reversals alone. amounts: account → what the entries have made of it.
    """

    accounts: Mapping[str, Account]
    original: Callable[[str], Entry | None]
    amounts: dict[str, int] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)

    def take(self, kept: Kept) -> Difference | None:
        """The next entry; what is wrong with it, if anything."""
        entry = kept.entry
        wrong = self._wrong(entry, kept.body_hash)
        if wrong is not None:
            return Difference(entry.key, wrong)
        for posting in entry.postings:
            self.amounts[posting.account] = self.amounts.get(posting.account, 0) + posting.amount
        if entry.reverses:
            self.taken_back.add(entry.reverses)
        return None

    def settle(self, balances: Mapping[str, int]) -> Difference | None:
        """The first account whose stored balance is not what the entries make of it; one without a row holds 0."""
        for name in sorted(self.amounts.keys() | balances.keys()):
            stands, entries = balances.get(name, 0), self.amounts.get(name, 0)
            if entries != stands or name not in self.accounts:
                return Difference(name, balance_differs(stands, entries))
        return None

    def _wrong(self, entry: Entry, body_hash: str) -> Text | None:
        if entry.body_hash != body_hash:
            return Text("内容与入账时的哈希不符", "the content is not that of its hash")
        try:
            check_form(entry, self.accounts)
            for posting in entry.postings:
                account = self.accounts[posting.account]
                check_bounds(entry, account, self.amounts.get(posting.account, 0), posting.amount)
        except OutOfBounds as refusal:
            return refusal.message
        except InvalidEntry as error:
            return Text(f"不是有效分录：{error}", f"not an entry: {error}")
        return self._wrong_reversal(entry) if entry.reverses else None

    def _wrong_reversal(self, entry: Entry) -> Text | None:
        original = self.original(entry.reverses)
        if original is None or original.reverses or entry.reverses in self.taken_back:
            return Text(
                "冲销的分录不存在或已冲销", "what it takes back is not there, or was taken back before"
            )
        if entry.changes != {name: -amount for name, amount in original.changes.items()}:
            return Text("与原分录金额不符", "the amounts are not those of the original")
        return None


def balance_differs(stands: int, entries: int) -> Text:
    return Text(
        f"余额记为 {stands}，按分录应为 {entries}", f"the balance says {stands}, the entries {entries}"
    )


def first_difference(
    accounts: Mapping[str, Account], journal: Iterable[Kept], balances: Mapping[str, int]
) -> Difference | None:
    """Replay a whole journal that lies in memory and compare the balances; None when all agrees.

    balances: account → what the stored balance row says; an account without a row holds 0.
    """
    entries: dict[str, Entry] = {}
    replay = Replay(accounts, entries.get)
    for kept in journal:
        if kept.entry.key in entries:
            return Difference(kept.entry.key, Text("业务编号重复入账", "the key is posted twice"))
        found = replay.take(kept)
        if found is not None:
            return found
        entries[kept.entry.key] = kept.entry
    return replay.settle(balances)
