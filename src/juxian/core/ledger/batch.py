"""Many entries at once (批量入账): decided one after the other as ``book`` does, without a copy for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from juxian.core.ledger.book import Balances, check, is_posted
from juxian.core.ledger.entries import Entry
from juxian.core.ledger.refusals import KeyRefused, NotReversible, OutOfBounds, Refused


@dataclass(frozen=True)
class Batch:
    """What came of some entries: new, found to be posted before, or refused (key → why); ``balances`` afterwards."""

    balances: Balances
    new: list[Entry] = field(default_factory=list)
    known: list[Entry] = field(default_factory=list)
    refused: dict[str, Refused] = field(default_factory=dict)

    @property
    def closed(self) -> dict[str, str]:
        """Keys that a bound has just refused, closed for good → why."""
        return {key: str(why) for key, why in self.refused.items() if isinstance(why, OutOfBounds)}


def post_all(entries: Iterable[Entry], balances: Balances) -> Batch:
    """Post each in turn; the same as ``post`` over and over. Raises the first refusal."""
    work = _Work(balances)
    for entry in entries:
        work.take(entry)
    return work.batch


def attempt_all(entries: Iterable[Entry], balances: Balances) -> Batch:
    """Post what can be posted; the same as ``attempt`` over and over. Raises ``KeyReused`` and ``InvalidEntry``."""
    work = _Work(balances)
    for entry in entries:
        try:
            work.take(entry)
        except OutOfBounds as why:
            work.refused.setdefault(entry.key, str(why))
            work.batch.refused[entry.key] = why
        except (KeyRefused, NotReversible) as why:
            work.batch.refused[entry.key] = why
    return work.batch


class _Work:
    """Balances that change in place; ``batch.balances`` looks at the same mappings."""

    def __init__(self, start: Balances) -> None:
        self.amounts, self.posted, self.refused = dict(start.amounts), dict(start.posted), dict(start.refused)
        self.taken_back = set(start.reversed)
        self.batch = Batch(Balances(start.accounts, self.amounts, self.posted, self.refused, self.taken_back))

    def take(self, entry: Entry) -> None:
        if is_posted(entry, self.batch.balances):
            self.batch.known.append(entry)
            return
        check(entry, self.batch.balances)
        for posting in entry.postings:
            self.amounts[posting.account] = self.amounts.get(posting.account, 0) + posting.amount
        self.posted[entry.key] = entry
        if entry.reverses:
            self.taken_back.add(entry.reverses)
        self.batch.new.append(entry)
