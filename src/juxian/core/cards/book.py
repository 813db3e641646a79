"""Kinds of card as a pack gives them (卡种): levels, term, benefits, and what may stand in the code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from juxian.core.dates import add_months
from juxian.core.text import Text


class Shown(StrEnum):
    """What may stand in the code besides place, number, kind and last day (码内可含)."""

    LEVEL = "level"
    SINCE = "since"
    SURNAME = "surname"


@dataclass(frozen=True, slots=True)
class CardLevel:
    """when: condition of the rule language; empty for a level that the office gives by decision."""

    code: str
    title: Text
    when: str = ""


@dataclass(frozen=True, slots=True)
class CardBenefit:
    """per_year: uses in one calendar year, 0 without a limit. levels: empty for all. partner: code of the one unit that
    serves it, empty for every counter of the place.
    """

    id: str
    title: Text
    basis: str
    source: str = ""
    per_year: int = 0
    levels: tuple[str, ...] = ()
    partner: str = ""
    note: Text = field(default_factory=lambda: Text(""))

    def serves(self, level: str) -> bool:
        return not self.levels or level in self.levels


@dataclass(frozen=True, slots=True)
class CardKind:
    """One kind of card. months: its term. remind: days before the end on which the holder is told, the longest first."""

    id: str
    title: Text
    basis: str
    source: str
    months: int
    levels: tuple[CardLevel, ...]
    benefits: tuple[CardBenefit, ...]
    shows: tuple[Shown, ...] = (Shown.LEVEL,)
    remind: tuple[int, ...] = ()

    def level(self, code: str) -> CardLevel | None:
        return next((level for level in self.levels if level.code == code), None)

    def benefits_for(self, level: str) -> tuple[CardBenefit, ...]:
        return tuple(benefit for benefit in self.benefits if benefit.serves(level))

    def until(self, since: date) -> date:
        """The first day on which a card of that day no longer holds."""
        return add_months(since, self.months)
