"""The end of a budget year (年终结转): what goes on, what goes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from juxian.core.ledger.book import Balances
from juxian.core.ledger.entries import Entry
from juxian.core.ledger.flows import carry_over, lapse
from juxian.core.text import Text

PER_MILLE = 1000


@dataclass(frozen=True, slots=True)
class CarryRule:
    """carry_per_mille of what is left goes on, the rest goes back to its source. refuse_open: no promise may be open."""

    carry_per_mille: int = PER_MILLE
    refuse_open: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.carry_per_mille <= PER_MILLE:
            raise ValueError("a carried part lies between 0 and 1000 per mille")


@dataclass(frozen=True, slots=True)
class YearLine:
    """One budget of the year: its name, next year's, its source, and the grants that were promised out of it."""

    budget: str
    next_budget: str
    source: str
    grants: tuple[str, ...] = ()


@dataclass
class OpenReserves(Exception):
    """A year cannot be closed while promises are open (尚有未结承诺)."""

    grants: list[str]

    @property
    def message(self) -> Text:
        names = ", ".join(self.grants)
        return Text(
            f"尚有未拨付的承诺：{names}；请拨付、撤销或结转", f"promises are open: {names}; pay or void them"
        )

    def __str__(self) -> str:
        return str(self.message)


def close_year(
    balances: Balances, lines: Sequence[YearLine], rule: CarryRule, day: date
) -> tuple[Entry, ...]:
    """The entries that close a year; they are not posted here. Promises stay reserved and are paid next year.

    Raises ``OpenReserves``. Keys name both years, so a second closing finds the first.
    """
    open_grants = [grant for line in lines for grant in line.grants if balances.of(f"reserved:{grant}")]
    if rule.refuse_open and open_grants:
        raise OpenReserves(open_grants)
    found: list[Entry] = []
    for line in lines:
        left = balances.of(f"budget:{line.budget}")
        carried = left * rule.carry_per_mille // PER_MILLE
        if carried:
            found.append(carry_over(line.budget, line.next_budget, carried, day))
        if left > carried:
            found.append(lapse(line.budget, line.source, left - carried, day))
    return tuple(found)
