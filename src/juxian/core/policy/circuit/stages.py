"""The stages of ``decisions`` as gates: each benefit alone, what was received before, groups, caps (认定各阶段)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from juxian.core.money import CEILING_FEN
from juxian.core.policy.circuit.forms import (
    Answer,
    all_answers,
    answer_of,
    any_answer,
    opposite,
    quantity_of,
    received_fen,
    was_received,
)
from juxian.core.policy.circuit.gates import Gate
from juxian.core.policy.circuit.leaves import Board
from juxian.core.policy.clauses import ClauseKind, clauses_of
from juxian.core.policy.document import Hit, StackingRule
from juxian.core.policy.document import Row as TableRow
from juxian.core.policy.nodes import Relation
from juxian.core.policy.outcomes import NONE_HIGH, NONE_LOW
from juxian.core.policy.rulebook import Ceiling, Group, Item, Rulebook


@dataclass(frozen=True, slots=True)
class Offer:
    """An outcome: whether it holds and, where it may, the ends of its amount in fen. Elsewhere the ends are any numbers."""

    holds: Answer
    low: Gate
    high: Gate

    @property
    def fixed(self) -> bool:
        """Whether the amount is known of everybody."""
        return self.low is self.high

    @property
    def settled(self) -> bool:
        return self.fixed and self.holds.certain


@dataclass(frozen=True, slots=True)
class Final:
    """What comes out for one benefit over its versions, all gates.

    yes, no: the verdict; neither is unknown. low, high: what it may come to once it holds, 0 for no. amount: what counts
    where ``decided``, 0 unless yes. failed: the bits of the clauses not met, where it is no; see ``clauses``.
    """

    policy: str
    benefit: str
    yes: Gate
    no: Gate
    low: Gate
    high: Gate
    decided: Gate
    amount: Gate
    failed: Gate


@dataclass(slots=True)
class Step:
    """One item on its way through the stages, as ``decisions.Decision`` is for one person.

    alone: before any stacking. offered, amount: after the stages so far. rivals: items that exclude it where the answer is yes.
    """

    item: Item
    in_force: Answer
    rows: list[Offer]
    table: Offer
    alone: Offer
    offered: Offer
    amount: Offer
    counts: Answer | None = None
    excluded: Gate | None = None
    rivals: list[tuple[int, Answer]] = field(default_factory=list)


def steps_of(book: Rulebook, board: Board) -> list[Step]:
    """The circuit of a whole rulebook on ``board``, stage by stage; items in the order of the rulebook."""
    steps = [_step(item, board) for item in book.items]
    for group in book.groups:
        _stack(group, steps, board)
    for step in steps:
        step.amount = _counted(step, board)
    for ceiling in book.ceilings:
        _cut(ceiling, steps, board)
    return steps


def _step(item: Item, board: Board) -> Step:
    rows = table_rows_on(item, board)
    table = _of_table(item.benefit.table.hit, rows, board)
    alone = _alone(item, table, board)
    return Step(item, answer_of(item.in_force, board), rows, table, alone, alone, alone)


def finals_of(book: Rulebook, board: Board) -> list[Final]:
    """What comes out of the whole circuit; benefits in the order of ``book.keys``."""
    steps = steps_of(book, board)
    return [_final(key, [steps[place] for place in places], board) for key, places in book.keys.items()]


# each benefit alone


def alone_on(item: Item, board: Board) -> Offer:
    """One benefit by itself, with what was received before taken off."""
    return _alone(item, _of_table(item.benefit.table.hit, table_rows_on(item, board), board), board)


def _alone(item: Item, table: Offer, board: Board) -> Offer:
    benefit, circuit = item.benefit, board.circuit
    parts = [answer_of(item.in_force, board)]
    if benefit.who is not None:
        parts.append(answer_of(benefit.who.clause, board))
    parts.append(table.holds)
    if item.window is not None:
        parts.append(answer_of(item.window, board))
    if item.once:
        parts.append(opposite(was_received(item.once, board), board))
    holds = all_answers(parts, board)
    low, high = table.low, table.high
    if benefit.cap_fen is not None:
        cap = circuit.number(benefit.cap_fen)
        low, high = circuit.least(low, cap), circuit.least(high, cap)
    if item.deducted:
        low, high = _after_earlier(low, high, item, board)
    return _masked(Offer(holds, low, high), board)


def table_rows_on(item: Item, board: Board) -> list[Offer]:
    """Each row of the table as if it stood alone."""
    return [_row(item, row, board) for row in item.benefit.table.rows]


def _row(item: Item, row: TableRow, board: Board) -> Offer:
    circuit = board.circuit
    holds = Answer(circuit.yes, circuit.yes) if row.when is None else answer_of(row.when.clause, board)
    if row.give is None:
        return Offer(holds, circuit.number(0), circuit.number(0))
    given = quantity_of(row.give.term, board)
    count = item.benefit.pay.count if item.benefit.per_payment else 1

    def whole(amount: Gate) -> Gate:
        return circuit.least(circuit.multiply(amount, circuit.number(count)), circuit.number(CEILING_FEN))

    kept = whole(circuit.within(given.value, 0, CEILING_FEN))
    low = circuit.select(given.known, kept, circuit.number(0))
    return Offer(holds, low, circuit.select(given.known, kept, circuit.number(CEILING_FEN)))


def _after_earlier(low: Gate, high: Gate, item: Item, board: Board) -> tuple[Gate, Gate]:
    circuit, received = board.circuit, received_fen(item.deducted, board)
    nothing = circuit.number(0)
    left_low, left_high = (
        circuit.greatest(circuit.subtract(end, received.value), nothing) for end in (low, high)
    )
    return circuit.select(received.known, left_low, nothing), circuit.select(received.known, left_high, high)


def _masked(offer: Offer, board: Board) -> Offer:
    """The same with nothing where it does not hold, so that a backend need not work an amount out in vain."""
    circuit, nothing = board.circuit, board.circuit.number(0)
    low = circuit.select(offer.holds.may, offer.low, nothing)
    return replace(offer, low=low, high=circuit.select(offer.holds.may, offer.high, nothing))


# tables; see ``outcomes.of_table``


def _of_table(hit: Hit, rows: Sequence[Offer], board: Board) -> Offer:
    match hit:
        case Hit.FIRST:
            return _first(rows, board)
        case Hit.HIGHEST:
            return _highest(rows, board)
        case Hit.LOWEST:
            return _lowest(rows, board)
        case Hit.SUM:
            return _sum(rows, board)
    return _either(rows, board)


def _first(rows: Sequence[Offer], board: Board) -> Offer:
    circuit = board.circuit
    holds = any_answer((row.holds for row in rows), board)
    last, above = rows[-1], rows[:-1]
    low, high = last.low, last.high
    if not all(row.holds.certain for row in above):
        low = circuit.select(last.holds.may, low, _none_low(rows, board))
        high = circuit.select(last.holds.may, high, circuit.number(NONE_HIGH))
    for row in reversed(above):
        low = _taken(row, row.low, circuit.least(row.low, low), low, board)
        high = _taken(row, row.high, circuit.greatest(row.high, high), high, board)
    return Offer(holds, low, high)


def _taken(row: Offer, own: Gate, wider: Gate, below: Gate, board: Board) -> Gate:
    if row.holds.certain:
        return board.circuit.select(row.holds.sure, own, below)
    return board.circuit.select(row.holds.sure, own, board.circuit.select(row.holds.may, wider, below))


def _highest(rows: Sequence[Offer], board: Board) -> Offer:
    circuit, nothing = board.circuit, board.circuit.number(NONE_HIGH)
    sure = reduce(circuit.greatest, (circuit.select(row.holds.sure, row.low, nothing) for row in rows))
    possible = _either(rows, board)
    if all(row.settled for row in rows):
        return Offer(possible.holds, sure, sure)
    return Offer(possible.holds, circuit.select(possible.holds.sure, sure, possible.low), possible.high)


def _lowest(rows: Sequence[Offer], board: Board) -> Offer:
    circuit, nothing = board.circuit, _none_low(rows, board)
    sure = reduce(circuit.least, (circuit.select(row.holds.sure, row.high, nothing) for row in rows))
    possible = _either(rows, board)
    if all(row.settled for row in rows):
        return Offer(possible.holds, sure, sure)
    return Offer(possible.holds, possible.low, circuit.select(possible.holds.sure, sure, possible.high))


def _sum(rows: Sequence[Offer], board: Board) -> Offer:
    circuit, nothing = board.circuit, board.circuit.number(0)
    ceiling = circuit.number(CEILING_FEN)
    sure = reduce(circuit.add, (circuit.select(row.holds.sure, row.low, nothing) for row in rows))
    most = reduce(circuit.add, (circuit.select(row.holds.may, row.high, nothing) for row in rows))
    sure, most = circuit.least(sure, ceiling), circuit.least(most, ceiling)
    possible = _either(rows, board)
    if all(row.settled for row in rows):
        return Offer(possible.holds, sure, sure)
    return Offer(possible.holds, circuit.select(possible.holds.sure, sure, possible.low), most)


def _either(rows: Sequence[Offer], board: Board) -> Offer:
    """Any of several of which at most one should hold: the versions of a benefit, the rows of a UNIQUE table."""
    if len(rows) == 1:
        return rows[0]
    circuit = board.circuit
    none = _none_low(rows, board)
    low = reduce(circuit.least, (circuit.select(row.holds.may, row.low, none) for row in rows))
    high = reduce(
        circuit.greatest, (circuit.select(row.holds.may, row.high, circuit.number(NONE_HIGH)) for row in rows)
    )
    return Offer(any_answer((row.holds for row in rows), board), low, high)


def _none_low(rows: Sequence[Offer], board: Board) -> Gate:
    """Neutral among the lower ends of ``rows``, and no larger than it must be."""
    return board.circuit.number(min(NONE_LOW, max(row.high.high for row in rows)))


# groups and caps


def _stack(group: Group, steps: list[Step], board: Board) -> None:
    before = {place: steps[place].offered for place in group.members}
    in_order = group.rule is StackingRule.FIRST
    for rank, place in enumerate(group.members):
        own, step = before[place], steps[place]
        wins = {
            other: before[other].holds if in_order else _beats(before[other], own, ties=r < rank, board=board)
            for r, other in enumerate(group.members)
            if r != rank and (r < rank or not in_order)
        }
        step.rivals += wins.items()
        beaten = any_answer(wins.values(), board)
        kept = opposite(beaten, board)
        if group.rule is StackingRule.CHOOSE_ONE:
            step.counts = kept if step.counts is None else all_answers([step.counts, kept], board)
        else:
            step.offered = replace(own, holds=all_answers([own.holds, kept], board))
            now = board.circuit.both(own.holds.may, beaten.sure)
            step.excluded = board.circuit.any((step.excluded or board.circuit.no, now))


def _beats(other: Offer, own: Offer, *, ties: bool, board: Board) -> Answer:
    """Whether ``other`` holds and is greater; with ``ties`` also when it is equal. See ``outcomes.beats``."""
    relation: Relation = ">=" if ties else ">"
    sure = board.circuit.compare(relation, other.low, own.high)
    may = sure if other.fixed and own.fixed else board.circuit.compare(relation, other.high, own.low)
    return all_answers([other.holds, Answer(sure, may)], board)


def _counted(step: Step, board: Board) -> Offer:
    """What goes into totals: nothing for what another is chosen over."""
    offer, counts = step.offered, step.counts
    if counts is None:
        return offer
    circuit, nothing = board.circuit, board.circuit.number(0)
    low = circuit.select(counts.sure, offer.low, nothing)
    return replace(offer, low=low, high=circuit.select(counts.may, offer.high, nothing))


def _cut(ceiling: Ceiling, steps: list[Step], board: Board) -> None:
    """Earlier benefits are kept whole, later ones get what is left under the cap."""
    unless = ceiling.cap.unless
    no = Answer(board.circuit.no, board.circuit.no)
    lifted = no if unless is None else answer_of(unless.clause, board)
    under = [steps[place] for place in ceiling.members]
    if lifted.certain and all(step.amount.settled for step in under):
        _cut_settled(ceiling, lifted.sure, under, board)
    else:
        _cut_open(ceiling, lifted, under, board)


def _cut_settled(ceiling: Ceiling, lifted: Gate, under: list[Step], board: Board) -> None:
    """Everything is known of everybody: each gets the step by which the total under the cap rises."""
    circuit, nothing = board.circuit, board.circuit.number(0)
    given = [_given(step.amount, board) for step in under]
    whole = circuit.number(max(ceiling.cap.amount_fen, sum(gate.high for gate in given)))
    cap = circuit.select(lifted, whole, circuit.number(ceiling.cap.amount_fen))
    reached = nothing
    for step, gate in zip(under, given, strict=True):
        before, reached = reached, circuit.least(circuit.add(reached, gate), cap)
        rise = circuit.subtract(reached, before)
        step.amount = replace(step.amount, low=rise, high=rise)


def _cut_open(ceiling: Ceiling, lifted: Answer, under: list[Step], board: Board) -> None:
    """What was spent before is counted up to the cap only, so that it stays a small number."""
    circuit, cap = board.circuit, board.circuit.number(ceiling.cap.amount_fen)
    nothing = least = most = circuit.number(0)
    for step in under:
        own = step.amount
        low = circuit.least(own.low, circuit.subtract(cap, most))
        high = circuit.least(own.high, circuit.subtract(cap, least))
        step.amount = replace(
            own,
            low=circuit.select(lifted.sure, own.low, low),
            high=circuit.select(lifted.may, own.high, high),
        )
        given = circuit.least(_given(own, board), cap)
        more = given if own.settled else circuit.select(own.holds.may, circuit.least(own.high, cap), nothing)
        same = most is least and given is more
        least = circuit.least(circuit.add(least, given), cap)
        most = least if same else circuit.least(circuit.add(most, more), cap)


def _given(offer: Offer, board: Board) -> Gate:
    """What a benefit surely takes of a cap."""
    return board.circuit.select(offer.holds.sure, offer.low, board.circuit.number(0))


def _failed(step: Step, board: Board) -> Gate:
    """The bits of the clauses that are surely not met."""
    circuit, item = board.circuit, step.item
    bits = circuit.number(0)
    for place, clause in enumerate(clauses_of(item)):
        match clause.kind:
            case ClauseKind.WHO | ClauseKind.VERSION | ClauseKind.WINDOW:
                no = circuit.opposite(answer_of(clause.node, board).may)
            case ClauseKind.TABLE:
                no = circuit.opposite(step.table.holds.may)
            case ClauseKind.RECEIVED:
                no = was_received(item.once, board).sure
            case ClauseKind.DISPLACED:
                no = step.excluded or circuit.no
        bits = circuit.add(bits, circuit.select(no, circuit.number(1 << place), circuit.number(0)))
    return bits


def _final(key: tuple[str, str], steps: list[Step], board: Board) -> Final:
    circuit = board.circuit
    offer, amount = (
        _either(offers, board) for offers in ([s.offered for s in steps], [s.amount for s in steps])
    )
    yes = circuit.both(offer.holds.sure, circuit.same(offer.low, offer.high))
    no, nothing = circuit.opposite(offer.holds.may), circuit.number(0)
    decided = circuit.any((no, circuit.both(yes, circuit.same(amount.low, amount.high))))
    low = circuit.select(offer.holds.may, offer.low, nothing)
    high = circuit.select(offer.holds.may, offer.high, nothing)
    bits = circuit.select(no, _shown(steps, board), nothing)
    return Final(*key, yes, no, low, high, decided, circuit.select(yes, amount.low, nothing), bits)


def _shown(steps: list[Step], board: Board) -> Gate:
    """The clauses not met by the newest version in force, else of the newest that may be, else of the newest."""
    failed = [(step.in_force, _failed(step, board)) for step in steps]
    found = failed[-1][1]
    for in_force, bits in failed:
        found = board.circuit.select(in_force.may, bits, found)
    for in_force, bits in failed:
        found = board.circuit.select(in_force.sure, bits, found)
    return found
