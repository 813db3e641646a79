"""The rent of a month (租金): by term, year in the term, class, area, market price, and who pays which part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from juxian.core.dates import add_months, whole_years
from juxian.core.facts.schema import Schema
from juxian.core.housing.scheme import PER_MILLE, RentRow, RentTable, Scheme, Standard
from juxian.core.housing.snapshot import Snapshot
from juxian.core.housing.stock import DM2_PER_M2
from juxian.core.housing.words import Payer, Price
from juxian.core.money import split_by_share


@dataclass(frozen=True, slots=True)
class Space:
    """What is let, as the rent sees it. market_fen: per m² and month, None: not known."""

    area_dm2: int
    market_fen: int | None = None


@dataclass(frozen=True)
class Rent:
    """The rent of one month in whole fen. parts add up to ``monthly_fen``.

    share: per mille of the base that applies within the standard; over_fen: what the area above it costs.
    """

    monthly_fen: int
    parts: Mapping[Payer, int]
    share: int
    over_fen: int = 0


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The rent cannot be told yet; ``missing``: fields to be recorded, or ``market_rent``. rows: no row fits."""

    missing: tuple[str, ...]
    no_row: bool = False


@dataclass(frozen=True, slots=True)
class RentPeriod:
    """A stretch of a lease with one rent; ``until`` is exclusive."""

    since: date
    until: date
    rent: Rent


MARKET_RENT = "market_rent"


def rent_of(
    scheme: Scheme, snapshot: Snapshot, schema: Schema, space: Space, term: int = 1, year: int = 1
) -> Rent | Unsettled:
    """The monthly rent in year ``year`` of term ``term`` (both from 1).

    A row that is unknown stops the search: a later row must not be given because a fact is missing.
    """
    table = scheme.rent
    row = _row(table, snapshot, schema, term, year)
    if isinstance(row, Unsettled):
        return row
    standard = standard_dm2(scheme.standards, snapshot, schema)
    if isinstance(standard, Unsettled):
        return standard
    if table.price is Price.MARKET and space.market_fen is None and (row.share or table.over_share):
        return Unsettled((MARKET_RENT,))
    return _rent(table, row, space, standard)


def rent_plan(
    scheme: Scheme,
    snapshot: Snapshot,
    schema: Schema,
    space: Space,
    *,
    term: int,
    since: date,
    until: date,
) -> tuple[RentPeriod, ...] | Unsettled:
    """The rents of one term, a new period wherever a year of the term makes a difference."""
    periods: list[RentPeriod] = []
    for year in range(1, whole_years(since, until) + 2):
        start, end = add_months(since, 12 * (year - 1)), min(add_months(since, 12 * year), until)
        if start >= end:
            break
        rent = rent_of(scheme, snapshot, schema, space, term, year)
        if isinstance(rent, Unsettled):
            return rent
        if periods and periods[-1].rent == rent:
            periods[-1] = RentPeriod(periods[-1].since, end, rent)
        else:
            periods.append(RentPeriod(start, end, rent))
    return tuple(periods)


def standard_dm2(standards: Sequence[Standard], snapshot: Snapshot, schema: Schema) -> int | Unsettled | None:
    """The area that the applicant's class may have; None when the scheme sets none for it."""
    for row in standards:
        holds = snapshot.holds(row.when, schema)
        if holds:
            return row.area_dm2
        if holds is None:
            return Unsettled(snapshot.missing(row.when, schema))
    return None


def charge(price: Price, price_fen: int, area_dm2: int, share: int) -> int:
    """``share`` per mille of the price for an area, rounded half up to whole fen."""
    if price is Price.FLAT:
        return _rounded(price_fen * share, PER_MILLE)
    return _rounded(price_fen * area_dm2 * share, DM2_PER_M2 * PER_MILLE)


def for_days(monthly_fen: int, since: date, until: date, month_since: date, month_until: date) -> int:
    """The part of a month's rent for the days from ``since`` to ``until`` (exclusive) of that month, half up."""
    days = (min(until, month_until) - max(since, month_since)).days
    return _rounded(monthly_fen * max(0, days), (month_until - month_since).days)


def parts_of(monthly_fen: int, payers: Mapping[Payer, int]) -> dict[Payer, int]:
    """A rent split between its payers; the parts add up."""
    if not payers:
        return {Payer.PERSON: monthly_fen}
    return dict(zip(payers, split_by_share(monthly_fen, list(payers.values())), strict=True))


def _row(table: RentTable, snapshot: Snapshot, schema: Schema, term: int, year: int) -> RentRow | Unsettled:
    for row in table.rows:
        if not (_within(term, row.terms) and _within(year, row.years)):
            continue
        holds = snapshot.holds(row.when, schema)
        if holds:
            return row
        if holds is None:
            return Unsettled(snapshot.missing(row.when, schema))
    return Unsettled((), no_row=True)


def _within(number: int, bounds: tuple[int, int | None]) -> bool:
    return bounds[0] <= number and (bounds[1] is None or number <= bounds[1])


def _rent(table: RentTable, row: RentRow, space: Space, standard: int | None) -> Rent:
    price_fen = space.market_fen or 0 if table.price is Price.MARKET else table.price_fen
    if standard is None or table.over_share is None or table.price is Price.FLAT:
        within, over = space.area_dm2, 0
    else:
        within, over = min(space.area_dm2, standard), max(0, space.area_dm2 - standard)
    over_fen = charge(table.price, price_fen, over, table.over_share or 0) if over else 0
    monthly = charge(table.price, price_fen, within, row.share) + over_fen
    return Rent(monthly, parts_of(monthly, table.payers), row.share, over_fen)


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
