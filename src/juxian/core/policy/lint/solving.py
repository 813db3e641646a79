"""Persons chosen by a solver (求解器选取的人): for each question of the lint somebody who answers it, or the proof that there is nobody.

The gates of a circuit, which every engine prints, are printed as formulas of Z3 (extra ``verify``). What comes back is a grid whose
cells are the persons found, so that the checks are the same as those over combinations of boundary values; where every
question was decided the grid is exact, and what none of its cells shows, nobody shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import z3

from juxian.core.dates import latest_start
from juxian.core.facts.schema import Kind
from juxian.core.policy.bounds import FIELD_LIMITS
from juxian.core.policy.circuit.forms import Answer, all_answers, answer_of
from juxian.core.policy.circuit.gates import Gate, Op, needed
from juxian.core.policy.circuit.leaves import (
    CALENDAR_LEAVES,
    TRUTH_LEAVES,
    Board,
    Leaf,
    LeafKind,
    Limits,
    monthday,
)
from juxian.core.policy.circuit.stages import Offer, alone_on, table_rows_on
from juxian.core.policy.document import Hit
from juxian.core.policy.lint.axes import Axis, is_past, possible_values
from juxian.core.policy.lint.grid import Grid
from juxian.core.policy.lint.parts import conditions_of
from juxian.core.policy.nodes import RECEIVED, AllOf, AnyOf, Clause, Known, Node, walk
from juxian.core.policy.rowwise import Situation
from juxian.core.policy.rulebook import Item
from juxian.core.policy.scales import ranked

QUESTION_MS = 2_000  # for one question; what takes longer is undecided
EARLIEST, LATEST = date(1900, 1, 1), date(2150, 12, 31)


class Sampled(Grid):
    """A grid of persons who were found; ``exact`` where for every question somebody was found, or nobody can be."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], at: Situation, *, decided: bool) -> None:
        self.at = at
        self.rows = [dict(row) for row in rows]
        self.size = len(self.rows)
        self.full = (1 << self.size) - 1
        self.thinned, self.exact = not decided, decided
        self._truths = {}

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for row in self.rows for name in row))

    def axis(self, field: str) -> Axis:
        values = [row.get(field) for row in self.rows]
        return Axis(
            field, tuple(value for k, value in enumerate(values) if value not in values[:k]), False, True
        )

    def where(self, field: str, place: int) -> int:
        wanted = self.axis(field).values[place]
        return sum(1 << k for k, row in enumerate(self.rows) if row.get(field) == wanted)

    def row(self, cell: int) -> dict[str, Any]:
        return dict(self.rows[cell])

    def _corners(self, node: Node) -> Iterator[tuple[dict[str, Any], int]]:
        return ((row, 1 << cell) for cell, row in enumerate(self.rows))


def sampled(item: Item, at: Situation) -> Sampled:
    """Somebody for each question that the checks of one benefit ask."""
    asking = _Asking(item, at)
    for question in asking.questions():
        asking.ask(question)
    return Sampled(asking.found, at, decided=asking.decided)


