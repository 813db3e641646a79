"""The service clock (服务期): how long somebody has served, without the periods that do not count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from juxian.core.dates import add_months, whole_months

DAYS_OF_MONTH = 30  # odd days of several stretches of service are added; so many make a month


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``since`` up to, not including, ``until``; None: not over yet."""

    since: date
    until: date | None = None


def served_months(
    since: date, until: date, uncounted: Sequence[Period] = (), shortest_months: int = 0
) -> int:
    """Full months of service from ``since`` up to ``until``.

    uncounted: study leave and the like; one shorter than ``shortest_months`` full months does count as service (R88: leave
    of six months or more does not count). Stretches between them are counted in months and odd days, 30 days a month.
    """
    whole = max(0, whole_months(since, until))
    gaps = merged(
        _within(period, since, until) for period in uncounted if _is_long(period, until, shortest_months)
    )
    if not gaps:
        return whole
    months = days = 0
    starts = [since, *(gap_until for _, gap_until in gaps)]
    ends = [*(gap_since for gap_since, _ in gaps), until]
    for start, end in zip(starts, ends, strict=True):
        full = max(0, whole_months(start, end))
        months += full
        days += (end - add_months(start, full)).days if end > start else 0
    return min(whole, months + days // DAYS_OF_MONTH)


def complete_on(
    since: date, serve_months: int, day: date, uncounted: Sequence[Period] = (), shortest_months: int = 0
) -> date:
    """The first day on which ``serve_months`` are served, if whoever is away comes back on ``day`` and stays."""
    known = [Period(one.since, min(one.until or day, day)) for one in uncounted if one.since < day]

    def served(until: date) -> int:
        return served_months(since, until, known, shortest_months)

    found = add_months(since, serve_months)
    while (missing := serve_months - served(found)) > 0:
        found = add_months(found, missing)
    while found > since and served(found - timedelta(days=1)) >= serve_months:
        found -= timedelta(days=1)
    return found


def merged(spans: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """Spans in order, touching and overlapping ones joined, empty ones dropped."""
    found: list[tuple[date, date]] = []
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return found


def _within(period: Period, since: date, until: date) -> tuple[date, date]:
    return max(period.since, since), min(period.until or until, until)


def _is_long(period: Period, until: date, shortest_months: int) -> bool:
    return whole_months(period.since, period.until or max(until, period.since)) >= shortest_months
