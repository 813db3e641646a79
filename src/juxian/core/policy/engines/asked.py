"""What a sweep asks of the circuit of a rulebook (求什么)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from juxian.core.policy.circuit.gates import Gate, needed
from juxian.core.policy.circuit.leaves import Board
from juxian.core.policy.circuit.stages import finals_of
from juxian.core.policy.rulebook import Rulebook

YES, NO, UNKNOWN = range(3)  # verdicts
UNDECIDED = -1  # an amount


@dataclass(frozen=True, slots=True)
class Line:
    """One benefit of everybody: verdict (YES, NO, UNKNOWN), amount in fen (or UNDECIDED), failed (bits of clauses)."""

    policy: str
    benefit: str
    verdict: Gate
    amount: Gate
    failed: Gate

    @property
    def gates(self) -> tuple[Gate, Gate, Gate]:
        return self.verdict, self.amount, self.failed


@dataclass(frozen=True, slots=True)
class Sums:
    """One benefit over everybody: yes and unknown are counted; offered and amount, 0 unless yes, are added up."""

    policy: str
    benefit: str
    yes: Gate
    unknown: Gate
    offered: Gate
    amount: Gate

    @property
    def gates(self) -> tuple[Gate, Gate, Gate, Gate]:
        return self.yes, self.unknown, self.offered, self.amount


def lines_of(book: Rulebook, board: Board) -> list[Line]:
    """A line for each benefit of a rulebook, in its order."""
    circuit = board.circuit
    yes, no, unknown = (circuit.number(verdict) for verdict in (YES, NO, UNKNOWN))
    return [
        Line(
            final.policy,
            final.benefit,
            circuit.select(final.yes, yes, circuit.select(final.no, no, unknown)),
            circuit.select(final.decided, final.amount, circuit.number(UNDECIDED)),
            final.failed,
        )
        for final in finals_of(book, board)
    ]


def sums_of(book: Rulebook, board: Board) -> list[Sums]:
    """Sums for each benefit of a rulebook, in its order."""
    circuit, nothing = board.circuit, board.circuit.number(0)
    return [
        Sums(
            final.policy,
            final.benefit,
            final.yes,
            circuit.opposite(circuit.any((final.yes, final.no))),
            circuit.select(final.yes, final.low, nothing),
            circuit.select(final.decided, final.amount, nothing),
        )
        for final in finals_of(book, board)
    ]


def gates_of(asked: Iterable[Line | Sums]) -> list[Gate]:
    return [gate for one in asked for gate in one.gates]


def parted(roots: Sequence[Gate], largest: int) -> list[dict[int, Gate]]:
    """Roots by place in the list, in parts that read no more than ``largest`` gates, unless one root alone does."""
    found: list[dict[int, Gate]] = []
    held: set[int] = set()
    for place, root in enumerate(roots):
        own = {gate.place for gate in needed([root])}
        if not found or len(held | own) > largest:
            found.append({})
            held = set()
        found[-1][place] = root
        held |= own
    return found