class _Asking:
    """One benefit on a board, as formulas."""

    def __init__(self, item: Item, at: Situation) -> None:
        self.item, self.at = item, at
        self.nodes = [node for clause in self._clauses() for node in walk(clause)]
        self.may_lack = {node.field for node in self.nodes if isinstance(node, Known)}
        self.board = Board.empty(at.as_of, at.schema, at.benefit_words, self._limits)
        self.solver = z3.Solver()
        self.solver.set("timeout", QUESTION_MS)
        self.found: list[dict[str, Any]] = []
        self.decided = True
        self._values: dict[int, Any] = {}
        self._said: set[int] = set()
        self._bound: set[Leaf] = set()
        self._whole_yuan: list[Any] = []  # what a witness should be where it can

    def _clauses(self) -> list[Clause]:
        return [self.item.in_force, *(clause for _, clause in conditions_of(self.item.benefit))]

    # what is asked

    def questions(self) -> Iterator[Gate]:
        board, circuit, item = self.board, self.board.circuit, self.item
        in_force = answer_of(item.in_force, board)
        parts = [in_force]
        if item.benefit.who is not None:
            parts.append(answer_of(item.benefit.who.clause, board))
        who = all_answers(parts, board)
        rows = table_rows_on(item, board)
        yield from (in_force.sure, circuit.opposite(in_force.may), who.sure, circuit.opposite(who.may))
        for row, clause in conditions_of(item.benefit):
            yield from self._within(clause, [in_force] if row is None else [who])
            yield from () if row is None else self._within(clause, [in_force])
            yield answer_of(clause, board).sure
        for place, own in enumerate(rows):
            refused = circuit.both(in_force.sure, circuit.opposite(who.may), own.holds.sure)
            yield from (refused, circuit.both(who.sure, own.holds.sure))
            yield circuit.both(who.sure, _decides(item, rows, place, board))
        yield circuit.both(who.sure, *(circuit.opposite(own.holds.may) for own in rows))
        yield from self._overlaps(who, rows)
        offer = alone_on(item, board)
        some = circuit.compare(">", offer.high, circuit.number(0))
        yield circuit.both(who.sure, offer.holds.may, some)
        yield circuit.both(who.sure, circuit.opposite(circuit.both(offer.holds.may, some)))

    def _overlaps(self, who: Answer, rows: Sequence[Offer]) -> Iterator[Gate]:
        """Each pair of rows, with nothing between them that overlaps too; that would be another pair."""
        circuit, table = self.board.circuit, self.item.benefit.table
        if table.hit not in (Hit.FIRST, Hit.UNIQUE):
            return
        for first, own in enumerate(rows):
            before = [circuit.opposite(row.holds.may) for row in rows[:first]]
            counts = circuit.both(who.sure, _decides(self.item, rows, first, self.board), *before)
            between: list[Gate] = []
            for later in range(first + 1, len(rows)):
                if table.rows[later].when is None:
                    continue
                overlap = circuit.both(rows[later].holds.sure, self._apart(own, rows[later]))
                yield circuit.both(counts, overlap, *between)
                between.append(circuit.opposite(overlap))

    def _apart(self, own: Offer, other: Offer) -> Gate:
        circuit = self.board.circuit
        if self.item.benefit.table.hit is Hit.UNIQUE:
            return circuit.opposite(circuit.same(other.low, own.low))
        return circuit.compare(">", other.low, own.high)

    def _within(
        self, clause: Clause, context: list[Answer], outer: list[Answer] | None = None
    ) -> Iterator[Gate]:
        """Each part of a condition where what stands around it holds; and all that a part asks but one thing.

        outer: what stands around the whole condition, where somebody who lacks one thing is looked for.
        """
        circuit, outer = self.board.circuit, context if outer is None else outer
        yield circuit.every(answer.sure for answer in [*context, answer_of(clause, self.board)])
        parts = clause.parts if isinstance(clause, AllOf) else (clause,)
        for part in parts:
            rest = [answer_of(other, self.board) for other in parts if other is not part]
            lacks = circuit.opposite(answer_of(part, self.board).may)
            yield circuit.every([*(answer.sure for answer in [*outer, *rest]), lacks])
            if isinstance(clause, AllOf):
                yield from self._within(part, [*context, *rest], outer)
        for part in clause.parts if isinstance(clause, AnyOf) else ():
            yield from self._within(part, context, outer)

    # how it is asked

    def ask(self, gate: Gate) -> None:
        """Keep somebody for whom ``gate`` is yes; nothing when there is nobody."""
        if gate.place in self._said or gate is self.board.circuit.no:
            return
        self._said.add(gate.place)
        formula = self._formula(gate)
        for leaf in list(self.board.leaves):
            if leaf not in self._bound:
                self._bound.add(leaf)
                self.solver.add(*self._bounds(leaf))
                self._whole_yuan += self._plain(leaf)
        self.solver.push()
        self.solver.add(formula)
        answer = self.solver.check(*self._whole_yuan)
        if answer != z3.sat and self._whole_yuan:
            answer = self.solver.check()
        if answer == z3.sat:
            self._keep(self._row(self.solver.model()))
        self.solver.pop()
        self.decided &= answer != z3.unknown

    def _keep(self, row: dict[str, Any]) -> None:
        if row not in self.found:
            self.found.append(row)

    def _formula(self, root: Gate) -> Any:
        for gate in needed([root]):
            if gate.place not in self._values:
                self._values[gate.place] = self._printed(gate)
        return self._values[root.place]

    def _number(self, gate: Gate) -> Any:
        value = self._values[gate.place]
        return z3.If(value, 1, 0) if gate.truth else value

    def _printed(self, gate: Gate) -> Any:
        values = [self._values[arg.place] for arg in gate.args]
        match gate.op:
            case Op.NUMBER:
                return z3.BoolVal(bool(gate.value)) if gate.truth else z3.IntVal(gate.value)
            case Op.INPUT:
                return self._variable(tuple(self.board.leaves)[gate.value])
            case Op.KNOWN:
                return self._known(tuple(self.board.leaves)[gate.value])
            case Op.NOT:
                return z3.Not(values[0])
            case Op.AND:
                return z3.And(*values)
            case Op.OR:
                return z3.Or(*values)
            case Op.MONTHS:
                return _stairs(values[0], self.at.as_of, 1)
            case Op.DIVIDE if gate.args[0].op is Op.MONTHS and gate.value == 12:
                return _stairs(self._values[gate.args[0].args[0].place], self.at.as_of, 12)
        numbers = [self._number(arg) for arg in gate.args]
        match gate.op:
            case Op.LESS:
                return numbers[0] < numbers[1]
            case Op.SAME:
                return numbers[0] == numbers[1]
            case Op.ADD:
                return numbers[0] + numbers[1]
            case Op.SUBTRACT:
                return numbers[0] - numbers[1]
            case Op.MULTIPLY:
                return numbers[0] * numbers[1]
            case Op.DIVIDE:
                return numbers[0] / gate.value  # of whole numbers, rounded down
            case Op.LEAST:
                return z3.If(numbers[0] < numbers[1], numbers[0], numbers[1])
            case Op.GREATEST:
                return z3.If(numbers[0] > numbers[1], numbers[0], numbers[1])
        yes, no = (self._values[arg.place] if gate.truth else self._number(arg) for arg in gate.args[1:])
        return z3.If(values[0], yes, no)

    # what is read of a person

    def _limits(self, leaf: Leaf) -> Limits:
        certain = leaf.field not in self.may_lack
        match leaf.kind:
            case LeafKind.RECORDED:
                return Limits(0, 1, certain=True)
            case LeafKind.RECEIVED:
                return Limits(0, FIELD_LIMITS[Kind.MONEY], certain=False)
            case LeafKind.DAY:
                return Limits(EARLIEST.toordinal(), LATEST.toordinal(), certain)
            case LeafKind.LEVEL:
                return Limits(0, len(self.at.schema.scales[leaf.detail[0]].levels) - 1, certain)
            case LeafKind.MONTHDAY | LeafKind.MONTHEND:
                return Limits(monthday(EARLIEST), monthday(LATEST), certain)
            case LeafKind.NUMBER:
                return Limits(0, FIELD_LIMITS[self.at.schema.profile[leaf.field].type.kind], certain)
        return Limits(0, 1, certain)

    def _recorded(self, field: str) -> Any:
        return z3.Bool(f"recorded {field}") if field in self.may_lack else z3.BoolVal(True)

    def _known(self, leaf: Leaf) -> Any:
        if leaf.kind is LeafKind.RECEIVED:
            return z3.And(self._recorded(leaf.field), z3.Bool(f"received {leaf.detail[0]}"))
        return self._recorded(leaf.field)

    def _variable(self, leaf: Leaf) -> Any:
        match leaf.kind:
            case LeafKind.RECORDED | LeafKind.HISTORY:
                return self._recorded(leaf.field)
            case LeafKind.FLAG:
                return z3.Bool(leaf.field)
            case LeafKind.HOLDS:
                return z3.Bool(f"{leaf.field} has {leaf.detail[0]}")
            case LeafKind.MONTHDAY | LeafKind.MONTHEND:
                calendar = _Calendar(leaf.field)
                return calendar.monthday if leaf.kind is LeafKind.MONTHDAY else calendar.monthend
            case LeafKind.TEXT:
                return z3.Or(*(z3.String(leaf.field) == z3.StringVal(text) for text in leaf.detail))
            case LeafKind.RECEIVED:
                return z3.Int(f"received fen {leaf.detail[0]}")
        return z3.Int(leaf.field)

    def _bounds(self, leaf: Leaf) -> Iterable[Any]:
        """What facts can say of a field."""
        if leaf.kind in TRUTH_LEAVES and leaf.kind is not LeafKind.FLAG:
            return
        limits, value = self._limits(leaf), self._variable(leaf)
        if leaf.kind is not LeafKind.FLAG:
            yield z3.And(value >= limits.low, value <= limits.high)
        field = self.at.schema.profile.get(leaf.field)
        if field is None:
            return
        if leaf.kind in CALENDAR_LEAVES:
            yield from _Calendar(leaf.field).rules()
        if (leaf.kind is LeafKind.DAY or leaf.kind in CALENDAR_LEAVES) and is_past(field, self.nodes):
            yield z3.Int(leaf.field) <= self.at.as_of.toordinal()
        possible = possible_values(field, self.at.schema)
        if possible and leaf.kind is LeafKind.FLAG:
            yield z3.Or(*(value if one else z3.Not(value) for one in possible))
        elif possible and leaf.kind is LeafKind.LEVEL:
            order = ranked(self.at.schema.scales[leaf.detail[0]])
            yield z3.Or(*(value == order.index(one) for one in possible if one in order))

    def _plain(self, leaf: Leaf) -> list[Any]:
        """Amounts without fen, which are easier to read."""
        field = self.at.schema.profile.get(leaf.field)
        if leaf.kind is not LeafKind.NUMBER or field is None or field.type.kind is not Kind.MONEY:
            return []
        plain = z3.Bool(f"{leaf.field} in yuan")
        self.solver.add(z3.Implies(plain, self._variable(leaf) == 100 * z3.Int(f"yuan of {leaf.field}")))
        return [plain]

    def _row(self, model: Any) -> dict[str, Any]:
        """The profile of the person in a model."""
        row: dict[str, Any] = {}
        for leaf in self.board.leaves:
            if leaf.kind is LeafKind.RECORDED or not _true(model, self._recorded(leaf.field)):
                continue
            value = self._variable(leaf)
            match leaf.kind:
                case LeafKind.FLAG:
                    row[leaf.field] = _true(model, value)
                case LeafKind.HOLDS:
                    own = row.setdefault(leaf.field, [])
                    if _true(model, value) and leaf.detail[0] not in own:
                        row[leaf.field] = sorted([*own, leaf.detail[0]])
                case LeafKind.TEXT:
                    text = model.eval(z3.String(leaf.field), model_completion=True).as_string()
                    written = next(
                        (one for one in leaf.detail if z3.StringVal(one).as_string() == text), None
                    )
                    row[leaf.field] = written or row.get(leaf.field, "其他")
                case LeafKind.HISTORY:
                    row.setdefault(RECEIVED, {})
                case LeafKind.RECEIVED:
                    received = row.setdefault(RECEIVED, {})
                    if _true(model, z3.Bool(f"received {leaf.detail[0]}")):
                        received[leaf.detail[0]] = _whole(model, value)
                case LeafKind.LEVEL:
                    row[leaf.field] = ranked(self.at.schema.scales[leaf.detail[0]])[_whole(model, value)]
                case LeafKind.DAY | LeafKind.MONTHDAY | LeafKind.MONTHEND:
                    row[leaf.field] = date.fromordinal(_whole(model, z3.Int(leaf.field))).isoformat()
                case _:
                    row[leaf.field] = _whole(model, value)
        return row


