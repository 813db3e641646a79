"""Proving the ledger (核验账目): every entry and every balance worked out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import connection

from juxian.apps.funds.models import Account
from juxian.apps.funds.queries.ledger import as_day, entries_called
from juxian.apps.sets import ask
from juxian.core.ledger.entries import Entry, Posting
from juxian.core.ledger.proof import Difference, Kept, Replay, balance_differs
from juxian.core.text import Text

CHUNK = 5000
_JOURNAL = """
SELECT entry.id, entry.key, entry.day, entry.memo, entry.body_hash, original.key, entry.refusal,
       posting.account_id, posting.amount
FROM funds_entry entry
LEFT JOIN funds_entry original ON original.id = entry.reverses_id
LEFT JOIN funds_posting posting ON posting.entry_id = entry.id
ORDER BY entry.id
"""
_BALANCES = """
SELECT account.name, account.balance, COALESCE(made.amount, 0)
FROM funds_account account
LEFT JOIN (SELECT account_id, SUM(amount) AS amount FROM funds_posting GROUP BY account_id) made
  ON made.account_id = account.id
WHERE account.balance <> COALESCE(made.amount, 0) ORDER BY account.name
"""


@dataclass(frozen=True, slots=True)
class Verification:
    """difference: the first thing that does not fit, None when all agrees."""

    entries: int
    accounts: int
    difference: Difference | None


def verify() -> Verification:
    """Replay the whole journal in the order of posting. Call inside one reading transaction."""
    rows = list(Account.objects.order_by("pk"))
    names = {row.pk: row.name for row in rows}
    replay = Replay({row.name: row.as_core() for row in rows}, _original)
    count = 0
    for kept, refused in _journal(names):
        wrong = _wrongly_refused(kept) if refused else replay.take(kept)
        if wrong is not None:
            return Verification(count, len(rows), wrong)
        count += not refused
    return Verification(count, len(rows), replay.settle({row.name: row.balance for row in rows}))


def _original(key: str) -> Entry | None:
    return entries_called([key]).posted.get(key)


def _wrongly_refused(kept: Kept) -> Difference | None:
    if not kept.entry.postings:
        return None
    return Difference(
        kept.entry.key, Text("已拒绝的业务编号却有明细", "the key was refused and has postings all the same")
    )


def _journal(names: dict[int, str]) -> Iterator[tuple[Kept, bool]]:
    """(entry with the hash kept beside it, whether it was refused), in the order of posting, a part at a time."""
    for _pk, group in groupby(_rows(), key=lambda row: row[0]):
        rows = list(group)
        _, key, day, memo, body_hash, reverses, refusal, account, _ = rows[0]
        legs = (
            () if account is None else tuple(Posting(names.get(row[7], f"#{row[7]}"), row[8]) for row in rows)
        )
        yield Kept(Entry(key, as_day(day), legs, reverses or "", memo), body_hash), bool(refusal)


def _rows() -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_JOURNAL)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def wrong_balances() -> list[Difference]:
    """Accounts whose balance is not the sum of their postings, in one grouped pass."""
    return [Difference(name, balance_differs(stands, int(made))) for name, stands, made in ask(_BALANCES, [])]
