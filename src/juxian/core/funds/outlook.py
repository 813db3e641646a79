"""Execution against time, and what will fall due (执行进度与支出预测)."""

from __future__ import annotations

from calendar import isleap
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

PER_MILLE = 1000
AHEAD, SLIGHTLY_BEHIND = 50, 100  # per mille, as targets on the dashboard


class Pace(StrEnum):
    """Execution beside the part of the year that has passed."""

    AHEAD = "ahead"  # 超前
    ON_TIME = "on_time"  # 正常
    SLIGHTLY_BEHIND = "slightly_behind"  # 略滞后
    BEHIND = "behind"  # 滞后


@dataclass(frozen=True, slots=True)
class Execution:
    """One line or fund in a year, whole fen: budget = free + promised + paid (in the year).

    time_per_mille: how much of the year has passed.
    """

    budget_fen: int
    promised_fen: int
    paid_fen: int
    time_per_mille: int

    @property
    def free_fen(self) -> int:
        return self.budget_fen - self.promised_fen - self.paid_fen

    @property
    def paid_per_mille(self) -> int | None:
        """Paid of the budget, cut off; None without a budget."""
        return self.paid_fen * PER_MILLE // self.budget_fen if self.budget_fen > 0 else None

    @property
    def pace(self) -> Pace | None:
        paid = self.paid_per_mille
        if paid is None:
            return None
        if paid >= self.time_per_mille + AHEAD:
            return Pace.AHEAD
        if paid >= self.time_per_mille:
            return Pace.ON_TIME
        return Pace.SLIGHTLY_BEHIND if paid >= self.time_per_mille - SLIGHTLY_BEHIND else Pace.BEHIND


def time_passed(year: int, day: date) -> int:
    """Per mille of the year that has passed at the end of ``day``; 0 before it, 1000 after."""
    if day.year != year:
        return PER_MILLE if day.year > year else 0
    return day.timetuple().tm_yday * PER_MILLE // (366 if isleap(year) else 365)


def due_by_year(due: Iterable[tuple[date, int]]) -> Mapping[int, int]:
    """Year → fen that falls due in it, in the order of years."""
    found: Counter[int] = Counter()
    for day, amount in due:
        found[day.year] += amount
    return dict(sorted(found.items()))
