"""Each form of the language as gates (每种形式如何接线): a clause becomes an ``Answer``, a term a ``Quantity``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import reduce, singledispatch
from operator import ge, gt, le, lt
from typing import Any, NamedTuple

from juxian.core.dates import latest_start, whole_months
from juxian.core.facts.schema import Kind, Scale
from juxian.core.policy.bounds import bounds_of
from juxian.core.policy.circuit.gates import Gate
from juxian.core.policy.circuit.leaves import Board, LeafKind, monthday, monthend
from juxian.core.policy.nodes import (
    RECEIVED,
    AllOf,
    AnyOf,
    Apart,
    Clause,
    Compare,
    Constant,
    Day,
    Elapsed,
    FieldValue,
    Greatest,
    HasAny,
    IsTrue,
    Known,
    Least,
    LevelCompare,
    LevelIs,
    LevelsCompare,
    Minus,
    Node,
    Not,
    Number,
    OneOf,
    Order,
    Plus,
    Points,
    Received,
    ReceivedAmount,
    Relation,
    Share,
    Term,
    TextIs,
    Times,
    Window,
)
from juxian.core.policy.rowwise import in_season
from juxian.core.policy.scales import ranked


class Answer(NamedTuple):
    """Yes, no or unknown: ``sure`` where it is yes, ``may`` where it is not no."""

    sure: Gate
    may: Gate

    @property
    def certain(self) -> bool:
        return self.sure is self.may


class Quantity(NamedTuple):
    """A term: ``value`` counts where ``known`` is yes."""

    value: Gate
    known: Gate


def answer_of(clause: Clause, board: Board) -> Answer:
    found: Answer = wire(clause, board)
    return found


def quantity_of(term: Term, board: Board) -> Quantity:
    found: Quantity = wire(term, board)
    return found


def all_answers(answers: Iterable[Answer], board: Board) -> Answer:
    """Kleene's and."""
    every = list(answers)
    circuit = board.circuit
    return Answer(circuit.every(a.sure for a in every), circuit.every(a.may for a in every))


def any_answer(answers: Iterable[Answer], board: Board) -> Answer:
    """Kleene's or."""
    every = list(answers)
    circuit = board.circuit
    return Answer(circuit.any(a.sure for a in every), circuit.any(a.may for a in every))


def opposite(answer: Answer, board: Board) -> Answer:
    sure = board.circuit.opposite(answer.may)
    return Answer(sure, sure if answer.certain else board.circuit.opposite(answer.sure))


def where_known(holds: Gate, known: Gate, board: Board) -> Answer:
    """An answer that is unknown wherever ``known`` is no."""
    circuit = board.circuit
    if known is circuit.yes:
        return Answer(holds, holds)
    return Answer(circuit.both(known, holds), circuit.any((circuit.opposite(known), holds)))


@singledispatch
def wire(node: Node, board: Board) -> Any:
    """``Answer`` of a clause, ``Quantity`` of a term."""
    raise TypeError(f"no rule for {type(node).__name__}")


@wire.register
def _(node: Number, board: Board) -> Quantity:
    return Quantity(board.circuit.number(node.value), board.circuit.yes)


@wire.register
def _(node: Day, board: Board) -> Quantity:
    return Quantity(board.circuit.number(board.days(node.value)), board.circuit.yes)


@wire.register
def _(node: FieldValue, board: Board) -> Quantity:
    return Quantity(*board.read(LeafKind.DAY if node.kind is Kind.DATE else LeafKind.NUMBER, node.field))


@wire.register
def _(node: Elapsed, board: Board) -> Quantity:
    day, known = board.read(LeafKind.DAY, node.field)
    low, high = (whole_months(_day(end, board), board.as_of) for end in (day.high, day.low))
    months = board.circuit.months(day, low - 1, high + 1)
    return Quantity(board.circuit.divide(months, 12) if node.unit == "years" else months, known)


