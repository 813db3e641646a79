"""Targets against results, measured by the time that has gone (目标与时间进度)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from juxian.apps.assessment.queries import TargetResult

AHEAD_BY, BEHIND_BY = 50, 100  # per mille: 5 and 10 points
WHOLE = 1000


@dataclass(frozen=True, slots=True)
class State:
    """How a target stands: word, tone of its tag, tone of its bar."""

    title: str | Promise
    tone: str
    bar: str


DONE = State(_("已完成"), "ok", "s1")
AHEAD = State(_("超前"), "ok", "s1")
ON_TIME = State(_("正常"), "info", "s1")
SLIGHTLY_BEHIND = State(_("略滞后"), "warn", "c2")
BEHIND = State(_("滞后"), "bad", "accent")
NOT_BEGUN = State(_("未开始"), "mute", "ghost")
PENDING = State(_("待接入"), "mute", "ghost")


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target as a page shows it; share and time in per mille, share None while nothing computes it."""

    id: str
    title: str
    owner: str
    value: int
    computed: int | None
    unit: str
    year: int
    indicator: str
    pending: str
    share: int | None
    time: int
    state: State

    @property
    def under_way(self) -> bool:
        """Its year has begun and its result can be computed."""
        return self.state not in (PENDING, NOT_BEGUN)

    @property
    def behind(self) -> bool:
        return self.state in (SLIGHTLY_BEHIND, BEHIND)


def time_gone(year: int, as_of: date) -> int:
    """Per mille of ``year`` that has gone at the end of ``as_of``; 0 before it, 1000 after it."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    gone = (min(max(as_of, first), last) - first).days + (as_of >= first)
    return WHOLE * gone // ((last - first).days + 1)


def state_of(share: int | None, time: int) -> State:
    """5 points ahead of the time or more 超前, at least the time 正常, up to 10 points behind 略滞后, else 滞后."""
    if share is None:
        return PENDING
    if not time and not share:
        return NOT_BEGUN
    if time >= WHOLE and share >= WHOLE:
        return DONE
    if share >= time + AHEAD_BY:
        return AHEAD
    if share >= time:
        return ON_TIME
    return SLIGHTLY_BEHIND if share >= time - BEHIND_BY else BEHIND


def target_rows(
    results: Iterable[TargetResult], as_of: date, owners: Mapping[str, str], language: str
) -> list[TargetRow]:
    """Rows in the pack's order, those that something computes first. owners: code → name."""
    rows = [_row(result, as_of, owners, language) for result in results]
    return sorted(rows, key=lambda row: row.share is None)


def _row(result: TargetResult, as_of: date, owners: Mapping[str, str], language: str) -> TargetRow:
    target, computed = result.target, result.computed
    share = None if computed is None else WHOLE * computed // target.value
    time = time_gone(target.year, as_of)
    return TargetRow(
        id=target.id,
        title=target.title.in_language(language),
        owner=owners.get(target.owner, ""),
        value=target.value,
        computed=computed,
        unit=target.unit,
        year=target.year,
        indicator=target.indicator,
        pending=target.pending,
        share=share,
        time=time,
        state=state_of(share, time),
    )
