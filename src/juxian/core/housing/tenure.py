"""Terms, renewal and months of a lease (租期、续租、账期)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from juxian.core.dates import add_months, whole_months
from juxian.core.housing.scheme import Tenure


@dataclass(frozen=True, slots=True)
class Window:
    """When renewal may be asked for (续租申请期); ``until`` is exclusive."""

    since: date
    until: date

    def is_open(self, day: date) -> bool:
        return self.since <= day < self.until


class NoRenewal(StrEnum):
    """Why a lease is not renewed."""

    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NO_MORE_TERMS = "no_more_terms"


def term_end(tenure: Tenure, since: date, months_before: int = 0, chosen: int | None = None) -> date:
    """The end (exclusive) of a term that begins on ``since``; the limit over all terms may shorten it.

    chosen: one of the lengths that a term may have; None is the usual one. Raises ValueError for any other.
    """
    if chosen is not None and chosen not in tenure.choices:
        raise ValueError(f"{chosen} is none of {tenure.choices}")
    months = chosen or tenure.months
    if tenure.total_months is not None:
        months = min(months, tenure.total_months - months_before)
    return add_months(since, max(0, months))


def renewal_window(tenure: Tenure, until: date) -> Window:
    """The window before a term's end; renewal_months 0: any time in the term's last month."""
    first = tenure.renewal_months or 1
    return Window(add_months(until, -first), add_months(until, -tenure.renewal_until_months))


def may_renew(tenure: Tenure, term: int, first_day: date, until: date, day: date) -> NoRenewal | None:
    """None when a lease in its ``term`` that began on ``first_day`` may be renewed on ``day``."""
    if tenure.terms is not None and term >= tenure.terms:
        return NoRenewal.NO_MORE_TERMS
    if tenure.total_months is not None and whole_months(first_day, until) >= tenure.total_months:
        return NoRenewal.NO_MORE_TERMS
    window = renewal_window(tenure, until)
    if day < window.since:
        return NoRenewal.TOO_EARLY
    return None if day < window.until else NoRenewal.TOO_LATE


def months_of(since: date, until: date) -> Iterator[tuple[int, date, date]]:
    """(number from 0, first day, day after the last) of each month of a lease; the last one may be short."""
    number, start = 0, since
    while start < until:
        end = add_months(since, number + 1)
        yield number, start, min(end, until)
        number, start = number + 1, end
