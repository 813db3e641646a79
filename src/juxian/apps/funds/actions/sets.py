"""The statements that write to the ledger (成批写入); used by ``posting`` alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from juxian.apps.accounts.models import User
from juxian.apps.clock import now
from juxian.apps.sets import among, ask, table_of
from juxian.core.ledger.accounts import Account, Kind, Unit
from juxian.core.ledger.entries import Entry

_ENTRY = {
    "key": "text",
    "day": "date",
    "memo": "text",
    "body_hash": "text",
    "reverses_id": "bigint",
    "refusal": "text",
}


@dataclass(frozen=True, slots=True)
class AccountRow:
    id: int
    account: Account
    balance: int


def read_accounts(names: Iterable[str], *, lock: bool = False) -> dict[str, AccountRow]:
    """The rows of the accounts, locked in the order of their ids if so asked; those that do not exist are left out."""
    condition, parameters = among("name", sorted(names))
    locking = "FOR UPDATE" if lock and connection.vendor == "postgresql" else ""
    rows = ask(
        "SELECT id, name, kind, unit, floor, ceiling, balance FROM funds_account "  # noqa: S608  # our own names
        f"WHERE {condition} ORDER BY id {locking}",
        parameters,
    )
    return {
        name: AccountRow(pk, Account(name, Kind(kind), Unit(unit), floor, ceiling), balance)
        for pk, name, kind, unit, floor, ceiling, balance in rows
    }


def insert_entries(
    entries: Sequence[Entry], refusals: Mapping[str, str], originals: Mapping[str, int], by: User | None
) -> dict[str, int]:
    """Key → id of what was inserted; a key that another transaction put there first is left out.

    originals: key of what is reversed → id.
    """
    rows = [
        (
            entry.key,
            entry.day,
            entry.memo,
            entry.body_hash,
            originals.get(entry.reverses),
            refusals.get(entry.key, ""),
        )
        for entry in entries
    ]
    given, parameters = table_of(_ENTRY, rows)
    moment = connection.ops.adapt_datetimefield_value(now())
    names = ", ".join(_ENTRY)
    statement = (
        f"INSERT INTO funds_entry ({names}, posted_at, posted_by_id) "  # noqa: S608  # our own names
        f"SELECT {names}, {_MOMENT[connection.vendor]}, {_USER[connection.vendor]} FROM ({given}) given WHERE true "
        "ON CONFLICT DO NOTHING RETURNING key, id"
    )
    return dict(ask(statement, [moment, by.pk if by else None, *parameters]))


_MOMENT = {"sqlite": "%s", "postgresql": "%s::timestamptz"}
_USER = {"sqlite": "%s", "postgresql": "%s::bigint"}


def insert_postings(rows: Iterable[tuple[int, int, int]]) -> None:
    """rows: entry id, account id, amount."""
    given, parameters = table_of(
        {"entry_id": "bigint", "account_id": "bigint", "amount": "bigint"}, list(rows)
    )
    ask(f"INSERT INTO funds_posting (entry_id, account_id, amount) {given}", parameters)


def change_balances(changes: Mapping[int, int]) -> None:
    """changes: account id → what it gains. The bounds of the rows themselves refuse what the core let through."""
    given, parameters = table_of({"id": "bigint", "change": "bigint"}, list(changes.items()))
    ask(
        f"UPDATE funds_account SET balance = balance + given.change FROM ({given}) given "  # noqa: S608  # our own names
        "WHERE funds_account.id = given.id",
        parameters,
    )
