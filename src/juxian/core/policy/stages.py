"""The stages of ``decisions`` over all persons at once (整列认定): each stage adds columns that later ones read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_

import polars as pl

from juxian.core.facts.schema import Kind, Schema
from juxian.core.money import CEILING_FEN
from juxian.core.policy.bounds import LARGEST, bounds_of
from juxian.core.policy.columnar import Columns, lower, received_fen, was_received
from juxian.core.policy.document import Hit, StackingRule
from juxian.core.policy.document import Row as TableRow
from juxian.core.policy.entitlements import Verdict
from juxian.core.policy.nodes import RECEIVED, Constant, FieldValue, Number, Term
from juxian.core.policy.ranges import Range, any_holds, beats, chosen, either, fen, of_table
from juxian.core.policy.rulebook import Ceiling, Group, Item, Rulebook
from juxian.core.policy.shapes import numbers_of, shape_of, with_numbers

VERDICTS = pl.Enum([verdict.value for verdict in Verdict])


@dataclass(frozen=True)
class Final:
    """What comes out for one benefit over its versions. offered, amount: fen, null while undecided, 0 for no."""

    policy: str
    benefit: str
    yes: pl.Expr
    no: pl.Expr
    unknown: pl.Expr
    offered: pl.Expr
    amount: pl.Expr

    @property
    def verdict(self) -> pl.Expr:
        yes, no, unknown = (
            pl.lit(verdict.value, VERDICTS) for verdict in (Verdict.YES, Verdict.NO, Verdict.UNKNOWN)
        )
        return pl.when(self.yes).then(yes).when(self.no).then(no).otherwise(unknown)


@dataclass(frozen=True)
class Plan:
    """Columns to add, stage by stage, and what is read from them in the end. Bound to no data."""

    stages: tuple[tuple[pl.Expr, ...], ...]
    finals: tuple[Final, ...]

    def over(self, frame: pl.DataFrame) -> pl.LazyFrame:
        """The columns of a checked population with those of every stage."""
        return reduce(lambda lazy, stage: lazy.with_columns(stage), self.stages, frame.lazy())


class Stages:
    """Columns under construction, so that what two later stages read is computed once."""

    def __init__(self) -> None:
        self.done: list[tuple[pl.Expr, ...]] = []
        self.pending: list[pl.Expr] = []
        self.count = 0

    def kept(self, expression: pl.Expr) -> pl.Expr:
        """``expression`` as a column that can be read after ``close``."""
        return pl.col(self.named(expression))

    def named(self, expression: pl.Expr) -> str:
        name = f"_{self.count}"
        self.count += 1
        self.pending.append(expression.alias(name))
        return name

    def kept_range(self, outcome: Range) -> Range:
        holds, low = self.kept(outcome.holds), self.kept(outcome.low)
        return replace(outcome, holds=holds, low=low, high=low if outcome.fixed else self.kept(outcome.high))

    def close(self) -> None:
        if self.pending:
            self.done.append(tuple(self.pending))
            self.pending = []


def plan_of(book: Rulebook, certain: frozenset[str], schema: Schema) -> Plan:
    """The plan of a whole sweep. certain: fields without a null, which decide how much work there is."""
    columns = Columns(book.as_of, schema, book.benefit_words, certain)
    stages = Stages()
    tables = [_table(item, columns, stages) for item in book.items]
    stages.close()
    offered = [
        stages.kept_range(_alone(item, table(), columns))
        for item, table in zip(book.items, tables, strict=True)
    ]
    stages.close()
    counts: dict[int, pl.Expr] = {}
    for group in book.groups:
        _stack(group, offered, counts, stages)
        stages.close()
    amounts = [_counted(place, outcome, counts, stages) for place, outcome in enumerate(offered)]
    stages.close()
    for ceiling in book.ceilings:
        _cut(ceiling, offered, amounts, columns, stages)
    finals = [
        _final(key, [offered[p] for p in places], [amounts[p] for p in places])
        for key, places in book.keys.items()
    ]
    return Plan(tuple(stages.done), tuple(finals))


# each benefit alone


def _alone(item: Item, table: Range, columns: Columns) -> Range:
    benefit = item.benefit
    parts, certain = [], table.certain
    if item.in_force != Constant(True):
        parts.append(lower(item.in_force, columns))
        certain = certain and columns.is_certain(item.in_force)
    if benefit.who is not None:
        parts.append(lower(benefit.who.clause, columns))
        certain = certain and columns.is_certain(benefit.who.clause)
    if any(row.when is None for row in benefit.table.rows):
        parts = parts or [table.holds]
    else:
        parts.append(table.holds)
    if item.once:
        parts.append(~was_received(item.once))
        certain = certain and RECEIVED in columns.certain
    low, high = table.low, table.high
    if benefit.cap_fen is not None:
        low, high = _both(low, high, lambda end: end.clip(upper_bound=benefit.cap_fen))
    if item.deducted:
        low, high = _after_earlier(low, high, item, columns)
    return Range(reduce(and_, parts), low, high, certain)


def _both(low: pl.Expr, high: pl.Expr, change: Callable[[pl.Expr], pl.Expr]) -> tuple[pl.Expr, pl.Expr]:
    changed = change(low)
    return changed, changed if low is high else change(high)


def _after_earlier(low: pl.Expr, high: pl.Expr, item: Item, columns: Columns) -> tuple[pl.Expr, pl.Expr]:
    received = received_fen(item.deducted)
    if RECEIVED in columns.certain:
        return _both(low, high, lambda end: (end - received).clip(lower_bound=0))
    least = (low - received).clip(lower_bound=0).fill_null(0)
    return least, (high - received.fill_null(0)).clip(lower_bound=0)


def _table(item: Item, columns: Columns, stages: Stages) -> Callable[[], Range]:
    """A table in two steps: numbers chosen by row become columns first, then what is done with them."""
    rows = item.benefit.table.rows
    terms = [row.give.term for row in rows if row.give is not None]
    if len(terms) == len(rows) and _shares_work(item, terms, columns):
        return _of_one_shape(rows, terms, columns, stages)
    return lambda: of_table(item.benefit.table.hit, [_row(item, row, columns) for row in rows])


def _shares_work(item: Item, terms: Sequence[Term], columns: Columns) -> bool:
    """Whether the amounts are one calculation with other numbers, and every row is decided for everybody."""
    rows = item.benefit.table.rows
    return (
        item.benefit.table.hit is Hit.FIRST
        and len(terms) > 1
        and not item.benefit.per_payment
        and not isinstance(terms[0], Number)
        and len({shape_of(term) for term in terms}) == 1
        and columns.is_certain(terms[0])
        and all(row.when is None or columns.is_certain(row.when.clause) for row in rows)
    )


def _of_one_shape(
    rows: Sequence[TableRow], terms: Sequence[Term], columns: Columns, stages: Stages
) -> Callable[[], Range]:
    nothing = fen(0)
    tests = [Range(_when(row, columns), nothing, nothing, True) for row in rows]
    numbers: list[Term] = []
    names = set()
    for values in zip(*(numbers_of(term) for term in terms), strict=True):
        if len(set(values)) == 1:
            numbers.append(Number(values[0], Kind.MONEY))
            continue
        picked = chosen(tests[:-1], [fen(value) for value in values[:-1]], fen(values[-1]))
        names.add(stages.named(picked))
        numbers.append(FieldValue(f"_{stages.count - 1}", Kind.MONEY))
    bounds = [bounds_of(term) for term in terms]
    low, high = min(b.low for b in bounds), max(b.high for b in bounds)
    wider = replace(columns, certain=columns.certain | names)

    def finish() -> Range:
        amount = _within(lower(with_numbers(terms[0], iter(numbers)), wider), low, high)
        return Range(any_holds(tests), amount, amount, True)

    return finish


def _when(row: TableRow, columns: Columns) -> pl.Expr:
    return pl.lit(True) if row.when is None else lower(row.when.clause, columns)


def _row(item: Item, row: TableRow, columns: Columns) -> Range:
    holds = _when(row, columns)
    certain = row.when is None or columns.is_certain(row.when.clause)
    count = item.benefit.pay.count if item.benefit.per_payment else 1
    if row.give is None or isinstance(row.give.term, Number):
        written = row.give.term.value if row.give is not None and isinstance(row.give.term, Number) else 0
        fixed = fen(min(min(max(written, 0), CEILING_FEN) * count, CEILING_FEN))
        return Range(holds, fixed, fixed, certain)
    bounds = bounds_of(row.give.term)
    amount = _within(lower(row.give.term, columns).cast(pl.Int64), bounds.low, bounds.high)
    if count > 1:
        amount = (amount * count).clip(upper_bound=CEILING_FEN)
    if columns.is_certain(row.give.term):
        return Range(holds, amount, amount, certain)
    return Range(holds, amount.fill_null(0), amount.fill_null(CEILING_FEN), certain)


def _within(amount: pl.Expr, low: int, high: int) -> pl.Expr:
    """An amount that may lie in [low, high], kept from 0 to the ceiling."""
    if low < 0:
        amount = amount.clip(lower_bound=0)
    return amount.clip(upper_bound=CEILING_FEN) if high > CEILING_FEN else amount


# groups and caps


def _stack(group: Group, offered: list[Range], counts: dict[int, pl.Expr], stages: Stages) -> None:
    before = {place: offered[place] for place in group.members}
    in_order = group.rule is StackingRule.FIRST
    for rank, place in enumerate(group.members):
        rivals = [
            (r, other) for r, other in enumerate(group.members) if r != rank and (r < rank or not in_order)
        ]
        if not rivals:
            continue
        own = before[place]
        wins = [before[o].holds if in_order else beats(before[o], own, ties=r < rank) for r, o in rivals]
        kept = ~reduce(or_, wins)
        if group.rule is StackingRule.CHOOSE_ONE:
            counts[place] = stages.kept(counts[place] & kept if place in counts else kept)
            continue
        certain = all(b.certain and (in_order or b.fixed) for b in before.values())
        offered[place] = replace(own, holds=stages.kept(own.holds & kept), certain=certain)


def _counted(place: int, offered: Range, counts: Mapping[int, pl.Expr], stages: Stages) -> Range:
    """What goes into totals: nothing for what another is chosen over."""
    if place not in counts:
        return offered
    low = stages.kept(pl.when(counts[place]).then(offered.low).otherwise(fen(0)))
    high = stages.kept(pl.when(counts[place].fill_null(True)).then(offered.high).otherwise(fen(0)))
    return replace(offered, low=low, high=high)


def _cut(
    ceiling: Ceiling, offered: list[Range], amounts: list[Range], columns: Columns, stages: Stages
) -> None:
    """Earlier benefits are kept whole, later ones get what is left under the cap."""
    unless = ceiling.cap.unless
    settled = all(amounts[place].settled and amounts[place] is offered[place] for place in ceiling.members)
    if settled and (unless is None or columns.is_certain(unless.clause)):
        _cut_settled(ceiling, offered, amounts, columns, stages)
    else:
        _cut_open(ceiling, amounts, columns, stages)


def _cut_settled(
    ceiling: Ceiling, offered: list[Range], amounts: list[Range], columns: Columns, stages: Stages
) -> None:
    """Everything is known: each gets the step by which the running total under the cap rises.

    What each gives is kept as a column, which its offer then reads as well.
    """
    cap = fen(ceiling.cap.amount_fen)
    if ceiling.cap.unless is not None:
        cap = stages.kept(
            pl.when(lower(ceiling.cap.unless.clause, columns)).then(fen(LARGEST)).otherwise(cap)
        )
    given = [stages.kept(amounts[place].least) for place in ceiling.members]
    for place, least in zip(ceiling.members, given, strict=True):
        offered[place] = replace(offered[place], low=least, high=least, masked=True)
    total = given[0]
    totals = [total]
    for least in given[1:]:
        stages.close()
        total = stages.kept(total + least)
        totals.append(total)
    stages.close()
    under = [stages.kept(pl.when(total <= cap).then(total).otherwise(cap)) for total in totals]
    stages.close()
    for place, below, reached in zip(ceiling.members, [None, *under[:-1]], under, strict=True):
        step = reached if below is None else reached - below
        amounts[place] = replace(amounts[place], low=step, high=step, masked=True)


def _cut_open(ceiling: Ceiling, amounts: list[Range], columns: Columns, stages: Stages) -> None:
    cap, lifted = ceiling.cap, pl.lit(False)
    if cap.unless is not None:
        lifted = stages.kept(lower(cap.unless.clause, columns))
    least = most = fen(0)
    for place in ceiling.members:
        stages.close()
        own = amounts[place]
        left_low = pl.min_horizontal(own.low, (cap.amount_fen - most).clip(lower_bound=0))
        left_high = pl.min_horizontal(own.high, (cap.amount_fen - least).clip(lower_bound=0))
        low = stages.kept(pl.when(lifted.fill_null(False)).then(own.low).otherwise(left_low))
        high = stages.kept(pl.when(lifted.fill_null(True)).then(own.high).otherwise(left_high))
        least, most = stages.kept(least + own.least), stages.kept(most + own.most)
        amounts[place] = replace(own, low=low, high=high, masked=False)
    stages.close()


def _final(key: tuple[str, str], offered: list[Range], amounts: list[Range]) -> Final:
    offer, amount = either(offered), either(amounts)
    if offer.settled and amount.fixed:
        return Final(*key, offer.holds, ~offer.holds, pl.lit(False), offer.least, amount.least)
    yes = offer.sure if offer.fixed else offer.sure & (offer.low == offer.high)
    no = ~offer.may
    fixed = pl.when(amount.low == amount.high).then(amount.low)
    worth = pl.when(yes).then(offer.low).when(no).then(fen(0))
    counted = pl.when(yes).then(fixed).when(no).then(fen(0))
    return Final(*key, yes, no, ~(yes | no), worth, counted)
