"""How large a term can become, so that no backend ever leaves 64 bits (数值范围)."""

from __future__ import annotations

from typing import NamedTuple

from juxian.core.facts.schema import Kind
from juxian.core.money import CEILING_FEN
from juxian.core.policy.nodes import (
    Apart,
    Elapsed,
    FieldValue,
    Greatest,
    Least,
    Minus,
    Number,
    Plus,
    Points,
    ReceivedAmount,
    Share,
    Term,
    Times,
)

LARGEST = 2**62
FIELD_LIMITS = {Kind.INTEGER: 10**9, Kind.MONEY: CEILING_FEN, Kind.MONTHS: 10**5}


class Bounds(NamedTuple):
    """Least and greatest value; ``widest`` is the largest size met on the way there."""

    low: int
    high: int
    widest: int = 0


def bounds_of(term: Term) -> Bounds:
    """Bounds of a numeric term when every field keeps to ``FIELD_LIMITS``."""
    match term:
        case Number(value):
            return Bounds(value, value)
        case FieldValue(_, kind):
            limit = FIELD_LIMITS.get(kind, 0)
            return Bounds(-limit, limit)
        case Elapsed():
            return Bounds(-(10**5), 10**5)
        case Apart():
            return Bounds(-(12 * 10**4), 12 * 10**4)
        case ReceivedAmount():
            return Bounds(0, CEILING_FEN)
        case Plus(left, right):
            a, b = bounds_of(left), bounds_of(right)
            return _met(a.low + b.low, a.high + b.high, a, b)
        case Minus(left, right):
            a, b = bounds_of(left), bounds_of(right)
            return _met(a.low - b.high, a.high - b.low, a, b)
        case Times(left, right):
            a, b = bounds_of(left), bounds_of(right)
            corners = [x * y for x in a[:2] for y in b[:2]]
            return _met(min(corners), max(corners), a, b)
        case Share(whole, per_mille, _, of):
            a = bounds_of(whole)
            product = Bounds(
                a.low * per_mille,
                a.high * per_mille,
                max(abs(a.low), abs(a.high)) * per_mille,
            )
            return _met(product.low // of, product.high // of, a, product)
        case Least(terms):
            all_bounds = [bounds_of(part) for part in terms]
            return _met(
                min(b.low for b in all_bounds),
                min(b.high for b in all_bounds),
                *all_bounds,
            )
        case Greatest(terms):
            all_bounds = [bounds_of(part) for part in terms]
            return _met(
                max(b.low for b in all_bounds),
                max(b.high for b in all_bounds),
                *all_bounds,
            )
        case Points(_, rows):
            all_bounds = [bounds_of(given) for _, given in rows]
            return _met(
                sum(min(0, b.low) for b in all_bounds),
                sum(max(0, b.high) for b in all_bounds),
                *all_bounds,
            )
    return Bounds(0, 0)


def _met(low: int, high: int, *parts: Bounds) -> Bounds:
    return Bounds(low, high, max(abs(low), abs(high), *(part.widest for part in parts)))
