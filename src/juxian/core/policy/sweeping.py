"""Everybody's entitlements at once (政策找人): the stages of ``decisions``, column by column.

Each item of the rulebook has three columns: ``h`` whether it holds (null unknown), ``l`` and ``u`` the ends of its amount in
fen if it holds. Where no fact can be missing both ends are one column and nothing is null, which is most of the speed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import and_, or_

import polars as pl

from juxian.core.facts.schema import Schema
from juxian.core.money import CEILING_FEN
from juxian.core.policy.columnar import Columns, lower, received_fen, was_received
from juxian.core.policy.decisions import decide
from juxian.core.policy.document import Hit, Policy, StackingRule
from juxian.core.policy.document import Row as TableRow
from juxian.core.policy.entitlements import Verdict, judged
from juxian.core.policy.nodes import RECEIVED, Constant, Number, Received, ReceivedAmount, walk
from juxian.core.policy.outcomes import NONE_HIGH, NONE_LOW
from juxian.core.policy.population import Population, canonical_rows, population
from juxian.core.policy.rulebook import Ceiling, Group, Item, Rulebook, rulebook
from juxian.core.source import Problem, Rejected, errors_in

ENGINES = ("polars", "rowwise")
VERDICTS = pl.Enum([verdict.value for verdict in Verdict])


def sweep(
    policies: Iterable[Policy], frame: pl.DataFrame, as_of: date, schema: Schema, engine: str = "polars"
) -> pl.DataFrame:
    """One line for each person and benefit: person, policy, benefit, verdict, amount_fen, benefits in their order.

    frame: see ``population``. amount_fen (Int64, fen) is 0 for no and null while undecided. engine: polars, or rowwise
    for the reference evaluator. Raises ``Rejected`` when a column is wrong, ``ValueError`` for another engine.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {ENGINES}, not {engine!r}")
    book = rulebook(policies, as_of)
    people = _people(book, frame, schema)
    if errors_in(people.problems):
        raise Rejected(errors_in(people.problems))
    if engine == "rowwise":
        return _rowwise(book, frame, people, schema)
    lazy, finals = _lowered(book, people, schema)
    wide = lazy.select(
        "person",
        *(final.verdict.alias(f"v{k}") for k, final in enumerate(finals)),
        *(final.amount.alias(f"a{k}") for k, final in enumerate(finals)),
    ).collect(engine="streaming")
    return _long(wide, finals)


def reach(policies: Iterable[Policy], frame: pl.DataFrame, as_of: date, schema: Schema) -> pl.DataFrame:
    """How many and how much: policy, benefit, yes, unknown (persons), offered_fen, amount_fen (sums over yes).

    offered_fen adds up each benefit before the caps of its policy, amount_fen what counts after them.
    """
    book = rulebook(policies, as_of)
    people = _people(book, frame, schema)
    if errors_in(people.problems):
        raise Rejected(errors_in(people.problems))
    return reach_of(book, people, schema)


def reach_of(book: Rulebook, people: Population, schema: Schema) -> pl.DataFrame:
    """``reach`` over columns that are ready."""
    lazy, finals = _lowered(book, people, schema)
    sums = []
    for k, final in enumerate(finals):
        sums += [final.yes.sum().alias(f"y{k}"), final.unknown.sum().alias(f"q{k}")]
        sums += [final.offered.sum().alias(f"o{k}"), final.amount.sum().alias(f"a{k}")]
    row = lazy.select(sums).collect(engine="streaming").row(0, named=True) if sums else {}
    return pl.DataFrame(
        [
            (final.policy, final.benefit, row[f"y{k}"], row[f"q{k}"], row[f"o{k}"], row[f"a{k}"])
            for k, final in enumerate(finals)
        ],
        schema={
            "policy": pl.String, "benefit": pl.String, "yes": pl.Int64, "unknown": pl.Int64, "offered_fen": pl.Int64,
            "amount_fen": pl.Int64,
        },
        orient="row",
    )  # fmt: skip


def population_problems(
    policies: Iterable[Policy], frame: pl.DataFrame, as_of: date, schema: Schema
) -> tuple[Problem, ...]:
    """What is wrong with a frame, columns that are missing among it (as warnings)."""
    return _people(rulebook(policies, as_of), frame, schema).problems


