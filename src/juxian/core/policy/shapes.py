"""Amounts that differ only in written numbers (同一算式，不同数字)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

from juxian.core.facts.schema import Kind
from juxian.core.policy.nodes import Greatest, Least, Minus, Number, Plus, Share, Term, Times, walk


def with_numbers(term: Term, numbers: Iterator[Term]) -> Term:
    """``term`` with its written numbers replaced, from the left."""
    match term:
        case Number():
            return next(numbers)
        case Plus(left, right):
            return Plus(with_numbers(left, numbers), with_numbers(right, numbers))
        case Minus(left, right):
            return Minus(with_numbers(left, numbers), with_numbers(right, numbers))
        case Times(left, right):
            return Times(with_numbers(left, numbers), with_numbers(right, numbers))
        case Share(whole, per_mille):
            return Share(with_numbers(whole, numbers), per_mille)
        case Least(terms):
            return Least(tuple(with_numbers(part, numbers) for part in terms))
        case Greatest(terms):
            return Greatest(tuple(with_numbers(part, numbers) for part in terms))
        case _:
            return term


def numbers_of(term: Term) -> list[int]:
    """The written numbers, in the order in which ``with_numbers`` replaces them."""
    return [node.value for node in walk(term) if isinstance(node, Number)]


def shape_of(term: Term) -> Term:
    """The term with every number forgotten; two amounts of one shape differ only in their numbers."""
    return with_numbers(term, repeat(Number(0, Kind.INTEGER)))