@wire.register
def _(node: Apart, board: Board) -> Quantity:
    circuit = board.circuit
    start, known = _calendar(node.start, LeafKind.MONTHDAY, board)
    end, end_known = _calendar(node.end, LeafKind.MONTHEND, board)
    if node.new_year:
        year = circuit.multiply(circuit.divide(end, 12 * 32), circuit.number(12 * 32))
        end = circuit.add(year, circuit.number(1))
    months = circuit.divide(circuit.subtract(end, start), 32)
    value = circuit.divide(months, 12) if node.unit == "years" else months
    return Quantity(value, circuit.both(known, end_known))


def _calendar(term: FieldValue | Day, kind: LeafKind, board: Board) -> tuple[Gate, Gate]:
    if isinstance(term, Day):
        told = (monthday if kind is LeafKind.MONTHDAY else monthend)(term.value)
        return board.circuit.number(told), board.circuit.yes
    return board.read(kind, term.field)


def _day(count: int, board: Board) -> date:
    return date.fromordinal(min(max(count + board.day_zero, 1), date.max.toordinal()))


@wire.register
def _(node: ReceivedAmount, board: Board) -> Quantity:
    return received_fen(board.words_of(node.benefit), board)


@wire.register
def _(node: Plus, board: Board) -> Quantity:
    left, right = quantity_of(node.left, board), quantity_of(node.right, board)
    return Quantity(board.circuit.add(left.value, right.value), board.circuit.both(left.known, right.known))


@wire.register
def _(node: Minus, board: Board) -> Quantity:
    left, right = quantity_of(node.left, board), quantity_of(node.right, board)
    return Quantity(
        board.circuit.subtract(left.value, right.value), board.circuit.both(left.known, right.known)
    )


@wire.register
def _(node: Times, board: Board) -> Quantity:
    left, right = quantity_of(node.left, board), quantity_of(node.right, board)
    return Quantity(
        board.circuit.multiply(left.value, right.value), board.circuit.both(left.known, right.known)
    )


@wire.register
def _(node: Share, board: Board) -> Quantity:
    whole = quantity_of(node.whole, board)
    return Quantity(board.circuit.share(whole.value, node.per_mille, node.of), whole.known)


@wire.register
def _(node: Least, board: Board) -> Quantity:
    terms = [quantity_of(term, board) for term in node.terms]
    value = reduce(board.circuit.least, (term.value for term in terms))
    return Quantity(value, board.circuit.every(term.known for term in terms))


@wire.register
def _(node: Greatest, board: Board) -> Quantity:
    terms = [quantity_of(term, board) for term in node.terms]
    value = reduce(board.circuit.greatest, (term.value for term in terms))
    return Quantity(value, board.circuit.every(term.known for term in terms))


@wire.register
def _(node: Points, board: Board) -> Quantity:
    circuit = board.circuit
    value, known = circuit.number(0), circuit.yes
    for clause, term in node.rows:
        answer, given = answer_of(clause, board), quantity_of(term, board)
        value = circuit.add(value, circuit.select(answer.sure, given.value, circuit.number(0)))
        decided = circuit.any((circuit.opposite(answer.may), circuit.both(answer.sure, given.known)))
        known = circuit.both(known, decided)
    return Quantity(value, known)


@wire.register
def _(node: Constant, board: Board) -> Answer:
    holds = board.circuit.truth(node.value)
    return Answer(holds, holds)


@wire.register
def _(node: AllOf, board: Board) -> Answer:
    return all_answers((answer_of(part, board) for part in node.parts), board)


@wire.register
def _(node: AnyOf, board: Board) -> Answer:
    return any_answer((answer_of(part, board) for part in node.parts), board)


@wire.register
def _(node: Not, board: Board) -> Answer:
    return opposite(answer_of(node.part, board), board)