def _people(book: Rulebook, frame: pl.DataFrame, schema: Schema) -> Population:
    return population(frame, book.fields, _names_received(book), schema)


def _names_received(book: Rulebook) -> list[str]:
    """Names of benefits whose earlier receipt some rule asks for."""
    found: dict[str, None] = {}
    expressions = [
        expression.clause
        for item in book.items
        for expression in (item.benefit.who, *(row.when for row in item.benefit.table.rows))
        if expression is not None
    ]
    expressions += [c.cap.unless.clause for c in book.ceilings if c.cap.unless is not None]
    terms = [row.give.term for item in book.items for row in item.benefit.table.rows if row.give is not None]
    for node in (part for root in (*expressions, *terms) for part in walk(root)):
        if isinstance(node, Received | ReceivedAmount):
            found.update(dict.fromkeys(book.benefit_words.get(node.benefit, (node.benefit,))))
    for item in book.items:
        found.update(dict.fromkeys((*item.once, *item.deducted)))
    return list(found)


# --- the columnar stages ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Range:
    """Expressions of one outcome; ``certain``: ``holds`` is never null; ``low is high`` where the amount is known."""

    holds: pl.Expr
    low: pl.Expr
    high: pl.Expr
    certain: bool

    @property
    def fixed(self) -> bool:
        return self.low is self.high

    @property
    def sure(self) -> pl.Expr:
        return self.holds if self.certain else self.holds.fill_null(False)

    @property
    def may(self) -> pl.Expr:
        return self.holds if self.certain else self.holds.fill_null(True)


@dataclass(frozen=True)
class _Final:
    """What comes out for one benefit over its versions."""

    policy: str
    benefit: str
    yes: pl.Expr
    no: pl.Expr
    offered: pl.Expr  # null unless yes
    amount: pl.Expr

    @property
    def unknown(self) -> pl.Expr:
        return ~(self.yes | self.no)

    @property
    def verdict(self) -> pl.Expr:
        yes, no, unknown = (
            pl.lit(verdict.value, VERDICTS) for verdict in (Verdict.YES, Verdict.NO, Verdict.UNKNOWN)
        )
        return pl.when(self.yes).then(yes).when(self.no).then(no).otherwise(unknown)


