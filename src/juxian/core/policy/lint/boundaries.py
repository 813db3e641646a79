"""Boundary just missed (漏掉的边界值): two thresholds that leave out one value, such as ``<= 45`` and ``> 46``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from juxian.core.facts.schema import Kind, Schema
from juxian.core.policy.decisions import alone
from juxian.core.policy.lint.axes import STEPS
from juxian.core.policy.lint.finding import Finding
from juxian.core.policy.lint.grid import Grid, first
from juxian.core.policy.lint.parts import View, conditions_of, views_on
from juxian.core.policy.lint.people import Row, smallest
from juxian.core.policy.lint.places import Desk, condition_path, title_of
from juxian.core.policy.nodes import (
    AllOf,
    AnyOf,
    Clause,
    Compare,
    Day,
    Elapsed,
    FieldValue,
    LevelCompare,
    Not,
    Number,
    Term,
)
from juxian.core.policy.rowwise import evaluate
from juxian.core.policy.rulebook import Item, Rulebook
from juxian.core.policy.wording import field_title, value_words
from juxian.core.text import Text

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Threshold:
    """``term`` at most (upper) or at least (lower) ``value``, a whole number: fen, days, months, years, or a rank's place."""

    item: Item
    row: int | None
    node: Clause
    term: Term | str  # a term, or the name of a field of levels
    side: Literal["upper", "lower"]
    value: int


def boundaries(book: Rulebook, desk: Desk) -> Iterator[Finding]:
    """L106 between any two conditions of one policy."""
    found = [
        threshold
        for item in book.items
        for row, clause in conditions_of(item.benefit)
        for threshold in _thresholds(item, row, clause, desk.schema, positive=True)
    ]
    said: set[tuple[Any, ...]] = set()
    for upper in found:
        for lower in found:
            missed = _missed(upper, lower, desk.schema)
            if missed is not None and (upper.term, missed) not in said:
                for finding in _shown(upper, lower, missed, desk):
                    said.add((upper.term, missed))
                    yield finding


def _thresholds(
    item: Item, row: int | None, clause: Clause, schema: Schema, *, positive: bool
) -> Iterator[Threshold]:
    match clause:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _thresholds(item, row, part, schema, positive=positive)
        case Not(part):
            yield from _thresholds(item, row, part, schema, positive=not positive)
        case Compare(relation, (FieldValue() | Elapsed()) as term, (Number() | Day()) as limit) if (
            relation in _MIRRORED
        ):
            yield from _threshold(item, row, clause, term, relation, _whole(limit), positive=positive)
        case Compare(relation, (Number() | Day()) as limit, (FieldValue() | Elapsed()) as term) if (
            relation in _MIRRORED
        ):
            yield from _threshold(
                item, row, clause, term, _MIRRORED[relation], _whole(limit), positive=positive
            )
        case LevelCompare(name, scale, order, level):
            place = _ranked(schema, scale).index(level)
            yield from _threshold(item, row, clause, name, order, place, positive=positive)


def _threshold(
    item: Item, row: int | None, node: Clause, term: Term | str, relation: str, value: int, *, positive: bool
) -> Iterator[Threshold]:
    told = relation if positive else _NEGATED[relation]
    if told in ("<", "<="):
        yield Threshold(item, row, node, term, "upper", value - (told == "<"))
    else:
        yield Threshold(item, row, node, term, "lower", value + (told == ">"))


def _whole(limit: Number | Day) -> int:
    return limit.value.toordinal() if isinstance(limit, Day) else limit.value


def _ranked(schema: Schema, scale: str) -> list[str]:
    levels = sorted(schema.scales[scale].levels.values(), key=lambda level: level.rank)
    return [level.code for level in levels]


def _missed(upper: Threshold, lower: Threshold, schema: Schema) -> int | None:
    """The one value between the thresholds; None when there is none or more than one."""
    if upper.side != "upper" or lower.side != "lower" or upper.term != lower.term:
        return None
    step = STEPS[Kind.MONEY] if isinstance(upper.term, FieldValue) and upper.term.kind is Kind.MONEY else 1
    for one in {1, step}:
        if lower.value - upper.value == 2 * one:
            return upper.value + one
    return None


def _shown(upper: Threshold, lower: Threshold, missed: int, desk: Desk) -> Iterator[Finding]:
    items = list(dict.fromkeys([upper.item, lower.item]))
    views = views_on(items, [], desk)
    grid = views[0].grid
    field = upper.term if isinstance(upper.term, str) else getattr(upper.term, "field", "")
    place = _place(grid, field, upper.term, missed)
    if place is None:
        return
    cell = _left_out(views, field, place)
    if cell is None:
        return
    values = grid.axis(field).values
    below, own, above = values[place - 1 : place + 2]
    if isinstance(upper.term, Elapsed):  # the later the day, the fewer the years
        below, above = above, below
    row = {name: value for name, value in grid.row(cell).items() if name != field}
    kept = smallest(
        row,
        lambda some: _shows(
            items, {**some, field: below}, {**some, field: own}, {**some, field: above}, desk
        ),
    )
    if kept is not None:
        yield _told(upper, lower, field, [{**kept, field: value} for value in (own, below, above)], desk)