class _Calendar:
    """Year, month and day of a date field, tied to its day in a row: what whole months between two days are counted by."""

    def __init__(self, field: str) -> None:
        self.day_in_all = z3.Int(field)
        self.year, self.month, self.day = (z3.Int(f"{field} {part}") for part in ("year", "month", "day"))
        self.leap = z3.And(self.year % 4 == 0, self.year != 1900, self.year != 2100)  # EARLIEST to LATEST
        february = z3.If(self.leap, 29, 28)
        lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        self.length = _by_month(self.month, lengths)
        self.monthday = (self.year * 12 + self.month) * 32 + self.day
        self.monthend = self.monthday + z3.If(self.day == self.length, 31 - self.day, 0)

    def rules(self) -> Iterator[Any]:
        yield z3.And(self.year >= EARLIEST.year, self.year <= LATEST.year, self.month >= 0, self.month <= 11)
        yield z3.And(self.day >= 1, self.day <= self.length)
        years = self.year - EARLIEST.year
        leap_days = (years + 3) / 4 - z3.If(years > 0, 1, 0) - z3.If(years > 200, 1, 0)
        before = [date(2023, month, 1).timetuple().tm_yday - 1 for month in range(1, 13)]
        in_year = _by_month(self.month, before) + z3.If(z3.And(self.leap, self.month > 1), 1, 0)
        yield self.day_in_all == EARLIEST.toordinal() - 1 + years * 365 + leap_days + in_year + self.day


