"""Reading the journal (查阅账目)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from juxian.apps.funds.models import Account
from juxian.apps.sets import among, ask
from juxian.core.ledger.entries import Entry, Posting

_CALLED = """
SELECT entry.key, entry.day, entry.memo, original.key, entry.refusal, back.id, account.name, posting.amount
FROM funds_entry entry
LEFT JOIN funds_entry original ON original.id = entry.reverses_id
LEFT JOIN funds_entry back ON back.reverses_id = entry.id
LEFT JOIN funds_posting posting ON posting.entry_id = entry.id
LEFT JOIN funds_account account ON account.id = posting.account_id
WHERE {condition} ORDER BY entry.id, posting.id
"""


@dataclass
class Called:
    """Entries found by their keys. refused: key → why. taken_back: keys that a reversal names."""

    posted: dict[str, Entry] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)


def entries_called(keys: Iterable[str]) -> Called:
    """What stands under the keys, in one query."""
    condition, parameters = among("entry.key", keys)
    found = Called()
    for rows in _by_key(ask(_CALLED.format(condition=condition), parameters)):
        key, day, memo, reverses, refusal, back, *_ = rows[0]
        if refusal:
            found.refused[key] = refusal
            continue
        legs = tuple(Posting(row[6], row[7]) for row in rows if row[6] is not None)
        found.posted[key] = Entry(key, as_day(day), legs, reverses or "", memo)
        if back is not None:
            found.taken_back.add(key)
    return found


def _by_key(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    group: list[tuple[Any, ...]] = []
    for row in rows:
        if group and row[0] != group[0][0]:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def as_day(value: date | str) -> date:
    """A day as the databases give it: SQLite as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def balance_of(account: str) -> int:
    """What an account holds; one that was never opened holds nothing."""
    return Account.objects.filter(name=account).values_list("balance", flat=True).first() or 0


def balances_of(accounts: Iterable[str]) -> dict[str, int]:
    """Account → what it holds, 0 for those never opened, in one query."""
    wanted = list(accounts)
    condition, parameters = among("name", wanted)
    found = dict(ask(f"SELECT name, balance FROM funds_account WHERE {condition}", parameters))  # noqa: S608  # our own condition
    return {name: found.get(name, 0) for name in wanted}
