"""Entries (分录): made once under a business key, never changed; a correction is another entry."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from json.encoder import encode_basestring


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
        """SHA-256 of everything but the key, whatever the order of the postings: 64 hexadecimal digits.

        Over compact JSON with sorted keys, ``{"day":…,"memo":…,"postings":[[account,amount],…],"reverses":…}``.
        """
        legs = sorted((posting.account, posting.amount) for posting in self.postings)
        spelled = ",".join(f"[{encode_basestring(name)},{amount}]" for name, amount in legs)
        body = (
            f'{{"day":"{self.day.isoformat()}","memo":{encode_basestring(self.memo)},'
            f'"postings":[{spelled}],"reverses":{encode_basestring(self.reverses)}}}'
        )
        return hashlib.sha256(body.encode()).hexdigest()

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