@wire.register
def _(node: Compare, board: Board) -> Answer:
    match node.left, node.right:
        case Elapsed() as term, Number(value):
            return _elapsed(term, node.relation, value, board)
        case Number(value), Elapsed() as term:
            return _elapsed(term, _MIRRORED[node.relation], value, board)
        case (Points(), _) | (_, Points()):
            return _of_ranges(node, board)
    left, right = quantity_of(node.left, board), quantity_of(node.right, board)
    holds = board.circuit.compare(node.relation, left.value, right.value)
    return where_known(holds, board.circuit.both(left.known, right.known), board)


class Range(NamedTuple):
    """The least and the greatest that a term may come to, where ``known`` is yes."""

    low: Gate
    high: Gate
    known: Gate


def range_of(term: Term, board: Board) -> Range:
    """Points are a range while facts are missing; any other term is known or not."""
    circuit = board.circuit
    if not isinstance(term, Points):
        value, known = quantity_of(term, board)
        return Range(value, value, known)
    nothing = circuit.number(0)
    low = high = nothing
    for clause, points in term.rows:
        answer, given = answer_of(clause, board), quantity_of(points, board)
        ends = (circuit.number(end) for end in bounds_of(points)[:2])
        least, greatest = (circuit.select(given.known, given.value, end) for end in ends)
        doubtful = circuit.select(answer.may, circuit.least(nothing, least), nothing)
        low = circuit.add(low, circuit.select(answer.sure, least, doubtful))
        doubtful = circuit.select(answer.may, circuit.greatest(nothing, greatest), nothing)
        high = circuit.add(high, circuit.select(answer.sure, greatest, doubtful))
    return Range(low, high, circuit.yes)


def _of_ranges(node: Compare, board: Board) -> Answer:
    """A comparison of points; see ``rowwise``."""
    circuit = board.circuit
    left, right = range_of(node.left, board), range_of(node.right, board)
    known = circuit.both(left.known, right.known)
    match node.relation:
        case "==" | "!=":
            sure = circuit.both(
                circuit.compare(">=", left.low, right.high), circuit.compare("<=", left.high, right.low)
            )
            may = circuit.both(
                circuit.compare(">=", left.high, right.low), circuit.compare("<=", left.low, right.high)
            )
        case "<" | "<=" as relation:
            sure = circuit.compare(relation, left.high, right.low)
            may = circuit.compare(relation, left.low, right.high)
        case relation:
            sure = circuit.compare(relation, left.low, right.high)
            may = circuit.compare(relation, left.high, right.low)
    found = Answer(circuit.both(known, sure), circuit.any((circuit.opposite(known), may)))
    return opposite(found, board) if node.relation == "!=" else found


@wire.register
def _(node: OneOf, board: Board) -> Answer:
    return any_answer((answer_of(Compare("==", node.term, value), board) for value in node.values), board)


@wire.register
def _(node: LevelIs, board: Board) -> Answer:
    order = ranked(board.schema.scales[node.scale])
    return _among(node.field, node.scale, {order.index(level) for level in node.levels}, board)


@wire.register
def _(node: LevelCompare, board: Board) -> Answer:
    scale = board.schema.scales[node.scale]
    return _among(node.field, node.scale, set(_places(scale, node)), board)


@wire.register
def _(node: LevelsCompare, board: Board) -> Answer:
    return answer_of(node.meaning, board)


@wire.register
def _(node: HasAny, board: Board) -> Answer:
    flags = [board.read(LeafKind.HOLDS, node.field, code) for code in node.levels]
    return where_known(board.circuit.any(value for value, _ in flags), flags[0][1], board)


@wire.register
def _(node: TextIs, board: Board) -> Answer:
    return where_known(*board.read(LeafKind.TEXT, node.field, *node.values), board)


@wire.register
def _(node: IsTrue, board: Board) -> Answer:
    return where_known(*board.read(LeafKind.FLAG, node.field), board)


@wire.register
def _(node: Received, board: Board) -> Answer:
    return was_received(board.words_of(node.benefit), board)


