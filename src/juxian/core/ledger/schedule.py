"""Instalments and who pays which part of each (分期发放、分担)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from juxian.core.dates import add_months
from juxian.core.money import split_by_share


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment: ``parts`` payer → whole fen, adding up to ``amount_fen``."""

    number: int
    due: date
    amount_fen: int
    parts: Mapping[str, int]


def instalments(
    total_fen: int,
    shares: Sequence[int],
    first_due: date,
    months_between: int,
    payers: Mapping[str, int],
    due_days: Sequence[date] = (),
) -> tuple[Instalment, ...]:
    """Split a grant into payments, and each payment between its payers, to the fen.

    shares: one positive number for each payment. payers: name → positive share, e.g. {"市": 5, "区": 3, "单位": 2}.
    due_days: when each falls due, where that is not every so many months.
    The payments are ``split_by_share(total_fen, shares)``, those a person was told; fen left over inside a payment go to
    the payers who are furthest behind their share, so that over the whole grant nobody is off by more than a few fen.
    Raises ValueError on a negative total and on bad shares.
    """
    if total_fen < 0:
        raise ValueError("a grant is not negative")
    amounts = split_by_share(total_fen, shares)
    split_by_share(0, list(payers.values()))  # refuses bad shares
    given, found = dict.fromkeys(payers, 0), []
    for number, amount in enumerate(amounts, 1):
        parts = _parts(amount, payers, given, sum(amounts[:number]))
        given = {payer: given[payer] + parts[payer] for payer in payers}
        due = due_days[number - 1] if due_days else add_months(first_due, (number - 1) * months_between)
        found.append(Instalment(number, due, amount, parts))
    return tuple(found)


def _parts(
    amount: int, payers: Mapping[str, int], given: Mapping[str, int], paid_so_far: int
) -> dict[str, int]:
    """Whole fen of one payment; ``paid_so_far`` includes it. For a first payment equal to ``split_by_share``."""
    whole = sum(payers.values())
    parts = {payer: amount * share // whole for payer, share in payers.items()}
    behind = sorted(
        payers, key=lambda payer: (given[payer] + parts[payer]) * whole - paid_so_far * payers[payer]
    )
    for payer in behind[: amount - sum(parts.values())]:
        parts[payer] += 1
    return parts
