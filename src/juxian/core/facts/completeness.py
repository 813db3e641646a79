"""How much of what a record should hold is known, and what should be asked for next (完整度与时效)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from juxian.core.dates import add_months
from juxian.core.facts.profile import FactRecord
from juxian.core.facts.schema import Schema, Wanted

WHOLE = 1000  # per mille


@dataclass(frozen=True, slots=True)
class Gap:
    """What should be asked for: a field that nobody stated, or one that was stated too long ago (said: when)."""

    kind: str
    field: str
    said: date | None = None


@dataclass(frozen=True, slots=True)
class Completeness:
    """asked: fields that this record should hold; known: those stated. gaps: what to ask for next, the missing first.

    stale_on: the first day on which something known has to be asked for again; None: never.
    """

    asked: int
    known: int
    gaps: tuple[Gap, ...]
    stale_on: date | None

    @property
    def per_mille(self) -> int:
        """Rounded down, so that a whole record alone has all of it."""
        return WHOLE * self.known // self.asked if self.asked else WHOLE


def completeness(
    facts: Sequence[FactRecord], schema: Schema, as_of: date, confirmed_on: date | None = None
) -> Completeness:
    """What of ``schema.wanted`` the facts in force on ``as_of`` say, and since when it has been said.

    confirmed_on: somebody said that the record is right; a sensitive value becomes fresh by a new statement alone,
    since not everybody who confirms has seen it. A fact without ``said`` and without a known day is as old as can be.
    """
    standing: dict[str, list[FactRecord]] = {}
    for fact in facts:
        if fact.in_force(as_of):
            standing.setdefault(fact.kind, []).append(fact)
    missing: list[Gap] = []
    stale: list[Gap] = []
    turns: list[date] = []
    asked = known = 0
    for wanted in schema.wanted:
        stating = [
            fact for fact in standing.get(wanted.kind, ()) if fact.value.get(wanted.field) not in (None, "")
        ]
        if not stating and any(kind in standing for kind in wanted.unless):
            continue
        asked += 1
        if not stating:
            missing.append(Gap(wanted.kind, wanted.field))
            continue
        known += 1
        if wanted.months:
            said = _said(stating, wanted, schema, confirmed_on)
            turns.append(add_months(said, wanted.months))
            if turns[-1] <= as_of:
                stale.append(Gap(wanted.kind, wanted.field, said))
    return Completeness(asked, known, (*missing, *stale), min(turns, default=None))


def _said(stating: Sequence[FactRecord], wanted: Wanted, schema: Schema, confirmed_on: date | None) -> date:
    newest = max(fact.said or fact.since for fact in stating)
    sensitive = schema.kinds[wanted.kind].fields[wanted.field].sensitive
    return newest if sensitive or confirmed_on is None else max(newest, confirmed_on)