class _Stages:
    """A lazy frame that grows by columns, so that what two later stages read is computed once."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.lazy = frame.lazy()
        self.pending: list[pl.Expr] = []
        self.count = 0

    def kept(self, expression: pl.Expr) -> pl.Expr:
        """``expression`` as a column of the next stage."""
        name = f"_{self.count}"
        self.count += 1
        self.pending.append(expression.alias(name))
        return pl.col(name)

    def kept_range(self, outcome: _Range) -> _Range:
        holds, low = self.kept(outcome.holds), self.kept(outcome.low)
        return _Range(holds, low, low if outcome.fixed else self.kept(outcome.high), outcome.certain)

    def close(self) -> None:
        """Columns kept so far may be read from here on."""
        if self.pending:
            self.lazy = self.lazy.with_columns(self.pending)
            self.pending = []


def _lowered(book: Rulebook, people: Population, schema: Schema) -> tuple[pl.LazyFrame, list[_Final]]:
    columns = Columns(book.as_of, schema, book.benefit_words, people.certain)
    stages = _Stages(people.frame)
    offered = [stages.kept_range(_alone(item, columns)) for item in book.items]
    stages.close()
    counts: dict[int, pl.Expr] = {}
    for group in book.groups:
        _stack(group, offered, counts, stages)
        stages.close()
    amounts = [_counted(place, outcome, counts, stages) for place, outcome in enumerate(offered)]
    stages.close()
    for ceiling in book.ceilings:
        _cut(ceiling, amounts, columns, stages)
    finals = [
        _final(key, [offered[p] for p in places], [amounts[p] for p in places])
        for key, places in book.keys.items()
    ]
    return stages.lazy, finals


def _alone(item: Item, columns: Columns) -> _Range:
    benefit = item.benefit
    table = _table(item, columns)
    parts, certain = [table.holds], table.certain
    if item.in_force != Constant(True):
        parts.append(lower(item.in_force, columns))
        certain = certain and columns.is_certain(item.in_force)
    if benefit.who is not None:
        parts.append(lower(benefit.who.clause, columns))
        certain = certain and columns.is_certain(benefit.who.clause)
    low, high = table.low, table.high
    if benefit.cap_fen is not None:
        low, high = _both(low, high, lambda end: end.clip(upper_bound=benefit.cap_fen))
    if item.deducted:
        low, high = _after_earlier(low, high, item, columns)
    if item.once:
        parts.append(~was_received(item.once))
        certain = certain and RECEIVED in columns.certain
    return _Range(reduce(and_, reversed(parts)), low, high, certain)


def _both(low: pl.Expr, high: pl.Expr, change: object) -> tuple[pl.Expr, pl.Expr]:
    changed = change(low)  # type: ignore[operator]
    return changed, changed if low is high else change(high)  # type: ignore[operator]


def _after_earlier(low: pl.Expr, high: pl.Expr, item: Item, columns: Columns) -> tuple[pl.Expr, pl.Expr]:
    received = received_fen(item.deducted)
    if RECEIVED in columns.certain:
        return _both(low, high, lambda end: (end - received).clip(lower_bound=0))
    least = (low - received).clip(lower_bound=0).fill_null(0)
    return least, (high - received.fill_null(0)).clip(lower_bound=0)


def _table(item: Item, columns: Columns) -> _Range:
    rows = [_row(item, row, columns) for row in item.benefit.table.rows]
    match item.benefit.table.hit:
        case Hit.FIRST:
            return _first(rows)
        case Hit.SUM:
            return _sum(rows)
        case hit:
            return _extreme(rows, hit)


def _row(item: Item, row: TableRow, columns: Columns) -> _Range:
    holds = pl.lit(True) if row.when is None else lower(row.when.clause, columns)
    certain = row.when is None or columns.is_certain(row.when.clause)
    count = item.benefit.pay.count if item.benefit.per_payment else 1
    if row.give is None:
        nothing = pl.lit(0, pl.Int64)
        return _Range(holds, nothing, nothing, certain)
    if isinstance(row.give.term, Number):
        fixed = pl.lit(min(min(max(row.give.term.value, 0), CEILING_FEN) * count, CEILING_FEN), pl.Int64)
        return _Range(holds, fixed, fixed, certain)
    amount = lower(row.give.term, columns).cast(pl.Int64).clip(0, CEILING_FEN)
    if count > 1:
        amount = (amount * count).clip(upper_bound=CEILING_FEN)
    if columns.is_certain(row.give.term):
        return _Range(holds, amount, amount, certain)
    return _Range(holds, amount.fill_null(0), amount.fill_null(CEILING_FEN), certain)


def _first(rows: list[_Range]) -> _Range:
    """Certain rows are a chain of when-then; a row that may hold widens what the rows below give."""
    if all(row.certain and row.fixed for row in rows):
        chain = pl.lit(0, pl.Int64)
        for row in reversed(rows):
            chain = pl.when(row.holds).then(row.low).otherwise(chain)
        return _Range(reduce(or_, (row.holds for row in rows)), chain, chain, True)
    low, high = pl.lit(NONE_LOW, pl.Int64), pl.lit(NONE_HIGH, pl.Int64)
    for row in reversed(rows):
        if row.certain:
            low = pl.when(row.holds).then(row.low).otherwise(low)
            high = pl.when(row.holds).then(row.high).otherwise(high)
        else:
            low = (
                pl.when(row.sure)
                .then(row.low)
                .when(row.may)
                .then(pl.min_horizontal(row.low, low))
                .otherwise(low)
            )
            high = (
                pl.when(row.sure)
                .then(row.high)
                .when(row.may)
                .then(pl.max_horizontal(row.high, high))
                .otherwise(high)
            )
    return _Range(reduce(or_, (row.holds for row in rows)), low, high, all(row.certain for row in rows))


def _extreme(rows: list[_Range], hit: Hit) -> _Range:
    """HIGHEST, LOWEST and UNIQUE; see ``outcomes.of_table``."""
    holds = reduce(or_, (row.holds for row in rows))
    certain = all(row.certain for row in rows)
    possible_low = pl.min_horizontal(*(pl.when(row.may).then(row.low).otherwise(NONE_LOW) for row in rows))
    possible_high = pl.max_horizontal(*(pl.when(row.may).then(row.high).otherwise(NONE_HIGH) for row in rows))
    any_sure = reduce(or_, (row.sure for row in rows))
    if hit is Hit.HIGHEST:
        sure_low = pl.max_horizontal(*(pl.when(row.sure).then(row.low).otherwise(NONE_HIGH) for row in rows))
        if certain and all(row.fixed for row in rows):
            return _Range(holds, sure_low, sure_low, True)
        return _Range(holds, pl.when(any_sure).then(sure_low).otherwise(possible_low), possible_high, certain)
    if hit is Hit.LOWEST:
        sure_high = pl.min_horizontal(*(pl.when(row.sure).then(row.high).otherwise(NONE_LOW) for row in rows))
        if certain and all(row.fixed for row in rows):
            return _Range(holds, sure_high, sure_high, True)
        return _Range(
            holds, possible_low, pl.when(any_sure).then(sure_high).otherwise(possible_high), certain
        )
    return _Range(holds, possible_low, possible_high, certain)


def _sum(rows: list[_Range]) -> _Range:
    holds = reduce(or_, (row.holds for row in rows))
    certain = all(row.certain for row in rows)
    sure = reduce(lambda a, b: a + b, (pl.when(row.sure).then(row.low).otherwise(0) for row in rows)).clip(
        upper_bound=CEILING_FEN
    )
    if certain and all(row.fixed for row in rows):
        return _Range(holds, sure, sure, True)
    most = reduce(lambda a, b: a + b, (pl.when(row.may).then(row.high).otherwise(0) for row in rows)).clip(
        upper_bound=CEILING_FEN
    )
    least = pl.min_horizontal(*(pl.when(row.may).then(row.low).otherwise(NONE_LOW) for row in rows))
    any_sure = reduce(or_, (row.sure for row in rows))
    return _Range(holds, pl.when(any_sure).then(sure).otherwise(least), most, certain)


def _stack(group: Group, offered: list[_Range], counts: dict[int, pl.Expr], stages: _Stages) -> None:
    before = {place: offered[place] for place in group.members}
    for rank, place in enumerate(group.members):
        wins = [
            before[other].holds
            if group.rule is StackingRule.FIRST
            else before[other].holds & _greater(before[other], before[place], ties=other_rank < rank)
            for other_rank, other in enumerate(group.members)
            if other != place and (group.rule is not StackingRule.FIRST or other_rank < rank)
        ]
        if not wins:
            continue
        kept = ~reduce(or_, wins)
        if group.rule is StackingRule.CHOOSE_ONE:
            counts[place] = stages.kept(counts[place] & kept if place in counts else kept)
            continue
        certain = all(outcome.certain and outcome.fixed for outcome in before.values())
        if group.rule is StackingRule.FIRST:
            certain = all(outcome.certain for outcome in before.values())
        own = before[place]
        offered[place] = replace(own, holds=stages.kept(own.holds & kept), certain=certain)


def _greater(other: _Range, own: _Range, *, ties: bool) -> pl.Expr:
    """Null where the ranges leave it open."""
    if other.fixed and own.fixed:
        return other.low >= own.low if ties else other.low > own.low
    if ties:
        return pl.when(other.low >= own.high).then(True).when(other.high < own.low).then(False)
    return pl.when(other.low > own.high).then(True).when(other.high <= own.low).then(False)


def _counted(place: int, offered: _Range, counts: Mapping[int, pl.Expr], stages: _Stages) -> _Range:
    if place not in counts:
        return offered
    low = stages.kept(pl.when(counts[place]).then(offered.low).otherwise(0))
    high = stages.kept(pl.when(counts[place].fill_null(True)).then(offered.high).otherwise(0))
    return replace(offered, low=low, high=high)


def _cut(ceiling: Ceiling, amounts: list[_Range], columns: Columns, stages: _Stages) -> None:
    """Earlier benefits are kept whole, later ones get what is left under the cap."""
    cap = ceiling.cap
    lifted = pl.lit(False) if cap.unless is None else stages.kept(lower(cap.unless.clause, columns))
    open_question = cap.unless is not None and not columns.is_certain(cap.unless.clause)
    least = most = pl.lit(0, pl.Int64)
    for place in ceiling.members:
        stages.close()
        own = amounts[place]
        settled = least is most and own.fixed and not open_question
        cut = pl.min_horizontal(own.low, (cap.amount_fen - most).clip(lower_bound=0))
        low = stages.kept(pl.when(lifted.fill_null(False)).then(own.low).otherwise(cut))
        high = low
        if not settled:
            cut = pl.min_horizontal(own.high, (cap.amount_fen - least).clip(lower_bound=0))
            high = stages.kept(pl.when(lifted.fill_null(True)).then(own.high).otherwise(cut))
        spent_least = least + pl.when(own.sure).then(own.low).otherwise(0)
        if least is most and own.fixed and own.certain:
            least = most = stages.kept(spent_least)
        else:
            spent_most = most + pl.when(own.may).then(own.high).otherwise(0)
            least, most = stages.kept(spent_least), stages.kept(spent_most)
        amounts[place] = replace(own, low=low, high=high)
    stages.close()


def _final(key: tuple[str, str], offered: list[_Range], amounts: list[_Range]) -> _Final:
    offer, amount = _either(offered), _either(amounts)
    yes = offer.sure if offer.fixed else offer.sure & (offer.low == offer.high)
    fixed = amount.low if amount.fixed else pl.when(amount.low == amount.high).then(amount.low)
    no = ~offer.may
    counted = pl.when(yes).then(fixed).when(no).then(pl.lit(0, pl.Int64))
    return _Final(key[0], key[1], yes, no, pl.when(yes).then(offer.low), counted)


def _either(outcomes: list[_Range]) -> _Range:
    if len(outcomes) == 1:
        return outcomes[0]
    low = pl.min_horizontal(*(pl.when(o.may).then(o.low).otherwise(NONE_LOW) for o in outcomes))
    high = pl.max_horizontal(*(pl.when(o.may).then(o.high).otherwise(NONE_HIGH) for o in outcomes))
    return _Range(reduce(or_, (o.holds for o in outcomes)), low, high, all(o.certain for o in outcomes))


# --- results ------------------------------------------------------------------------------------------------------------


def _long(wide: pl.DataFrame, finals: list[_Final]) -> pl.DataFrame:
    parts = [
        wide.select(
            "person",
            pl.lit(final.policy).alias("policy"),
            pl.lit(final.benefit).alias("benefit"),
            pl.col(f"v{k}").alias("verdict"),
            pl.col(f"a{k}").alias("amount_fen"),
        )
        for k, final in enumerate(finals)
    ]
    if not parts:
        return _nothing(wide["person"])
    return pl.concat(parts)


def _nothing(person: pl.Series) -> pl.DataFrame:
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "person": person.dtype,
        "policy": pl.String,
        "benefit": pl.String,
        "verdict": VERDICTS,
        "amount_fen": pl.Int64,
    }
    return pl.DataFrame(schema=schema)


def _rowwise(book: Rulebook, frame: pl.DataFrame, people: Population, schema: Schema) -> pl.DataFrame:
    """The reference: ``decisions.decide`` for each row."""
    keys = book.keys
    found: dict[tuple[str, str], tuple[list[str], list[int | None]]] = {key: ([], []) for key in keys}
    for row in canonical_rows(frame, book.fields, schema):
        decisions = decide(book, row, schema)
        for key, places in keys.items():
            verdict, amount, _ = judged([decisions[place] for place in places])
            found[key][0].append(verdict.value)
            found[key][1].append(amount)
    person = people.frame["person"]
    parts = [
        pl.DataFrame(
            {
                "person": person,
                "policy": pl.Series([policy], dtype=pl.String).new_from_index(0, person.len()),
                "benefit": pl.Series([benefit], dtype=pl.String).new_from_index(0, person.len()),
                "verdict": pl.Series(verdicts, dtype=VERDICTS),
                "amount_fen": pl.Series(amounts, dtype=pl.Int64),
            }
        )
        for (policy, benefit), (verdicts, amounts) in found.items()
    ]
    return pl.concat(parts) if parts else _nothing(person)
