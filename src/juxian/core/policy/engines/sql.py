"""Gates as SQL (按数据库求值): one statement for PostgreSQL, DuckDB or Spark, written by sqlglot from the circuit.

The relation ``people`` has one row for a person: ``row`` (a number), and the stored profile fields by English name, null =
unknown. Levels are codes, sets of levels arrays of codes, dates DATE, yes or no BOOLEAN, numbers BIGINT, amounts received
JSON text. What is read twice becomes a column of a subquery, stage by stage, so that no text grows out of hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import Literal

from sqlglot import exp

from juxian.core.facts.schema import Schema
from juxian.core.money import CEILING_FEN
from juxian.core.policy.bounds import FIELD_LIMITS
from juxian.core.policy.circuit.gates import Gate, Op, needed, uses_of
from juxian.core.policy.circuit.leaves import LAST_MONTHDAY, Board, Leaf, LeafKind, Limits
from juxian.core.policy.engines.asked import gates_of, lines_of, parted
from juxian.core.policy.engines.inputs import DAY_ZERO
from juxian.core.policy.rulebook import Rulebook
from juxian.core.policy.scales import ranked

Dialect = Literal["duckdb", "postgres", "spark"]
PEOPLE, ROW = "people", "row"
LARGEST_STATEMENT = 400  # gates; a database takes no more than some hundred columns in one select
_DEEPEST = 20  # of one expression; beyond, a part becomes a column
_DAYS = (DAY_ZERO.toordinal() - 1, date.max.toordinal() - DAY_ZERO.toordinal())


@dataclass(frozen=True)
class Statement:
    """One select: ``row`` and the columns ``names`` of whole numbers, one row for a person."""

    text: str
    names: tuple[str, ...]


def statements(book: Rulebook, schema: Schema, dialect: Dialect) -> list[Statement]:
    """Selects that together give ``v{k}`` verdict, ``a{k}`` amount (−1 while undecided), ``f{k}`` failed of the k-th line."""
    board = _board(book, schema)
    lines = lines_of(book, board)
    wanted = {
        f"{letter}{k}": gate
        for k, line in enumerate(lines)
        for letter, gate in zip("vaf", line.gates, strict=True)
    }
    names, gates = list(wanted), gates_of(lines)
    return [
        _Plan([gates[place] for place in group], board, dialect).statement([names[place] for place in group])
        for group in parted(gates, LARGEST_STATEMENT)
    ]


def _board(book: Rulebook, schema: Schema) -> Board:
    """A circuit that holds for any population that ``population`` accepts."""

    def limits(leaf: Leaf) -> Limits:
        match leaf.kind:
            case LeafKind.RECORDED:
                return Limits(0, 1, certain=True)
            case LeafKind.DAY:
                return Limits(-_DAYS[0], _DAYS[1], certain=False)
            case LeafKind.MONTHDAY | LeafKind.MONTHEND:
                return Limits(0, LAST_MONTHDAY, certain=False)
            case LeafKind.LEVEL:
                return Limits(0, len(schema.scales[leaf.detail[0]].levels) - 1, certain=False)
            case LeafKind.RECEIVED:
                return Limits(-CEILING_FEN, CEILING_FEN, certain=False)
            case LeafKind.NUMBER:
                most = FIELD_LIMITS[schema.profile[leaf.field].type.kind]
                return Limits(-most, most, certain=False)
        return Limits(0, 1, certain=False)

    return Board.empty(book.as_of, schema, book.benefit_words, limits, DAY_ZERO.toordinal())


class _Plan:
    """Stages of columns for some gates."""

    def __init__(self, roots: Sequence[Gate], board: Board, dialect: Dialect) -> None:
        self._roots, self._dialect, self._as_of = roots, dialect, board.as_of
        self._leaves = tuple(board.leaves)
        self._reader = _Reader(board.schema, dialect)
        self._read: dict[str, exp.Expression] = {}
        self._texts: dict[int, exp.Expression] = {}
        self._stage_of: dict[int, int] = {}
        self._depth: dict[int, int] = {}
        self._stages: list[list[exp.Expression]] = []
        gates = needed(roots)
        self._uses = uses_of(gates, roots)
        for gate in gates:
            self._add(gate)

    def statement(self, names: Sequence[str]) -> Statement:
        source = exp.select(
            _column(ROW), *(value.as_(name, quoted=True) for name, value in self._read.items())
        )
        source = source.from_(exp.to_table(PEOPLE, quoted=True) if self._dialect != "spark" else PEOPLE)
        for stage in self._stages:
            source = exp.select("*", *stage, copy=False).from_(self._nested(source), copy=False)
        outcomes = [
            exp.cast(self._number(gate), "bigint").as_(name, quoted=True)
            for gate, name in zip(self._roots, names, strict=True)
        ]
        found = exp.select(_column(ROW), *outcomes, copy=False).from_(self._nested(source), copy=False)
        return Statement(found.sql(self._dialect), tuple(names))

    def _nested(self, source: exp.Select) -> exp.Subquery:
        if self._dialect == "postgres":
            source = source.offset(
                0
            )  # else it is merged into the outer one, and every column worked out again and again
        return source.subquery("s", copy=False)

    def _add(self, gate: Gate) -> None:
        text = self._printed(gate)
        stage = max((self._stage_of[arg.place] for arg in gate.args), default=0)
        depth = 1 + max((self._depth[arg.place] for arg in gate.args), default=0)
        if (self._uses[gate.place] > 1 or depth > _DEEPEST) and not _is_cheap(gate):
            while len(self._stages) <= stage:
                self._stages.append([])
            name = exp.to_identifier(f"t{gate.place}", quoted=True)
            self._stages[stage].append(exp.Alias(this=text, alias=name))
            text, stage, depth = _column(f"t{gate.place}"), stage + 1, 0
        self._texts[gate.place], self._stage_of[gate.place], self._depth[gate.place] = text, stage, depth

    def _text(self, gate: Gate) -> exp.Expression:
        text = self._texts[gate.place]
        return text if self._uses[gate.place] == 1 else text.copy()

    def _number(self, gate: Gate) -> exp.Expression:
        """A gate as a number, yes as 1."""
        if gate.op is Op.NUMBER:
            return _whole(gate.value)
        return _choice(self._text(gate), _whole(1), _whole(0)) if gate.truth else self._text(gate)

    def _input(self, place: int) -> exp.Expression:
        name = f"i{place}"
        self._read[name] = self._reader.value(self._leaves[place])
        return _column(name)

    def _printed(self, gate: Gate) -> exp.Expression:
        match gate.op:
            case Op.NUMBER:
                return exp.Boolean(this=bool(gate.value)) if gate.truth else _whole(gate.value)
            case Op.INPUT:
                nothing = exp.Boolean(this=False) if gate.truth else _whole(0)
                return exp.Coalesce(this=self._input(gate.value), expressions=[nothing])
            case Op.KNOWN:
                return exp.Paren(this=exp.Is(this=self._input(gate.value), expression=exp.null()).not_())
            case Op.NOT:
                return exp.Paren(this=exp.Not(this=self._text(gate.args[0])))
            case Op.AND | Op.OR:
                join = exp.And if gate.op is Op.AND else exp.Or
                parts = [self._text(arg) for arg in gate.args]
                return exp.Paren(this=reduce(lambda a, b: join(this=a, expression=b), parts))
            case Op.LESS | Op.SAME:
                left, right = (self._number(arg) for arg in gate.args)
                return exp.Paren(this=(exp.LT if gate.op is Op.LESS else exp.EQ)(this=left, expression=right))
            case Op.SELECT:
                test, yes, no = gate.args
                return _choice(self._text(test), self._number(yes), self._number(no))
            case Op.MONTHS:
                return self._months(gate.args[0])
            case Op.DIVIDE:
                return self._divided(gate)
        left, right = (self._number(arg) for arg in gate.args)
        if gate.op in (Op.LEAST, Op.GREATEST):
            return exp.Anonymous(this=gate.op.value.upper(), expressions=[left, right])
        return exp.Paren(this=_ARITHMETIC[gate.op](this=left, expression=right))

    def _divided(self, gate: Gate) -> exp.Expression:
        """Rounded down, also below 0, where databases round towards 0."""
        whole, divisor = self._number(gate.args[0]), _whole(gate.value)
        if gate.args[0].low < 0:
            below = exp.LT(this=whole.copy(), expression=_whole(0))
            less = _choice(below, _whole(gate.value - 1), _whole(0))
            whole = exp.Paren(this=exp.Sub(this=whole, expression=less))
        if self._dialect == "postgres":
            return exp.Paren(this=exp.Div(this=whole, expression=divisor, typed=True))
        return exp.Paren(this=exp.IntDiv(this=whole, expression=divisor))

    def _months(self, day: Gate) -> exp.Expression:
        """Whole months from a day to the day of asking; see ``dates.whole_months``."""
        name = f"d{day.value}"
        self._read[name] = _column(self._leaves[day.value].field)
        end = self._as_of

        def part(unit: str) -> exp.Expression:
            return exp.Coalesce(
                this=exp.cast(exp.Extract(this=exp.Var(this=unit), expression=_column(name)), "bigint"),
                expressions=[_whole(0)],
            )

        begun = exp.Add(
            this=exp.Paren(this=exp.Mul(this=part("YEAR"), expression=_whole(12))), expression=part("MONTH")
        )
        months = exp.Paren(
            this=exp.Sub(this=_whole(end.year * 12 + end.month), expression=exp.Paren(this=begun))
        )
        if (end + timedelta(days=1)).day == 1:
            return months
        late = exp.GT(this=part("DAY"), expression=_whole(end.day))
        return exp.Paren(this=exp.Sub(this=months, expression=_choice(late, _whole(1), _whole(0))))


_ARITHMETIC = {Op.ADD: exp.Add, Op.SUBTRACT: exp.Sub, Op.MULTIPLY: exp.Mul}


class _Reader:
    """Leaves as expressions over the columns of ``people``, null = unknown."""

    def __init__(self, schema: Schema, dialect: Dialect) -> None:
        self._schema, self._dialect = schema, dialect

    def value(self, leaf: Leaf) -> exp.Expression:
        column = _column(leaf.field)
        match leaf.kind:
            case LeafKind.DAY:
                return self._days(column)
            case LeafKind.MONTHDAY | LeafKind.MONTHEND:
                return self._calendar(column, ends=leaf.kind is LeafKind.MONTHEND)
            case LeafKind.LEVEL:
                order = ranked(self._schema.scales[leaf.detail[0]])
                found = exp.Case(this=column)
                for place, code in enumerate(order):
                    found = found.when(exp.Literal.string(code), _whole(place))
                return found
            case LeafKind.HOLDS:
                return self._holds(column, leaf.detail[0])
            case LeafKind.TEXT:
                return exp.In(this=column, expressions=[exp.Literal.string(text) for text in leaf.detail])
            case LeafKind.RECORDED:
                return exp.Is(this=column, expression=exp.null()).not_()
            case LeafKind.HISTORY:
                recorded = exp.Is(this=column, expression=exp.null()).not_()
                return exp.Case().when(recorded, exp.Boolean(this=True))
            case LeafKind.RECEIVED:
                return exp.cast(self._member(column, leaf.detail[0]), "bigint")
            case LeafKind.NUMBER:
                return exp.cast(column, "bigint")
        return column

    def _days(self, column: exp.Expression) -> exp.Expression:
        zero = exp.cast(exp.Literal.string(DAY_ZERO.isoformat()), "date")
        if self._dialect == "postgres":
            return exp.Sub(this=column, expression=zero)
        return exp.cast(exp.DateDiff(this=column, expression=zero, unit=exp.Var(this="DAY")), "bigint")

    def _calendar(self, column: exp.Expression, *, ends: bool) -> exp.Expression:
        """See ``circuit.leaves.monthday`` and ``monthend``."""

        def part(name: str, day: exp.Expression) -> exp.Expression:
            found = exp.Extract(this=exp.Var(this=name), expression=day.copy())
            return exp.cast(found, "bigint")

        day = part("DAY", column)
        if ends:
            one = exp.Literal.number(1)
            later: exp.Expression = exp.Paren(this=exp.Add(this=column.copy(), expression=one))
            if self._dialect == "spark":
                later = exp.Anonymous(this="DATE_ADD", expressions=[column.copy(), one])
            day = _choice(exp.EQ(this=part("DAY", later), expression=_whole(1)), _whole(31), day)
        months = exp.Add(
            this=exp.Mul(this=part("YEAR", column), expression=_whole(12)), expression=part("MONTH", column)
        )
        before = exp.Paren(this=exp.Sub(this=months, expression=_whole(1)))
        told = exp.Add(this=exp.Mul(this=before, expression=_whole(32)), expression=exp.Paren(this=day))
        recorded = exp.Is(this=column.copy(), expression=exp.null()).not_()
        return exp.Case().when(recorded, told)

    def _holds(self, column: exp.Expression, code: str) -> exp.Expression:
        if self._dialect == "postgres":
            return exp.EQ(this=exp.Literal.string(code), expression=exp.Any(this=exp.Paren(this=column)))
        return exp.ArrayContains(this=column, expression=exp.Literal.string(code))

    def _member(self, column: exp.Expression, name: str) -> exp.Expression:
        """The value under a name of a JSON object, as text."""
        if self._dialect == "postgres":
            return exp.Anonymous(
                this="JSONB_EXTRACT_PATH_TEXT",
                expressions=[exp.cast(column, "jsonb"), exp.Literal.string(name)],
            )
        if self._dialect == "spark":  # a map, since a path cannot hold every name
            shape = exp.Anonymous(
                this="FROM_JSON", expressions=[column, exp.Literal.string("map<string,bigint>")]
            )
            return exp.Anonymous(this="ELEMENT_AT", expressions=[shape, exp.Literal.string(name)])
        shape = exp.Anonymous(
            this="FROM_JSON", expressions=[column, exp.Literal.string('"MAP(VARCHAR, BIGINT)"')]
        )
        return exp.Anonymous(this="MAP_EXTRACT_VALUE", expressions=[shape, exp.Literal.string(name)])


def _column(name: str) -> exp.Expression:
    return exp.column(name, quoted=True)


def _whole(value: int) -> exp.Expression:
    number = exp.cast(exp.Literal.number(abs(value)), "bigint")
    return exp.Paren(this=exp.Neg(this=number)) if value < 0 else number


def _choice(test: exp.Expression, yes: exp.Expression, no: exp.Expression) -> exp.Expression:
    return exp.Case().when(test, yes).else_(no)


def _is_cheap(gate: Gate) -> bool:
    """Whether a gate costs no more than reading a column."""
    return gate.op in (Op.NUMBER, Op.INPUT, Op.KNOWN) or (gate.op is Op.NOT and _is_cheap(gate.args[0]))
