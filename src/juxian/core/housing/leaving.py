"""Leaving (退出): the deadline of a cause, the rent meanwhile, and how long the list is closed afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from juxian.core.dates import add_months, whole_months
from juxian.core.housing.rent import for_days
from juxian.core.housing.scheme import PER_MILLE, ExitStep, Scheme

MARKET, RENT = "market", "rent"


@dataclass(frozen=True, slots=True)
class Monthly:
    """What a month costs, in fen: by the lease, and on the market (None: not known)."""

    rent_fen: int
    market_fen: int | None = None

    def of(self, base: str) -> int:
        """The market stands for the rent where it is not known."""
        return self.market_fen if base == MARKET and self.market_fen is not None else self.rent_fen


@dataclass(frozen=True, slots=True)
class ExitPeriod:
    """Days of leaving at one price; ``until`` exclusive, None: until the keys are back."""

    since: date
    until: date | None
    monthly_fen: int
    share: int


def leave_by(scheme: Scheme, cause: str, noticed_on: date) -> date:
    """The last day to give the keys back (腾退期限)."""
    own = scheme.leaving.causes.get(cause)
    days = scheme.leaving.days if own is None or own.days is None else own.days
    return noticed_on + timedelta(days=days)


def exit_periods(scheme: Scheme, noticed_on: date, monthly: Monthly) -> list[ExitPeriod]:
    """The rising rent from the day of the notice; without steps the rent of the lease goes on."""
    steps = scheme.leaving.steps or (ExitStep(PER_MILLE, RENT),)
    found, start = list[ExitPeriod](), noticed_on
    for step in steps:
        end = None if step.days is None else noticed_on + timedelta(days=step.days)
        price = (2 * monthly.of(step.of) * step.share + PER_MILLE) // (2 * PER_MILLE)
        found.append(ExitPeriod(start, end, price, step.share))
        if end is None:
            break
        start = end
    if found[-1].until is not None:  # the last step goes on until the keys are back
        found[-1] = ExitPeriod(found[-1].since, None, found[-1].monthly_fen, found[-1].share)
    return found


def exit_charge(scheme: Scheme, noticed_on: date, monthly: Monthly, back_on: date) -> int:
    """What the days from the notice to the return of the keys cost, each day a part of its calendar month."""
    total = 0
    for period in exit_periods(scheme, noticed_on, monthly):
        end = back_on if period.until is None else min(period.until, back_on)
        month = period.since.replace(day=1)
        while month < end:
            following = add_months(month, 1)
            total += for_days(period.monthly_fen, period.since, end, month, following)
            month = following
    return total


def banned_until(
    scheme: Scheme, cause: str, day: date, times: int = 1, stayed_since: date | None = None
) -> date | None:
    """The day from which somebody may apply again (exclusive end of a ban); None: no ban.

    times: how often it has happened. stayed_since: the day of moving in, for a ban on leaving early.
    """
    own = scheme.leaving.causes.get(cause)
    if own is not None and own.ban_months:
        return add_months(day, own.ban_months)
    ban = scheme.bans.get(cause)
    if ban is None or times < ban.times:
        return None
    if ban.within_months and (stayed_since is None or whole_months(stayed_since, day) >= ban.within_months):
        return None
    return add_months(day, ban.months)