def _by_month(month: Any, values: Sequence[Any]) -> Any:
    found = values[-1]
    for place in range(len(values) - 2, -1, -1):
        found = z3.If(month == place, values[place], found)
    return found


def _decides(item: Item, rows: Sequence[Offer], place: int, board: Board) -> Gate:
    """Whether the amount of somebody comes from a row; see ``tables``."""
    circuit, own = board.circuit, rows[place]
    match item.benefit.table.hit:
        case Hit.FIRST:
            others = [circuit.opposite(row.holds.may) for row in rows[:place]]
        case Hit.HIGHEST:
            others = [
                circuit.any((circuit.opposite(row.holds.sure), circuit.compare("<=", row.high, own.low)))
                for row in rows
            ]
        case Hit.LOWEST:
            others = [
                circuit.any((circuit.opposite(row.holds.sure), circuit.compare(">=", row.low, own.high)))
                for row in rows
            ]
        case _:
            others = []
    return circuit.both(own.holds.sure, *others)


def _stairs(day: Any, as_of: date, step: int) -> Any:
    """Whole months (step 1) or years (12) from a day to ``as_of``: a tree of comparisons, exact to the day."""

    def between(low: int, high: int) -> Any:
        if low == high:
            return z3.IntVal(low)
        middle = (low + high + 1) // 2  # at least so many have passed
        return z3.If(
            day <= latest_start(as_of, middle * step).toordinal(),
            between(middle, high),
            between(low, middle - 1),
        )

    first = (as_of.year - EARLIEST.year + 1) * 12 // step
    return between(-((LATEST.year - as_of.year + 1) * 12 // step), first)


def _true(model: Any, formula: Any) -> bool:
    return bool(z3.is_true(model.eval(formula, model_completion=True)))


def _whole(model: Any, formula: Any) -> int:
    return int(model.eval(formula, model_completion=True).as_long())
