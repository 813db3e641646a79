"""Waiting lists (轮候): points as a pure function of a dated snapshot, every tie told.

A fact that is not known gives no points and no zero: the applicant is listed apart, with what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from juxian.core.dates import whole_months
from juxian.core.text import Text

WAITED_MONTHS = "waited_months"  # full months from the application to the day of the snapshot


@dataclass(frozen=True)
class Criterion:
    """What gives points (计分项): ``reads`` is a field of the snapshot. ``by_value``: points of each value (class, household…), a value not named gives none.

    each: points for each whole unit of a number, such as ``waited_months``; most: the most that this criterion gives.
    """

    reads: str
    title: Text
    by_value: Mapping[str, int] = field(default_factory=dict)
    each: int = 0
    most: int | None = None

    def points(self, value: str | int | bool) -> int:
        """Points of a known value; True and False read ``yes`` and ``no`` in ``by_value``."""
        word = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        found = self.by_value.get(word, 0)
        if self.each and isinstance(value, int) and not isinstance(value, bool):
            found += self.each * max(0, value)
        return found if self.most is None else min(found, self.most)


@dataclass(frozen=True)
class Applicant:
    """One application as it stood on the day of the snapshot; ``values``: field → value, absent is not known."""

    id: str
    applied_on: date
    values: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """One place in the queue. parts: points of each criterion, in its order; place: from 1.

    tied_with: ids with the same points that only the ticket put in order.
    """

    id: str
    place: int
    points: int
    parts: tuple[int, ...]
    tied_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class WaitingList:
    """The queue of one day. incomplete: id → fields that are not known (待补充材料); they hold no place."""

    as_of: date
    standings: tuple[Standing, ...]
    incomplete: Mapping[str, tuple[str, ...]]

    @property
    def open_ties(self) -> tuple[tuple[str, ...], ...]:
        """Groups of equal points; a draw decides them."""
        groups = {tuple(sorted((one.id, *one.tied_with))) for one in self.standings if one.tied_with}
        return tuple(sorted(groups))


def score(
    applicant: Applicant, criteria: Sequence[Criterion], as_of: date
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """(points of each criterion, fields that are not known)."""
    values = {WAITED_MONTHS: max(0, whole_months(applicant.applied_on, as_of)), **applicant.values}
    missing = tuple(dict.fromkeys(one.reads for one in criteria if one.reads not in values))
    return tuple(one.points(values[one.reads]) for one in criteria if one.reads in values), missing


def waiting_list(
    applicants: Iterable[Applicant],
    criteria: Sequence[Criterion],
    as_of: date,
    drawn_order: Sequence[str] = (),
) -> WaitingList:
    """Most points first; equal points in the order of a draw (``drawn_order``: ids), which is told beside the place.

    Raises ValueError when ids stand twice, or when a tie is to be decided and an id was not drawn although others were.
    """
    rank = {entry: place for place, entry in enumerate(drawn_order)}
    scored, incomplete = dict[str, tuple[int, ...]](), dict[str, tuple[str, ...]]()
    for one in applicants:
        if one.id in scored or one.id in incomplete:
            raise ValueError(f"{one.id} applies twice")
        parts, missing = score(one, criteria, as_of)
        if missing:
            incomplete[one.id] = missing
        else:
            scored[one.id] = parts
    if rank and (undrawn := scored.keys() - rank.keys()):
        raise ValueError(f"{min(undrawn)} has no place in the draw")
    return WaitingList(as_of, tuple(_standings(scored, rank)), incomplete)


def _standings(scored: Mapping[str, tuple[int, ...]], rank: Mapping[str, int]) -> list[Standing]:
    totals = {name: sum(parts) for name, parts in scored.items()}
    groups: dict[int, list[str]] = {}
    for name in sorted(scored, key=lambda name: (-totals[name], rank.get(name, 0), name)):
        groups.setdefault(totals[name], []).append(name)
    ordered = [name for group in groups.values() for name in group]
    return [
        Standing(
            name,
            place,
            totals[name],
            scored[name],
            tuple(other for other in groups[totals[name]] if other != name),
        )
        for place, name in enumerate(ordered, 1)
    ]
