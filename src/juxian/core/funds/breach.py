"""When service ended (服务中断): from the posts a person has held and the days they left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from juxian.core.dates import add_months
from juxian.core.ledger.service import merged
from juxian.core.text import Text

GRACE_MONTHS = 3  # to be employed here again; policy-facts R43


class How(StrEnum):
    LEFT = "left"  # 离岗
    MOVED = "moved"  # 到外地任职
    LAPSED = "lapsed"  # 任职结束


WORDS = {
    How.LEFT: Text("离岗", "left the post"),
    How.MOVED: Text("到外地任职", "took a post elsewhere"),
    How.LAPSED: Text("任职结束", "the post ended"),
}


@dataclass(frozen=True, slots=True)
class Tenure:
    """A post from ``since`` up to, not including, ``until``. here: in the place to which service is owed."""

    since: date
    until: date | None
    here: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """Service ended on ``day``. certain_on: from then on it counts; until then a new post here would heal it."""

    day: date
    how: How
    certain_on: date

    def is_certain(self, as_of: date) -> bool:
        return self.certain_on <= as_of


def service_ending(
    tenures: Iterable[Tenure],
    departures: Iterable[date],
    since: date,
    as_of: date,
    grace_months: int = GRACE_MONTHS,
) -> Ending | None:
    """The first break of service after ``since`` that was not healed by a new post here within ``grace_months``.

    None: still serving, or nothing is known of any post here (unknown is not a breach). A departure ends the posts that were
    open on its day. A post elsewhere that begins once nothing is left here counts at once.
    """
    known = [tenure for tenure in tenures if tenure.since <= as_of]
    gone = sorted(day for day in departures if since <= day <= as_of)
    spans = merged(_span(tenure, gone, as_of) for tenure in known if tenure.here)
    spans = [span for span in spans if span[1] > since]
    if not spans:
        return None
    end = spans[0][1]
    for start, until in spans[1:]:
        if start > add_months(end, grace_months):
            break
        end = until
    if end > as_of:
        return None
    away = [tenure.since for tenure in known if not tenure.here and _until(tenure) > end]
    if away:
        return Ending(end, How.MOVED, max(end, min(away)))
    how = How.LEFT if end in gone else How.LAPSED
    return Ending(end, how, add_months(end, grace_months))


def _span(tenure: Tenure, gone: list[date], as_of: date) -> tuple[date, date]:
    """(since, until) with the first departure inside it as its end; what is open reaches past ``as_of``."""
    until = _until(tenure)
    left = [day for day in gone if tenure.since < day < until]
    return tenure.since, left[0] if left else until


def _until(tenure: Tenure) -> date:
    return tenure.until or date.max
