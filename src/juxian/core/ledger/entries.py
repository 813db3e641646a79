"""Entries (分录): made once under a business key, never changed; a correction is another entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg: ``amount`` whole units, positive into the account, negative out of it, never 0."""

    account: str
    amount: int


@dataclass(frozen=True)
class Entry:
    """Postings that add up to nothing, under a key made from the business (幂等键), e.g. ``pay:settlement:c17:2:1``.

    day: of the business, not of the click. reverses: key of the entry it takes back (红字冲销).
    """

    key: str
    day: date
    postings: tuple[Posting, ...]
    reverses: str = ""
    memo: str = ""

    @cached_property
    def body_hash(self) -> str:
        """SHA-256 of everything but the key, whatever the order of the postings: 64 hexadecimal digits."""
        body = {
            "day": self.day.isoformat(),
            "postings": sorted([posting.account, posting.amount] for posting in self.postings),
            "reverses": self.reverses,
            "memo": self.memo,
        }
        spelled = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(spelled.encode()).hexdigest()

    @property
    def changes(self) -> Mapping[str, int]:
        """Account → what it gains."""
        return {posting.account: posting.amount for posting in self.postings}


def transfer(key: str, day: date, amounts: Mapping[str, int], memo: str = "", reverses: str = "") -> Entry:
    """An entry from account → amount; accounts that neither gain nor lose are left out."""
    postings = tuple(Posting(account, amount) for account, amount in sorted(amounts.items()) if amount)
    return Entry(key, day, postings, reverses, memo)


def reversal(entry: Entry, day: date, reason: str) -> Entry:
    """The entry that takes ``entry`` back, under the key ``reverse:{key}``: nothing is taken back twice."""
    postings = tuple(Posting(posting.account, -posting.amount) for posting in entry.postings)
    return Entry(f"reverse:{entry.key}", day, postings, entry.key, reason)