def _place(grid: Grid, field: str, term: Term | str, missed: int) -> int | None:
    """The place of the missed value on the axis of ``field``, if it has neighbours there."""
    values = grid.axis(field).values
    for place in range(1, len(values) - 1):
        row = {field: values[place]}
        if isinstance(term, str):
            scale = grid.at.schema.profile[field].type.scale
            own: Any = _ranked(grid.at.schema, scale).index(values[place]) if values[place] else None
        else:
            own = evaluate(term, row, grid.at)
            own = own.toordinal() if isinstance(own, date) else own
        if own == missed and values[place + 1] is not None:
            return place
    return None


def _left_out(views: Sequence[View], field: str, place: int) -> int | None:
    """A cell with the missed value that gets less than both its neighbours."""
    grid = views[0].grid
    stride = grid.stride(field)
    worths = _by_worth(views)
    for worth, mask in sorted(worths.items()):
        here = mask & grid.where(field, place)
        more = 0
        for other, other_mask in worths.items():
            more |= other_mask if other > worth else 0
        below, above = more & grid.where(field, place - 1), more & grid.where(field, place + 1)
        hit = here & (below << stride) & (above >> stride)
        if hit:
            return first(hit)
    return None


def _by_worth(views: Sequence[View]) -> dict[int, int]:
    found = {0: views[0].grid.full}
    for view in views:
        parts: dict[int, int] = {}
        for part in view.parts:
            worth = _worth(part.decision.offered.holds, part.decision.offered.fixed, view.item)
            if worth is not None:
                parts[worth] = parts.get(worth, 0) | part.mask
        summed: dict[int, int] = {}
        for before, mask in found.items():
            for worth, other in parts.items():
                summed[before + worth] = summed.get(before + worth, 0) | (mask & other)
        found = summed
    return found


def _worth(holds: bool | None, amount_fen: int | None, item: Item) -> int | None:
    """Fen of a decided benefit, with one for the benefit itself; None while it is undecided."""
    if holds is False:
        return 0
    if holds is None or amount_fen is None:
        return None
    return amount_fen + 1 if item.benefit.is_money else 1


def _shows(items: Sequence[Item], below: Row, own: Row, above: Row, desk: Desk) -> bool:
    worths = [_sum(items, row, desk) for row in (below, own, above)]
    left, middle, right = worths
    return left is not None and middle is not None and right is not None and middle < min(left, right)


def _sum(items: Sequence[Item], row: Row, desk: Desk) -> int | None:
    total = 0
    for item in items:
        offered = alone(item, row, desk.at).offered
        worth = _worth(offered.holds, offered.fixed, item)
        if worth is None:
            return None
        total += worth
    return total


def _told(upper: Threshold, lower: Threshold, field: str, rows: Sequence[Row], desk: Desk) -> Finding:
    own, below, above = rows
    words = _value_words(upper.term, field, own, desk)
    title = _field_words(upper.term, field, desk)
    item, other = lower.item, upper.item
    message = Text(
        f"{title.zh}恰为{words.zh}的人被漏掉：小一格和大一格都给，唯独这一格少给",
        f"{title.en} of exactly {words.en} is left out: one step below and one above get more",
    )
    people = [
        (Text(f"恰在漏掉的一格（{words.zh}）", f"at the value left out ({words.en})"), own),
        (Text("小一格", "one step below"), below),
        (Text("大一格", "one step above"), above),
    ]
    others = [] if other is item else [other]
    path = condition_path(item, lower.row)
    return desk.finding("L106", "warning", _of(item, message), item, path, lower.node, people, others)


def _of(item: Item, message: Text) -> Text:
    title = title_of(item)
    return Text(f"“{title.zh}”：{message.zh}", f"{title.en}: {message.en}")


def _value_words(term: Term | str, field: str, row: Row, desk: Desk) -> Text:
    if isinstance(term, Elapsed):
        count = evaluate(term, row, desk.at)
        years = term.unit == "years"
        return Text(f" {count} {'年' if years else '个月'}", f"{count} {'years' if years else 'months'}")
    return value_words(row[field], desk.schema.profile[field].type, desk.schema)


def _field_words(term: Term | str, field: str, desk: Desk) -> Text:
    title = field_title(term.name if isinstance(term, Elapsed) and term.name else field, desk.schema)
    return Text(title.zh, title.en or title.zh)
