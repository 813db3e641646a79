"""The gates: total operations over whole numbers, each made once, folded where its outcome is certain (门).

A gate that says yes or no is the number 1 or 0. Bounds come from intervals, so that a comparison that can only come out one
way, or a clip that never bites, makes no gate at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import gcd

from juxian.core.policy.nodes import Relation


class Op(StrEnum):
    """Every operation a backend must print. ``value`` of the gate in brackets."""

    NUMBER = "number"  # [the number]
    INPUT = "input"  # value of a leaf, any number where it is unknown [place of the leaf]
    KNOWN = "known"  # whether a leaf is known [place of the leaf]
    NOT = "not"
    AND = "and"
    OR = "or"
    LESS = "less"  # left < right
    SAME = "same"  # left == right
    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"  # rounded down [divisor, positive]
    LEAST = "least"
    GREATEST = "greatest"
    SELECT = "select"  # (test, where yes, where no)
    MONTHS = "months"  # whole months from a day to the day of asking


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """One operation. ``place`` is its place in the circuit, after all its ``args``; low and high bound its outcome."""

    op: Op
    args: tuple[Gate, ...]
    value: int
    low: int
    high: int
    place: int
    truth: bool


class Circuit:
    """Gates under construction. Equal gates are one object."""

    def __init__(self) -> None:
        self.gates: list[Gate] = []
        self._made: dict[tuple[Op, tuple[int, ...], int, bool], Gate] = {}
        self.no, self.yes = self._gate(Op.NUMBER, (), 0, 0, 0, True), self._gate(Op.NUMBER, (), 1, 1, 1, True)

    def number(self, value: int) -> Gate:
        return self._gate(Op.NUMBER, (), value, value, value)

    def truth(self, value: bool) -> Gate:
        return self.yes if value else self.no

    def input(self, leaf: int, low: int, high: int, *, truth: bool = False) -> Gate:
        return self._gate(Op.INPUT, (), leaf, low, high, truth)

    def known(self, leaf: int) -> Gate:
        return self._gate(Op.KNOWN, (), leaf, 0, 1, True)

    # yes or no

    def opposite(self, gate: Gate) -> Gate:
        if gate.op is Op.NUMBER:
            return self.truth(not gate.value)
        return gate.args[0] if gate.op is Op.NOT else self._gate(Op.NOT, (gate,), 0, 0, 1, True)

    def both(self, *gates: Gate) -> Gate:
        return self.every(gates)

    def every(self, gates: Iterable[Gate]) -> Gate:
        """Yes when all are."""
        parts = tuple(dict.fromkeys(gate for gate in gates if gate is not self.yes))
        if self.no in parts or any(gate.op is Op.NOT and gate.args[0] in parts for gate in parts):
            return self.no
        return self._joined(Op.AND, parts, self.yes)

    def any(self, gates: Iterable[Gate]) -> Gate:
        """Yes when one is."""
        parts = tuple(dict.fromkeys(gate for gate in gates if gate is not self.no))
        if self.yes in parts or any(gate.op is Op.NOT and gate.args[0] in parts for gate in parts):
            return self.yes
        return self._joined(Op.OR, parts, self.no)

    def _joined(self, op: Op, parts: tuple[Gate, ...], nothing: Gate) -> Gate:
        if len(parts) < 2:
            return parts[0] if parts else nothing
        return self._gate(op, parts, 0, 0, 1, True)

    def compare(self, relation: Relation, left: Gate, right: Gate) -> Gate:
        match relation:
            case "==":
                return self.same(left, right)
            case "!=":
                return self.opposite(self.same(left, right))
            case "<":
                return self.less(left, right)
            case ">":
                return self.less(right, left)
            case "<=":
                return self.opposite(self.less(right, left))
            case ">=":
                return self.opposite(self.less(left, right))

    def less(self, left: Gate, right: Gate) -> Gate:
        if left.high < right.low:
            return self.yes
        if left is right or left.low >= right.high:
            return self.no
        return self._gate(Op.LESS, (left, right), 0, 0, 1, True)

    def same(self, left: Gate, right: Gate) -> Gate:
        if left is right:
            return self.yes
        if left.high < right.low or left.low > right.high:
            return self.no
        return self._gate(Op.SAME, (left, right), 0, 0, 1, True)

    # numbers

    def add(self, left: Gate, right: Gate) -> Gate:
        low, high = left.low + right.low, left.high + right.high
        if low == high:
            return self.number(low)
        if right.low == right.high == 0:
            return left
        return right if left.low == left.high == 0 else self._gate(Op.ADD, (left, right), 0, low, high)

    def subtract(self, left: Gate, right: Gate) -> Gate:
        low, high = left.low - right.high, left.high - right.low
        if low == high:
            return self.number(low)
        return left if right.low == right.high == 0 else self._gate(Op.SUBTRACT, (left, right), 0, low, high)

    def multiply(self, left: Gate, right: Gate) -> Gate:
        corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
        low, high = min(corners), max(corners)
        if low == high:
            return self.number(low)
        if right.low == right.high == 1:
            return left
        return right if left.low == left.high == 1 else self._gate(Op.MULTIPLY, (left, right), 0, low, high)

    def share(self, whole: Gate, part: int, of: int) -> Gate:
        """``whole * part // of``, rounded down, with the smallest numbers that say so."""
        shared = gcd(part, of) or 1
        product = self.multiply(whole, self.number(part // shared))
        return self.divide(product, of // shared)

    def divide(self, left: Gate, divisor: int) -> Gate:
        low, high = left.low // divisor, left.high // divisor
        if low == high:
            return self.number(low)
        return left if divisor == 1 else self._gate(Op.DIVIDE, (left,), divisor, low, high)

    def least(self, left: Gate, right: Gate) -> Gate:
        if left is right or left.high <= right.low:
            return left
        if right.high <= left.low:
            return right
        low, high = min(left.low, right.low), min(left.high, right.high)
        return self._gate(Op.LEAST, (left, right), 0, low, high)

    def greatest(self, left: Gate, right: Gate) -> Gate:
        if left.op is Op.DIVIDE and left.low < right.low == right.high:
            least = self.number(right.low * left.value)  # before dividing, so that nothing below 0 is divided
            return self.greatest(self.divide(self.greatest(left.args[0], least), left.value), right)
        if left is right or left.low >= right.high:
            return left
        if right.low >= left.high:
            return right
        low, high = max(left.low, right.low), max(left.high, right.high)
        return self._gate(Op.GREATEST, (left, right), 0, low, high)

    def within(self, gate: Gate, low: int, high: int) -> Gate:
        """``gate`` kept from ``low`` to ``high``."""
        return self.least(self.greatest(gate, self.number(low)), self.number(high))

    def select(self, test: Gate, yes: Gate, no: Gate) -> Gate:
        if test.op is Op.NUMBER:
            return yes if test.value else no
        if test.op is Op.NOT:
            return self.select(test.args[0], no, yes)
        if yes.op is Op.SELECT and _follows(yes.args[0], test):
            yes = yes.args[1]
        if no.op is Op.SELECT and _follows(test, no.args[0]):
            no = no.args[2]
        if yes is no:
            return yes
        low, high = min(yes.low, no.low), max(yes.high, no.high)
        return self._gate(Op.SELECT, (test, yes, no), 0, low, high)

    def months(self, day: Gate, low: int, high: int) -> Gate:
        return self._gate(Op.MONTHS, (day,), 0, low, high)

    def _gate(
        self, op: Op, args: tuple[Gate, ...], value: int, low: int, high: int, truth: bool = False
    ) -> Gate:
        key = (op, tuple(arg.place for arg in args), value, truth)
        found = self._made.get(key)
        if found is None:
            found = Gate(op, args, value, low, high, len(self.gates), truth)
            self._made[key] = found
            self.gates.append(found)
        return found


def _follows(gate: Gate, test: Gate) -> bool:
    """Whether ``gate`` is surely yes wherever ``test`` is."""
    if gate is test or (gate.op is Op.OR and test in gate.args):
        return True
    return test.op is Op.AND and any(
        gate is arg or (arg.op is Op.AND and gate in arg.args) for arg in test.args
    )


def needed(roots: Iterable[Gate]) -> list[Gate]:
    """The gates that ``roots`` read, themselves included, in an order in which each comes after what it reads."""
    found: dict[int, Gate] = {}
    waiting = list(roots)
    while waiting:
        gate = waiting.pop()
        if gate.place not in found:
            found[gate.place] = gate
            waiting += gate.args
    return [found[place] for place in sorted(found)]


def uses_of(gates: Iterable[Gate], roots: Iterable[Gate]) -> dict[int, int]:
    """How often each gate is read, by place; a root once more for each time it is one."""
    counts: dict[int, int] = {}
    read = [arg for gate in gates for arg in gate.args]
    for gate in (*read, *roots):
        counts[gate.place] = counts.get(gate.place, 0) + 1
    return counts