@wire.register
def _(node: Known, board: Board) -> Answer:
    recorded, _ = board.read(LeafKind.RECORDED, node.field)
    return Answer(recorded, recorded)


@wire.register
def _(node: Window, board: Board) -> Answer:
    """Days and seasons are the same for everybody; the date of a person stands against the days of two limits."""
    circuit, day = board.circuit, node.applied or board.as_of
    shut = (node.closes is not None and day > node.closes) or (node.opens is not None and day < node.opens)
    if shut or not in_season(node.season, day):
        return Answer(circuit.no, circuit.no)
    if not node.field:
        return Answer(circuit.yes, circuit.yes)
    start, known = board.read(LeafKind.DAY, node.field)
    holds = circuit.compare("<=", start, circuit.number(board.days(_latest(day, node.after))))
    if node.within is not None:
        too_early = _latest(day - timedelta(days=1), node.within)
        late = circuit.compare("<=", start, circuit.number(board.days(too_early)))
        holds = circuit.both(holds, circuit.opposite(late))
    return where_known(holds, known, board)


def was_received(words: tuple[str, ...], board: Board) -> Answer:
    """Whether anything was received under one of the names."""
    found = [board.read(LeafKind.RECEIVED, RECEIVED, word)[1] for word in words]
    return where_known(board.circuit.any(found), board.read(LeafKind.HISTORY, RECEIVED)[1], board)


def received_fen(words: tuple[str, ...], board: Board) -> Quantity:
    """Fen received under the names together."""
    circuit = board.circuit
    parts = [board.read(LeafKind.RECEIVED, RECEIVED, word) for word in words]
    amounts = [circuit.select(known, value, circuit.number(0)) for value, known in parts]
    return Quantity(reduce(circuit.add, amounts), board.read(LeafKind.HISTORY, RECEIVED)[1])


def _places(scale: Scale, node: LevelCompare) -> list[int]:
    """Places of the levels that stand in the asked relation to the threshold."""
    limit = scale.levels[node.level].rank
    met = _RELATIONS[node.order]
    return [place for place, code in enumerate(ranked(scale)) if met(scale.levels[code].rank, limit)]


_RELATIONS: dict[Order, Callable[[int, int], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def _among(field: str, scale: str, places: set[int], board: Board) -> Answer:
    """A level stands at one of some places; a run of neighbours is told from both ends."""
    value, known = board.read(LeafKind.LEVEL, field, scale)
    circuit = board.circuit
    runs = []
    for first in sorted(place for place in places if place - 1 not in places):
        last = first
        while last + 1 in places:
            last += 1
        if first == last:
            runs.append(circuit.same(value, circuit.number(first)))
        else:
            from_first = circuit.compare(">=", value, circuit.number(first))
            runs.append(circuit.both(from_first, circuit.compare("<=", value, circuit.number(last))))
    return where_known(circuit.any(runs), known, board)


def _elapsed(term: Elapsed, relation: Relation, value: int, board: Board) -> Answer:
    """Whole years or months against a number: the start against the last day from which so much has passed."""
    circuit = board.circuit
    start, known = board.read(LeafKind.DAY, term.field)

    def reached(count: int) -> Gate:
        latest = _latest(board.as_of, count * 12 if term.unit == "years" else count)
        return circuit.compare("<=", start, circuit.number(board.days(latest)))

    at_least, more = reached(value), reached(value + 1)
    exactly = circuit.both(at_least, circuit.opposite(more))
    holds = {
        ">=": at_least,
        ">": more,
        "<": circuit.opposite(at_least),
        "<=": circuit.opposite(more),
        "==": exactly,
        "!=": circuit.opposite(exactly),
    }[relation]
    return where_known(holds, known, board)


def _latest(day: date, months: int) -> date:
    if months >= 12 * (day.year - 1):
        return date.min
    if months <= -12 * (9998 - day.year):
        return date.max
    return latest_start(day, months)


_MIRRORED: dict[Relation, Relation] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
