"""The ledger: balances are the sums of what was posted, and nothing comes from nowhere (账目)."""

from __future__ import annotations

from juxian.apps.funds.models import Account, Entry
from juxian.apps.funds.queries.proof import verify, wrong_balances
from juxian.config.invariants.result import Result, Scope
from juxian.core.ledger.proof import Difference
from juxian.core.text import Text


def ledger(scope: Scope) -> Result:
    """Balances are those of the postings; with everything looked at, each entry is replayed as well."""
    if scope.every:
        found = verify()
        return Result(found.entries, _said([found.difference] if found.difference else []))
    return Result(Account.objects.count() + Entry.objects.count(), _said(wrong_balances()))


def _said(differences: list[Difference]) -> list[Text]:
    return [
        Text(f"{found.place}：{found.message.zh}", f"{found.place}: {found.message.in_language('en')}")
        for found in differences
    ]
