"""Gates as polars expressions (整列求值): what is read twice becomes a column, stage by stage.

Unknown is told by pairs of gates, so that no column of a stage has a null; numbers are kept in the smallest word that holds
their bounds, and money leaves as 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import and_, or_

import polars as pl

from juxian.core.policy.circuit.gates import Gate, Op, needed, uses_of
from juxian.core.policy.circuit.leaves import Leaf
from juxian.core.policy.engines.asked import gates_of, lines_of, sums_of
from juxian.core.policy.engines.inputs import WORDS, Inputs, width_of
from juxian.core.policy.rulebook import Rulebook

CHUNK_ROWS = 32_768  # rows that travel together: some sixty columns of them stay in the processor's cache
_HALF = 32  # bits that a sum is split at where it might leave 64


class ColumnPlan:
    """Stages of columns for some gates. Bound to no data but to its bounds."""

    def __init__(self, roots: Sequence[Gate], leaves: Iterable[Leaf], as_of: date) -> None:
        self.leaves = tuple(leaves)
        self._as_of = as_of
        self._expressions: dict[int, pl.Expr] = {}
        self._stage_of: dict[int, int] = {}
        self._stages: list[list[pl.Expr]] = []
        gates = needed(roots)
        uses = uses_of(gates, roots)
        for gate in gates:
            self._add(gate, uses[gate.place])

    def expression(self, gate: Gate) -> pl.Expr:
        """The column of a root, after all stages."""
        return self._expressions[gate.place]

    def over(self, inputs: Inputs) -> pl.LazyFrame:
        """The columns of every stage."""
        columns = [inputs.people.frame["person"]]
        for place, leaf in enumerate(self.leaves):
            column = inputs.columns[leaf].alias(f"i{place}")
            if column.null_count():
                columns.append(column.is_not_null().alias(f"k{place}"))
                column = column.fill_null(False if column.dtype == pl.Boolean else 0)
            columns.append(column)
        return reduce(
            lambda lazy, stage: lazy.with_columns(stage), self._stages, pl.DataFrame(columns).lazy()
        )

    def _add(self, gate: Gate, uses: int) -> None:
        expression = self._printed(gate)
        stage = max((self._stage_of[arg.place] for arg in gate.args), default=0)
        if uses > 1 and not _is_cheap(gate):
            while len(self._stages) <= stage:
                self._stages.append([])
            self._stages[stage].append(expression.alias(f"t{gate.place}"))
            expression, stage = pl.col(f"t{gate.place}"), stage + 1
        self._expressions[gate.place], self._stage_of[gate.place] = expression, stage

    def _printed(self, gate: Gate) -> pl.Expr:
        match gate.op:
            case Op.NUMBER:
                return pl.lit(bool(gate.value)) if gate.truth else pl.lit(gate.value, _word(gate))
            case Op.INPUT:
                return pl.col(f"i{gate.value}")
            case Op.KNOWN:
                return pl.col(f"k{gate.value}")
            case Op.NOT:
                return ~self.expression(gate.args[0])
            case Op.AND:
                return reduce(and_, (self.expression(arg) for arg in gate.args))
            case Op.OR:
                return reduce(or_, (self.expression(arg) for arg in gate.args))
            case Op.MONTHS:
                return _months(self.expression(gate.args[0]), self._as_of).cast(_word(gate))
            case Op.LESS | Op.SAME:
                word = _widest(*gate.args)
                left, right = (self._in(word, arg) for arg in gate.args)
                return left < right if gate.op is Op.LESS else left == right
        word = _widest(gate, *(arg for arg in gate.args if not arg.truth))
        found = self._counted(gate, word)
        return found if word == _word(gate) else _narrowed(found, _word(gate))

    def _in(self, word: pl.DataType, gate: Gate) -> pl.Expr:
        """A number in a wider word."""
        if gate.op is Op.NUMBER:
            return pl.lit(gate.value, word)
        found = self.expression(gate)
        return found if _word(gate) == word else found.cast(word)

    def _counted(self, gate: Gate, word: pl.DataType) -> pl.Expr:
        if gate.op is Op.SELECT:
            test, yes, no = gate.args
            return pl.when(self.expression(test)).then(self._in(word, yes)).otherwise(self._in(word, no))
        if gate.op is Op.DIVIDE:
            return self._in(word, gate.args[0]) // pl.lit(gate.value, word)
        left, right = (self._in(word, arg) for arg in gate.args)
        match gate.op:
            case Op.ADD:
                return left + right
            case Op.SUBTRACT:
                return left - right
            case Op.MULTIPLY:
                return left * right
        return self._extreme(gate, left, right)

    def _extreme(self, gate: Gate, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        first, second = gate.args
        for other, number in ((left, second), (right, first)):
            if number.op is Op.NUMBER:
                limit = number.value
                return other.clip(upper_bound=limit) if gate.op is Op.LEAST else other.clip(lower_bound=limit)
        chosen = left <= right if gate.op is Op.LEAST else left >= right
        return pl.when(chosen).then(left).otherwise(right)


def _narrowed(found: pl.Expr, word: pl.DataType) -> pl.Expr:
    """A number in another word. Bounds hold for what is chosen; polars also casts what a choice leaves out, so not strictly."""
    return found.cast(word, strict=False)


def rows(book: Rulebook, inputs: Inputs) -> pl.DataFrame:
    """``v{k}`` verdict, ``a{k}`` amount (null while undecided), ``f{k}`` failed clauses of the k-th line."""
    board = inputs.board(book)
    lines = lines_of(book, board)
    plan = ColumnPlan(gates_of(lines), board.leaves, book.as_of)
    columns = []
    for k, line in enumerate(lines):
        verdict, amount, failed = (plan.expression(gate) for gate in line.gates)
        columns.append(verdict.cast(pl.Int8).alias(f"v{k}"))
        columns.append(decided(amount.cast(pl.Int64)).alias(f"a{k}"))
        columns.append(failed.cast(pl.Int64).alias(f"f{k}"))
    names = [column.meta.output_name() for column in columns]
    return collected(plan.over(inputs).with_columns(columns).select(names))


def decided(amount: pl.Expr) -> pl.Expr:
    """An amount, null where it is UNDECIDED."""
    return pl.when(amount >= 0).then(amount)


class ColumnTotals:
    """Sums over all persons, with plan and columns made ready, to be asked more than once."""

    def __init__(self, book: Rulebook, inputs: Inputs) -> None:
        board = inputs.board(book)
        self.sums = sums_of(book, board)
        gates = gates_of(self.sums)
        plan = ColumnPlan(gates, board.leaves, book.as_of)
        self._height = inputs.people.frame.height
        self._gates = gates
        parts = [
            part.alias(f"s{gate.place}_{shift}")
            for gate in dict.fromkeys(gates)
            if gate.op is not Op.NUMBER
            for shift, part in _parts(gate, plan.expression(gate), self._height)
        ]
        self._lazy = plan.over(inputs).select(parts) if parts and self._height else None

    def __call__(self) -> list[tuple[int, ...]]:
        """(yes, unknown, offered, amount) of every line."""
        found: dict[int, int] = {}
        if self._lazy is not None:
            for name, part in collected(self._lazy).row(0, named=True).items():
                place, shift = name[1:].split("_")
                found[int(place)] = found.get(int(place), 0) + (part << int(shift))
        whole = [g.value * self._height if g.op is Op.NUMBER else found.get(g.place, 0) for g in self._gates]
        return [tuple(whole[at : at + 4]) for at in range(0, len(whole), 4)]


def _parts(gate: Gate, column: pl.Expr, height: int) -> list[tuple[int, pl.Expr]]:
    """(shift, sum) of the parts of a sum, so that none leaves 64 bits."""
    wide = column.cast(pl.Int64)
    if gate.high * height < 1 << 62:
        return [(0, wide.sum())]
    return [(0, (wide & ((1 << _HALF) - 1)).sum()), (_HALF, (wide // (1 << _HALF)).sum())]


def collected(lazy: pl.LazyFrame) -> pl.DataFrame:
    with pl.Config(streaming_chunk_size=CHUNK_ROWS):
        return lazy.collect(engine="streaming")


def _word(gate: Gate) -> pl.DataType:
    return pl.Boolean() if gate.truth else WORDS[width_of(gate.low, gate.high)]


def _widest(*gates: Gate) -> pl.DataType:
    return WORDS[max(width_of(gate.low, gate.high) for gate in gates)]


def _is_cheap(gate: Gate) -> bool:
    """Whether a gate costs no more than reading a column."""
    return gate.op in (Op.NUMBER, Op.INPUT, Op.KNOWN) or (gate.op is Op.NOT and _is_cheap(gate.args[0]))


def _months(day: pl.Expr, end: date) -> pl.Expr:
    """Whole months from a day to ``end``; see ``dates.whole_months``."""
    start = day.cast(pl.Int32).cast(pl.Date)
    months = (end.year - start.dt.year().cast(pl.Int64)) * 12 + end.month - start.dt.month().cast(pl.Int64)
    if _is_last_day(end):
        return months
    return months - (start.dt.day() > end.day).cast(pl.Int64)


def _is_last_day(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
